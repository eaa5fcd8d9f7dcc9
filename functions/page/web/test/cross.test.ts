import { describe, expect, it } from "vitest";
import type { ResourcesData } from "../src/api/types";
import { crossCounts } from "../src/model/cross";
import { againstThreshold, grouped } from "../src/model/findings";

function data(more: Record<string, unknown>): ResourcesData {
  return {
    ec2: [{ region: "eu" }, { region: "us" }, { region: "us" }],
    rds: [],
    s3: null,
    next_cursor: null,
    counts: { total: 3, by_type: { ec2: 3, rds: 0, s3: null }, by_region: { eu: 1, us: 2, ap: 0 } },
    ...more,
  } as unknown as ResourcesData;
}

describe("counts by type and region", () => {
  it("leave out what there is none of, and never write what is missing as zero", () => {
    expect(crossCounts(data({}), ["ec2", "rds", "s3"])).toEqual({
      types: [
        { name: "ec2", total: 3 },
        { name: "s3", total: null },
      ],
      regions: [
        { name: "us", total: 2, counts: [2, null] },
        { name: "eu", total: 1, counts: [1, null] },
      ],
      empty: 1,
      total: 3,
    });
  });

  it("do not count a page as the whole", () => {
    const page = data({
      next_cursor: "x",
      counts: { total: 9, by_type: { ec2: 9 }, by_region: { us: 6, eu: 3 } },
    });
    expect(crossCounts(page, ["ec2"]).regions.map(({ counts }) => counts)).toEqual([[null], [null]]);
  });
});

describe("findings", () => {
  it("are drawn against their threshold on one scale", () => {
    const percent = { observed: 93, threshold: 80, unit: "Percent" } as never;
    expect(againstThreshold(percent)).toEqual({ observed: 0.93, threshold: 0.8 });
    const bytes = { observed: 4, threshold: 8, unit: "Bytes" } as never;
    expect(againstThreshold(bytes)).toEqual({ observed: 0.4, threshold: 0.8 });
  });

  it("keep the order of the worst when they are grouped", () => {
    expect(grouped(["b1", "a1", "b2"], (one) => one.charAt(0))).toEqual([
      { id: "b", items: ["b1", "b2"] },
      { id: "a", items: ["a1"] },
    ]);
  });
});
