import { describe, expect, it } from "vitest";
import type { BottlenecksData, Finding } from "../src/api/types";
import type { Metric, Rule } from "../src/model/description";
import { evidence, measured, metricsNamed, sentenceOf, whyLost, windowQuery } from "../src/model/findings";

const metric = (name: string, ...statistics: string[]): Metric => ({
  name,
  label: name,
  statistics,
  shortestPeriod: 60,
});
const METRICS = [
  metric("cpu", "Average", "Maximum"),
  metric("status_check_failed_system", "Maximum"),
  metric("errors", "Sum"),
];
const NOW = Date.parse("2026-11-26T14:12:00Z");

describe("a rule in words", () => {
  const rules = { slow: { severity: "high", finding: "above 20 ms" } } as BottlenecksData["rules"];
  const known = new Map<string, Rule>([
    ["idle", { name: "idle", label: "Idle", type: "ec2", severity: "low", finding: "below 5 %" }],
  ]);

  it("is what the response says, or else the description", () => {
    expect(sentenceOf("slow", rules, known)).toBe("above 20 ms");
    expect(sentenceOf("idle", rules, known)).toBe("below 5 %");
    expect(sentenceOf("other", rules, undefined)).toBe("");
  });
});

describe("what was observed", () => {
  it("stands beside its threshold, which AWS's own recommendations do not have", () => {
    const cpu = { rule: "ec2_high_cpu", observed: 93, threshold: 80, unit: "Percent" } as Finding;
    expect(measured(cpu)).toBe("93 %, threshold 80 %");
    const graviton = { rule: "aws_migrate_to_graviton", observed: 9.34, threshold: 0, unit: "USD" } as Finding;
    expect(measured(graviton)).toBe("$9.34 a month by AWS’s estimate");
  });
});

describe("a finding that is not there", () => {
  it("may be among what could not be read only where there are gaps", () => {
    expect(whyLost(false)).toBe("It may no longer hold, or a filter or an exception hides it.");
    expect(whyLost(true)).toContain("could not be read: see the gaps");
  });
});

describe("metrics that a text names", () => {
  it("are whole names, not parts of longer ones", () => {
    expect(metricsNamed("Read status_check_failed_system in /metrics", METRICS)).toEqual([
      "status_check_failed_system",
    ]);
    expect(metricsNamed("Read status_check_failed_systems, old_status_check_failed_system", METRICS)).toEqual([]);
  });

  it("of one word count only as code: the word may be meant", () => {
    expect(metricsNamed("Look for errors in the log", METRICS)).toEqual([]);
    expect(metricsNamed("Look at `errors`", METRICS)).toEqual(["errors"]);
  });
});

describe("the window of a finding", () => {
  it("is asked for again by hours that contain it, in its own period", () => {
    const window = { start: "2026-11-26T13:40:00Z", end: "2026-11-26T14:10:00Z", period_seconds: 300 };
    expect(windowQuery(window, NOW)).toEqual({ hours: "1", period: "300" });
    expect(windowQuery({ ...window, start: "2026-11-26T12:10:00Z" }, NOW)).toEqual({ hours: "3", period: "300" });
  });

  it("takes a coarser period where CloudWatch has dropped the finer one", () => {
    const window = { start: "2026-11-11T14:00:00Z", end: "2026-11-26T14:00:00Z", period_seconds: 60 };
    expect(windowQuery(window, NOW)).toEqual({ hours: "361", period: "300" });
    expect(windowQuery({ ...window, start: "2026-09-01T00:00:00Z" }, NOW)).toEqual({ hours: "2079", period: "3600" });
  });

  it("is nothing to ask for where a finding has none", () => {
    expect(windowQuery(null, NOW)).toEqual({});
  });
});

describe("the evidence of a finding", () => {
  const finding = {
    resource: { resource_type: "ec2", id: "i-1", region: "eu-west-1", name: null, arn: null },
    statistic: "Maximum",
    window: { start: "2026-11-26T13:40:00Z", end: "2026-11-26T14:10:00Z", period_seconds: 300 },
  } as Finding;

  it("names its statistic only where that is not a usual one", () => {
    const usual = {
      resource_type: "ec2",
      resource_ids: "i-1",
      region: "eu-west-1",
      metrics: "cpu",
      hours: "1",
      period: "300",
    };
    expect(evidence(finding, ["cpu"], METRICS, NOW)).toEqual(usual);
    expect(evidence({ ...finding, statistic: "p90" }, ["cpu"], METRICS, NOW)).toEqual({ ...usual, statistics: "p90" });
  });
});
