import { describe, expect, it } from "vitest";
import type { Answer, Resource, ResourcesData, Savings } from "../src/api/types";
import { csv } from "../src/model/csv";
import type { Column } from "../src/model/description";
import { inventory, select, tableOf } from "../src/model/inventory";
import { priceText } from "../src/model/prices";

const cost = (monthly_usd: string, more: Partial<Savings> = {}): Savings => ({
  monthly_usd,
  basis: "on_demand_list",
  region: "us-east-1",
  priced_at: "2026-11-20T10:37:14Z",
  covered_by_commitment: null,
  not_included: [],
  ...more,
});

function resource(id: string, more: Partial<Resource>): Resource {
  return { id, region: "us-east-1", name: null, arn: null, tags: null, ...more };
}

const UNIT = { unit_price: "0.08", unit: "GB-Mo", quantity: "1245", sku: "SKU1" };
const UPPER = { bound: "upper", bound_reason: "Billed by its blocks" };
const UNKNOWN = { reason: "by_use", message: "AWS bills it by its requests" };
const VOLUME = resource("vol-1", { price: cost("99.60", UNIT) });
const SNAPSHOT = resource("snap-1", { price: cost("1000.00", UPPER) });
const QUEUE = resource("queue-1", { price_unknown: UNKNOWN });
const SMALL = resource("vol-2", { price: cost("0.004") });

describe("the price of a resource", () => {
  it("is its figure, with every digit for whoever asks", () => {
    expect(priceText(VOLUME)).toEqual({ text: "$99.60", title: "$99.60 a month by AWS’s list price" });
    expect(priceText(SMALL)).toEqual({ text: "<$0.01", title: "$0.004 a month by AWS’s list price" });
  });

  it("says what is at most, and why", () => {
    const title = "$1,000.00 a month by AWS’s list price; Billed by its blocks";
    expect(priceText(SNAPSHOT)).toEqual({ text: "up to $1,000.00", title });
  });

  it("is unknown for a reason, and nothing where it was not asked for", () => {
    expect(priceText(QUEUE)).toEqual({ text: "unknown", title: UNKNOWN.message });
    expect(priceText(resource("vol-3", {}))).toBeNull();
  });
});

describe("resources with prices", () => {
  const data = { ebs: [VOLUME, QUEUE, SNAPSHOT, SMALL], next_cursor: null, counts: {} };
  const all = inventory([{ data } as unknown as Answer<ResourcesData>], ["ebs"]);
  const ids = (descending: boolean) =>
    Array.from(select(all, "", "", { column: "_price", descending }), (at) => all.rows[at]?.resource.id);

  it("are sorted by number, with what is unknown last in both directions", () => {
    expect(ids(false)).toEqual(["vol-2", "vol-1", "snap-1", "queue-1"]);
    expect(ids(true)).toEqual(["snap-1", "vol-1", "vol-2", "queue-1"]);
  });

  it("are not found by the words of a reason", () => {
    expect(select(all, "", "requests", null)).toHaveLength(0);
    expect(select(all, "", "queue", null)).toHaveLength(1);
  });

  it("have them in the file as the API's own has them, after all others", () => {
    const file = tableOf(all.rows.slice(0, 3), [{ name: "id" } as Column], false, new Map(), true);
    expect(csv(file.header, file.rows).split("\r\n")).toEqual([
      "resource_type,id,price_monthly_usd,price_bound,price_bound_reason,price_unit_price,price_unit,price_quantity,price_sku,price_parts,price_not_included,price_unknown",
      "ebs,vol-1,99.60,,,0.08,GB-Mo,1245,SKU1,,[],",
      "ebs,queue-1,,,,,,,,,,by_use",
      "ebs,snap-1,1000.00,upper,Billed by its blocks,,,,,,[],",
      "",
    ]);
  });
});
