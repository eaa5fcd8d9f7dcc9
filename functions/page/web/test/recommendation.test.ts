import { describe, expect, it } from "vitest";
import type { AwsRecommendation } from "../src/api/types";
import { facts, isOfAws } from "../src/model/recommendation";

const RIGHTSIZE: AwsRecommendation = {
  action: "Rightsize",
  monthly_usd: "99.28",
  discounts: "after",
  current: "c5.2xlarge",
  recommended: "c5.xlarge",
  lookback_days: 14,
  derived_by: "ComputeOptimizer",
  effort: "VeryLow",
  restart_needed: true,
  rollback_possible: false,
  refreshed_at: "2026-11-20T10:37:14Z",
};

describe("what AWS recommends", () => {
  it("says all that AWS says", () => {
    expect(facts(RIGHTSIZE)).toEqual([
      ["Now", "c5.2xlarge"],
      ["Instead", "c5.xlarge"],
      ["The account’s discounts", "counted in the figure"],
      ["Measured", "over 14 days"],
      ["By", "Compute optimizer"],
      ["Effort", "Very low"],
      ["Restart", "needed"],
      ["Can be undone", "no"],
    ]);
  });

  it("leaves out what AWS doesn’t say", () => {
    const silent = Object.fromEntries(Object.keys(RIGHTSIZE).map((key) => [key, null])) as unknown as AwsRecommendation;
    expect(facts({ ...silent, action: "Delete", recommended: " - " })).toEqual([]);
    expect(facts({ ...silent, monthly_usd: "1.00" })).toEqual([
      ["The account’s discounts", "unknown whether the figure counts them"],
    ]);
    expect(facts({ ...silent, monthly_usd: "1.00", discounts: "before" })[0]?.[1]).toBe("not counted in the figure");
  });

  it("knows what AWS itself found", () => {
    expect([isOfAws({ source: "cost-optimization-hub" }), isOfAws({ source: "stratoscope" })]).toEqual([true, false]);
  });
});
