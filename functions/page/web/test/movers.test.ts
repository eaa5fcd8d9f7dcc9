import { describe, expect, it } from "vitest";
import type { Anomaly, CostsData, Mover, UsageChange } from "../src/api/types";
import { causes, further, kindOf, unasked, why } from "../src/model/costs";

function data(by: string[], more: Partial<CostsData> = {}): CostsData {
  const groups = Object.fromEntries(by.map((name) => [`costs_by_${name}`, {}]));
  const compared = { comparison: {}, start: "2026-10-21", metric: "UnblendedCost" };
  return { ...compared, ...groups, ...more } as unknown as CostsData;
}

function prices(of: CostsData): Record<string, string> {
  return Object.fromEntries(further(of, "2026-11-20").map(({ id, price }) => [id, price]));
}

describe("what may be asked beside the costs", () => {
  it("has its price, and is free where the costs have it", () => {
    expect(prices(data(["service"]))).toEqual({
      movers: "free",
      usage: "$0.02",
      anomalies: "up to $0.02",
      budgets: "free",
    });
    expect(prices(data(["service", "region"]))).toMatchObject({ movers: "$0.02" });
    expect(prices(data(["service", "record_type"]))).toMatchObject({ movers: "free" });
    expect(prices(data(["usage_type"]))).toEqual({ movers: "$0.01", anomalies: "up to $0.02", budgets: "free" });
  });

  it("leaves out what the API would refuse", () => {
    expect(prices(data(["service"], { comparison: null }))).toEqual({ anomalies: "up to $0.02", budgets: "free" });
    expect(prices(data(["service"], { metric: "UsageQuantity" }))).not.toHaveProperty("movers");
    expect(prices(data(["service"], { start: "2026-08-21" }))).not.toHaveProperty("anomalies");
    expect(prices(data(["service"], { start: "2026-08-22" }))).toMatchObject({ anomalies: "up to $0.02" });
  });

  it("is not offered once it is asked", () => {
    const all = further(data(["service"]), "2026-11-20");
    const open = (query: Record<string, string>) => unasked(all, query).map(({ id }) => id);
    expect(open({})).toEqual(["movers", "usage", "anomalies", "budgets"]);
    expect(open({ movers: "true", budgets: "true" })).toEqual(["usage", "anomalies"]);
    expect(open({ movers: "true", movers_by: "usage_type" })).toEqual(["movers", "anomalies", "budgets"]);
  });
});

describe("a mover", () => {
  it("names what is not usage by its record type", () => {
    const mover = (charge_type: string, record_type: string | null) => kindOf({ charge_type, record_type } as Mover);
    expect([mover("usage", null), mover("fees", "SavingsPlanUpfrontFee"), mover("other", "")]).toEqual([
      null,
      "SavingsPlanUpfrontFee",
      "",
    ]);
  });

  it("says whether the quantity or the price moved", () => {
    const usage = (by_quantity: number | null, by_price: number | null, not_split: string | null = null) =>
      why({ unit: "GB", before: 1, now: 2, by_quantity, by_price, not_split } as UsageChange);
    expect([usage(54, 0), usage(0, 14.4), usage(5, 1)]).toEqual(["quantity", "price", "quantity and price"]);
    expect(
      ["nothing_used_before", "nothing_used_now", "unit_unknown", "else"].map((one) => usage(null, null, one)),
    ).toEqual(["new", "ended", "quantity unknown", "else"]);
  });
});

describe("an anomaly", () => {
  it("lists of its causes what AWS names", () => {
    const cause = { service: "Amazon Redshift", region: "us-east-1", account: null, usage_type: "Node:ra3.large" };
    expect(causes({ root_causes: [cause] } as unknown as Anomaly)).toEqual([
      "Amazon Redshift · Node:ra3.large · us-east-1",
    ]);
  });
});
