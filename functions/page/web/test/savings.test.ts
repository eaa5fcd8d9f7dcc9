import { describe, expect, it } from "vitest";
import type { Finding, Savings } from "../src/api/types";
import { grouped } from "../src/model/findings";
import {
  amount,
  before,
  bySavings,
  bySum,
  contested,
  formula,
  hasFigure,
  noSum,
  partsOf,
  SAVINGS_HEADER,
  savingsCells,
  toBuy,
  together,
  worthMost,
} from "../src/model/savings";

const savings = (monthly_usd: string, more: Partial<Savings> = {}): Savings => ({
  monthly_usd,
  basis: "on_demand_list",
  unit_price: "0.08",
  unit: "GB-Mo",
  quantity: "1000",
  sku: "SKU1",
  region: "us-east-1",
  priced_at: "2026-11-20T10:37:14Z",
  covered_by_commitment: null,
  not_included: [],
  ...more,
});

/** A finding of a resource with what it saves; `null` saves nothing, and a reason says why it is unknown. */
function finding(id: string, rule: string, saved: string | null, counts = true, bound?: string): Finding {
  const figure = {
    savings: savings(saved ?? "", bound === undefined ? {} : { bound }),
    savings_counted: counts,
  };
  return {
    rule,
    resource: { resource_type: "ebs", id, region: "us-east-1", name: null, arn: null },
    ...(saved === null ? {} : saved === "by_use" ? { savings_unknown: { reason: saved, message: "by use" } } : figure),
  } as Finding;
}

const UNATTACHED = finding("vol-1", "unattached", "80.00", true, "upper");
const GP2 = finding("vol-1", "gp2", "20.00", false);
const SMALL_GP2 = finding("vol-2", "gp2", "9.10");
const OTHER_GP2 = finding("vol-3", "gp2", "100.05");
const UNKNOWN = finding("log-1", "logs", "by_use");
const HEALTH = finding("vol-4", "errors", null);
const ALL = [HEALTH, GP2, SMALL_GP2, UNKNOWN, UNATTACHED, OTHER_GP2];

describe("findings by what they save", () => {
  it("have the largest first by number, and then the others as they were", () => {
    expect(bySavings(ALL)).toEqual([OTHER_GP2, UNATTACHED, GP2, SMALL_GP2, HEALTH, UNKNOWN]);
  });

  it("are worth most one for each resource", () => {
    expect(worthMost(ALL, 10)).toEqual([OTHER_GP2, UNATTACHED, SMALL_GP2]);
    expect(worthMost(ALL, 1)).toEqual([OTHER_GP2]);
  });

  it("are those with a figure, without one, or all", () => {
    const chosen = (saves: string) => ALL.filter((one) => hasFigure(one, saves));
    expect(chosen("known")).toEqual([GP2, SMALL_GP2, UNATTACHED, OTHER_GP2]);
    expect(chosen("unknown")).toEqual([UNKNOWN]);
    expect(chosen("")).toEqual(ALL);
  });

  it("compete where a resource has several", () => {
    expect([...contested(ALL)]).toEqual(["ebs/us-east-1/vol-1"]);
  });
});

describe("sums of savings", () => {
  it("count each resource once, and say what is not known", () => {
    expect(together(ALL)).toEqual({ monthly_usd: "189.15", unknown: 1, bound: "upper" });
    expect(together([SMALL_GP2, OTHER_GP2])).toEqual({ monthly_usd: "109.15", unknown: 0 });
  });

  it("of findings that count elsewhere, or have no figure, are none rather than zero", () => {
    expect(together([GP2])).toBeNull();
    expect(together([UNKNOWN, HEALTH])).toBeNull();
  });

  it("order groups by what counts in them", () => {
    expect(bySum(grouped(ALL, ({ rule }) => rule)).map(({ id }) => id)).toEqual([
      "gp2",
      "unattached",
      "errors",
      "logs",
    ]);
  });

  it("of an account are unknown, not zero, if no finding has a figure", () => {
    const summary = { monthly_usd: "0.00", resources: 0, findings: 0, unknown: 2, unknown_by_reason: { by_use: 2 } };
    expect(noSum(summary)).toBe("No finding about money has a figure");
    expect(noSum({ ...summary, unknown: 0 })).toBeNull();
    expect(noSum({ ...summary, findings: 1 })).toBeNull();
  });
});

describe("a sum that lacks what could not be read", () => {
  it("is no upper limit", () => {
    const sum = together(ALL) ?? { monthly_usd: "" };
    expect([amount(sum), amount(sum, true)]).toEqual(["up to $189.15", "$189.15"]);
    expect([before({ bound: "upper" }, false), before({ bound: "upper" }, true), before({}, false)]).toEqual([
      "up to ",
      "",
      "",
    ]);
  });
});

describe("what AWS recommends to buy", () => {
  it("has its count, and says that it is in no sum", () => {
    expect(toBuy({ count: 1, monthly_usd: "61.50", unknown: 0 })).toBe(
      "AWS also recommends buying 1 commitment: $61.50 a month, not in the sum",
    );
    expect(toBuy({ count: 3, monthly_usd: "1061.50", unknown: 1 })).toBe(
      "AWS also recommends buying 3 commitments: $1,061.50 a month (1 without a figure), not in the sum",
    );
  });

  it("is not $0.00 where AWS has no figure", () => {
    expect(toBuy({ count: 2, monthly_usd: "0.00", unknown: 2 })).toBe(
      "AWS also recommends buying 2 commitments, without a figure",
    );
  });

  it("is nothing where it is unknown, or there is none", () => {
    expect([toBuy(undefined), toBuy({ count: 0, monthly_usd: "0.00", unknown: 0 })]).toEqual([null, null]);
  });
});

describe("the evidence", () => {
  it("is the price of a unit, the quantity, and the hours of a month where the unit is one", () => {
    const [whole] = partsOf(savings("80.00"));
    expect(whole && formula(whole)).toBe("$0.08 per GB-Mo × 1,000");
    const hourly = (unit: string) => partsOf(savings("7.59", { unit_price: "0.0104", unit, quantity: "1" }))[0];
    for (const unit of ["Hrs", "LoadBalancer-hours", "Hours"]) {
      const part = hourly(unit);
      expect(part && formula(part)).toBe(`$0.0104 per ${unit} × 1 × 730 h`);
    }
  });

  it("has the parts of what has several", () => {
    const part = { part: "storage", monthly_usd: "4.00", unit_price: "0.08", unit: "GB-Mo", quantity: "50", sku: "S" };
    const { unit_price: _, unit: __, quantity: ___, sku: ____, ...rest } = savings("8.00");
    expect(partsOf({ ...rest, parts: [part, part] })).toEqual([part, part]);
  });

  it("says what is at most", () => {
    expect([amount(savings("80.00")), amount(savings("80.00", { bound: "upper" }))]).toEqual([
      "$80.00",
      "up to $80.00",
    ]);
  });
});

describe("the columns of a file", () => {
  const cells = (one: Finding) => Object.fromEntries(SAVINGS_HEADER.map((name, at) => [name, savingsCells(one)[at]]));

  it("have what the figure is, why it is a bound, and its parts", () => {
    const parts = [
      { part: "storage", monthly_usd: "4.00", unit_price: "0.08", unit: "GB-Mo", quantity: "50", sku: "S" },
    ];
    const saved = savings("4.00", { bound: "upper", bound_reason: "By blocks", parts, not_included: ["requests"] });
    expect(cells({ ...UNATTACHED, savings: saved })).toMatchObject({
      savings_monthly_usd: "4.00",
      savings_bound_reason: "By blocks",
      savings_parts: parts,
      savings_not_included: ["requests"],
      savings_counted: true,
    });
    expect(cells(UNKNOWN)["savings_unknown"]).toBe("by_use");
  });
});
