import { describe, expect, it } from "vitest";
import type { CostsData } from "../src/api/types";
import { costRows, groupings, monthForecast, OTHERS, stack, ticks } from "../src/model/costs";
import { presetOf, presets } from "../src/model/period";

function data(groups: Record<string, CostsData["periods"][string]["groups"]>): CostsData {
  const periods = Object.fromEntries(
    Object.entries(groups).map(([start, all]) => [
      start,
      { end: start, cost: 7, estimated: start.endsWith("2"), groups: all },
    ]),
  );
  return { periods, costs_by_service: {} } as unknown as CostsData;
}

describe("a stack", () => {
  it("has the largest groups first, a hole where a group has no cost, and estimates marked", () => {
    const stacked = stack(data({ "2026-11-01": { small: 1, credit: -40 }, "2026-11-02": { small: 2 } }), 8);
    expect(stacked.groups).toEqual(["credit", "small"]);
    expect(stacked.slices.map(({ values, estimated }) => [values, estimated])).toEqual([
      [[-40, 1], false],
      [[null, 2], true],
    ]);
    expect(stacked.totals).toEqual([-40, 3]);
  });

  it("adds up what has no colour of its own", () => {
    const stacked = stack(data({ "2026-11-01": { a: 4, b: 3, c: 2, d: 1 } }), 3);
    expect(stacked.groups).toEqual(["a", "b", OTHERS]);
    expect(stacked.slices[0]?.values).toEqual([4, 3, 3]);
  });

  it("adds up the second grouping", () => {
    expect(stack(data({ "2026-11-01": { ec2: { eu: 1, us: 2 } } }), 8).totals).toEqual([3]);
  });
});

describe("the table of costs", () => {
  it("has a row for each group within a group, the largest first", () => {
    const rows = costRows(data({ "2026-11-01": { ec2: { eu: 1, us: 2 } }, "2026-11-02": { ec2: { eu: 5 } } }));
    expect(rows).toEqual([
      { keys: ["ec2", "eu"], values: [1, 5], total: 6 },
      { keys: ["ec2", "us"], values: [2, null], total: 2 },
    ]);
  });

  it("names its groupings by the fields of the response", () => {
    expect(groupings({ costs_by_service: {}, costs_by_region: {} } as unknown as CostsData)).toEqual([
      "service",
      "region",
    ]);
  });
});

describe("an axis", () => {
  it("starts at zero and holds credits", () => {
    expect(ticks(0, 113)).toEqual([0, 50, 100, 150]);
    expect(ticks(-22, 113)).toEqual([-50, 0, 50, 100, 150]);
    expect(ticks(0, 0)).toEqual([0, 0.25]);
  });
});

describe("a period", () => {
  const now = new Date("2026-11-26T10:00:00Z");

  it("ends before today, and of a month with its first day", () => {
    const month = presets(now).find(({ id }) => id === "month");
    expect(month?.parameters).toMatchObject({ start: "2026-11-01", end: "2026-11-26" });
    const last = presets(now).find(({ id }) => id === "last");
    expect(last?.parameters).toMatchObject({ start: "2026-10-01", end: "2026-11-01" });
  });

  it("includes today on the first of a month, which has no whole day yet", () => {
    const month = presets(new Date("2026-12-01T10:00:00Z")).find(({ id }) => id === "month");
    expect(month?.parameters).toMatchObject({ start: "2026-12-01", end: "2026-12-02" });
  });

  it("crosses the year", () => {
    const year = presets(new Date("2027-01-15T10:00:00Z")).find(({ id }) => id === "12m");
    expect(year?.parameters).toMatchObject({ start: "2026-01-01", end: "2027-01-01" });
  });

  it("is recognised in a link", () => {
    expect(presetOf({}, now)?.id).toBe("30d");
    expect(presetOf({ days: "7" }, now)?.id).toBe("7d");
    expect(presetOf({ start: "2026-05-01", end: "2026-11-01", granularity: "MONTHLY" }, now)?.id).toBe("6m");
    expect(presetOf({ start: "2026-05-02", end: "2026-05-03" }, now)).toBeNull();
  });
});

describe("the forecast of a month", () => {
  const month = (more: object) => ({ month_to_date: { cost: 700 }, ...more }) as unknown as CostsData;

  it("is what is billed so far and the forecast of the rest, with the wider of both sides", () => {
    expect(monthForecast(month({ forecast: { mean: 157, lower: 150, upper: 170 } }))).toEqual({
      total: 857,
      sofar: 700,
      rest: 157,
      spread: 13,
    });
    expect(monthForecast(month({ month_to_date: null, forecast: { mean: 9 } }))?.total).toBe(9);
  });

  it("is none where AWS has none", () => {
    expect(monthForecast(month({ forecast: { message: "too little history" } }))).toBeNull();
    expect(monthForecast(month({}))).toBeNull();
  });
});
