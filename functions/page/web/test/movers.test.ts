import { describe, expect, it } from "vitest";
import type { Anomaly, Budget, CostsData, Mover, UsageChange } from "../src/api/types";
import { causes, further, kindOf, madeOf, overLimit, unasked, why } from "../src/model/costs";
import { splitList } from "../src/model/route";

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

describe("a mover by service", () => {
  const mover = (name: string, charge_type = "usage") => ({ name, charge_type }) as Mover;

  it("leads to its resources of the 14 days that AWS keeps, with the same filters", () => {
    const query = { start: "2026-10-01", end: "2026-11-01", exclude: "credit", tags: "env:prod", movers: "true" };
    expect(madeOf(mover("AWS Lambda"), "service", query)).toEqual({
      group_by: "resource",
      services: "AWS Lambda",
      days: "14",
      exclude: "credit",
      tags: "env:prod",
      metric: "",
      accounts: "",
      usage_types: "",
    });
  });

  it("may have a comma in its name", () => {
    expect(splitList(madeOf(mover("One, two"), "service", {})?.["services"])).toEqual(["One\\, two"]);
  });

  it("leads nowhere if it is no usage, or no service", () => {
    expect(madeOf(mover("Tax", "tax"), "service", {})).toBeNull();
    expect(madeOf(mover("us-east-1"), "region", {})).toBeNull();
  });
});

describe("a budget", () => {
  const over = (limit: number | null, actual: number | null, forecast: number | null, type = "COST") =>
    overLimit({ type, limit, actual, forecast } as Budget);

  it("is over its limit, or will be", () => {
    expect([over(100, 141, 180), over(100, 57, 120), over(100, 57, 90), over(100, 100, 100)]).toEqual([
      "over",
      "forecast over",
      null,
      null,
    ]);
    expect([over(100, null, 101), over(100, 101, null), over(null, 141, 180)]).toEqual(["forecast over", "over", null]);
  });

  it("of coverage or utilisation is no worse for being above", () => {
    expect([over(80, 95, null, "RI_UTILIZATION"), over(80, 95, null, "SAVINGS_PLANS_COVERAGE")]).toEqual([null, null]);
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
