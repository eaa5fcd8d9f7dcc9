import { describe, expect, it } from "vitest";
import type { Answer, ResourcesData } from "../src/api/types";
import type { Column } from "../src/model/description";
import { countsFound, inventory, tableOf } from "../src/model/inventory";

const data = {
  ec2: [
    { id: "i-1", region: "eu", name: "batch", state: "running", tags: { env: "prod" } },
    { id: "i-2", region: "us", name: null, state: "stopped", tags: null },
  ],
  rds: [{ id: "orders", region: "eu", name: "orders", status: "available", tags: {} }],
  next_cursor: null,
  counts: { total: 3, by_type: { ec2: 2, rds: 1 }, by_region: { eu: 2, us: 1 } },
};
const all = inventory([{ data } as unknown as Answer<ResourcesData>], ["ec2", "rds"]);
const columns = (...names: string[]) => names.map((name) => ({ name }) as Column);
const FIELDS = new Map([
  ["ec2", "state"],
  ["rds", "status"],
]);

describe("the counts of a search", () => {
  it("are those of the rows that it leaves, with types of which it leaves none", () => {
    expect([...countsFound(all, "")]).toEqual([
      ["ec2", 2],
      ["rds", 1],
    ]);
    expect([...countsFound(all, "BATCH")]).toEqual([
      ["ec2", 1],
      ["rds", 0],
    ]);
  });
});

describe("a table as a file", () => {
  it("of several types has the state of each beside the region, as on the screen", () => {
    const file = tableOf(all.rows, columns("name", "id", "region", "tags"), true, FIELDS);
    expect(file.header).toEqual(["resource_type", "name", "id", "region", "state", "tags"]);
    expect(file.rows).toEqual([
      ["ec2", "batch", "i-1", "eu", "running", { env: "prod" }],
      ["ec2", null, "i-2", "us", "stopped", null],
      ["rds", "orders", "orders", "eu", "available", {}],
    ]);
  });

  it("has no column twice", () => {
    const file = tableOf(all.rows, columns("name", "id", "region", "state"), true, FIELDS);
    expect(file.header).toEqual(["resource_type", "name", "id", "region", "resource_state", "state"]);
    expect(file.rows[2]).toEqual(["rds", "orders", "orders", "eu", "available", undefined]);
  });

  it("of one type has its own fields alone", () => {
    const file = tableOf(all.rows.slice(0, 1), columns("name", "id", "region", "state"), false, FIELDS);
    expect(file.header).toEqual(["resource_type", "name", "id", "region", "state"]);
    expect(file.rows).toEqual([["ec2", "batch", "i-1", "eu", "running"]]);
  });
});
