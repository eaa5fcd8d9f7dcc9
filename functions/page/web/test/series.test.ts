import { describe, expect, it } from "vitest";
import { measured, plotOf } from "../src/model/measured";
import { isolated, onGrid, stateText, summarise } from "../src/model/series";

const window = { start: "2026-11-20T10:00:00Z", end: "2026-11-20T10:25:00Z", period_seconds: 300 };
const points = [
  { Timestamp: "2026-11-20T10:00:00Z", Average: 1, Unit: "Percent" },
  { Timestamp: "2026-11-20T10:15:00Z", Average: 0, Unit: "Percent" },
  { Timestamp: "2026-11-20T10:20:00Z", Average: 3, Unit: "Percent" },
];

describe("a series on its grid", () => {
  const plot = onGrid(window, [{ label: "x", points, statistic: "Average" }]);

  it("has a hole where CloudWatch has nothing, and a zero where it measured zero", () => {
    expect(plot.lines[0]?.values).toEqual([1, null, null, 0, 3]);
    expect(plot.lines[0]?.unit).toBe("Percent");
  });

  it("shows a value between two holes as a dot", () => {
    expect(isolated([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  });

  it("is summed up without its holes", () => {
    expect(summarise([null, 3, 1, null])).toEqual({ minimum: 1, maximum: 3, newest: 1, found: 2 });
    expect(summarise([null])).toEqual({ minimum: null, maximum: null, newest: null, found: 0 });
  });
});

describe("both responses of /metrics", () => {
  const meta = { window, series: { "i-1": { cpu: { expected: 5, found: 3, status: "complete" } } } } as never;

  it("by id: each statistic of one resource is a line", () => {
    const all = measured({ data: { "i-1": { cpu: points } }, meta }, { type: "ec2", region: "eu-west-1" });
    expect(all.resources[0]).toMatchObject({ id: "i-1", resource_type: "ec2", series: { cpu: { found: 3 } } });
    expect(plotOf(all, "cpu", "Average", 8)?.lines.map(({ label }) => label)).toEqual(["Average"]);
    expect(plotOf(all, "other", "Average", 8)).toBeNull();
  });

  it("by filters: each resource is a line, and one without datapoints is none", () => {
    const one = { resource_type: "ec2", region: "r", arn: null, series: {} };
    const data = ["a", "b", "c"].map((id) => ({
      ...one,
      id,
      name: id === "a" ? "web" : null,
      metrics: { cpu: id === "c" ? [] : points },
    }));
    const all = measured({ data, meta }, { type: "", region: "" });
    expect(plotOf(all, "cpu", "Average", 8)?.lines.map(({ label }) => label)).toEqual(["web", "b"]);
  });
});

describe("the state of a series", () => {
  it.each([
    [{ expected: 5, found: 5, status: "complete" }, ""],
    [{ expected: 5, found: 0, status: "complete" }, "CloudWatch has no datapoints in this window"],
    [{ expected: 5, found: 3, status: "complete" }, "3 of 5 datapoints exist"],
    [{ expected: 5, found: 0, status: "missing" }, "The request failed: see the gaps"],
    [{ expected: 5, found: 0, status: "something_new" }, "something_new"],
  ])("%j is %j", (state, expected) => {
    expect(stateText(state)).toBe(expected);
  });
});
