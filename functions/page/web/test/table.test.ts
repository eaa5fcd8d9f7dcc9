import { describe, expect, it } from "vitest";
import { nextOrder, parseOrder, search, searchable, sortKey, sortPositions, visibleRange } from "../src/model/table";

function sorted(values: unknown[], descending = false): unknown[] {
  const positions = Uint32Array.from(values.keys());
  return Array.from(
    sortPositions(positions, (at) => sortKey(values[at]), descending),
    (at) => values[at],
  );
}

describe("sorting", () => {
  it("orders numbers as numbers and texts without case", () => {
    expect(sorted([10, 9, 100])).toEqual([9, 10, 100]);
    expect(sorted(["b", "A", "c"])).toEqual(["A", "b", "c"]);
  });

  it("keeps what is missing last in both directions", () => {
    expect(sorted([null, 2, undefined, 1])).toEqual([1, 2, null, undefined]);
    expect(sorted([null, 2, "", 1], true)).toEqual([2, 1, null, ""]);
  });

  it("keeps the order of what is equal", () => {
    const rows = [
      ["x", 1],
      ["x", 2],
      ["a", 3],
    ] as const;
    const order = sortPositions(Uint32Array.of(0, 1, 2), (at) => sortKey(rows[at]?.[0]), true);
    expect(Array.from(order)).toEqual([0, 1, 2]);
  });

  it("turns from ascending to descending to the API's order", () => {
    const first = nextOrder(null, "size");
    expect(first).toEqual({ column: "size", descending: false });
    expect(nextOrder(first, "size")).toEqual({ column: "size", descending: true });
    expect(nextOrder(parseOrder("-size"), "size")).toBeNull();
  });
});

describe("searching", () => {
  const texts = [
    searchable({ id: "i-1", name: "Shop", tags: { env: "prod" } }),
    searchable({ id: "i-2", name: null, tags: null, attached_to: ["vol-9"] }),
  ];

  it("finds every word in any field, tags as key=value", () => {
    expect(Array.from(search(texts, "shop env=prod"))).toEqual([0]);
    expect(Array.from(search(texts, "VOL-9"))).toEqual([1]);
    expect(Array.from(search(texts, "shop vol-9"))).toEqual([]);
    expect(Array.from(search(texts, " "))).toEqual([0, 1]);
  });
});

describe("the window", () => {
  it("draws the rows in it and some around it", () => {
    expect(visibleRange(0, 360, 36, 50_000, 4)).toEqual({ first: 0, last: 14 });
    expect(visibleRange(36_000, 360, 36, 50_000, 4)).toEqual({ first: 996, last: 1014 });
  });

  it("ends with the rows, also when they became fewer", () => {
    expect(visibleRange(36_000, 360, 36, 20, 4)).toEqual({ first: 20, last: 20 });
    expect(visibleRange(0, 360, 36, 0, 4)).toEqual({ first: 0, last: 0 });
  });
});
