import { describe, expect, it } from "vitest";
import { fitted, type TableColumn } from "../src/ui/tablecolumn";

const cell = () => null;
const columns: TableColumn[] = [
  { id: "name", label: "Name", width: 220, wide: 300, cell },
  { id: "region", label: "Region", width: 130, cell },
  { id: "tags", label: "Tags", width: 150, wide: 180, cell },
  { id: "size", label: "Size", width: 100, cell },
];
const widths = (room: number) => fitted(columns, room).map(({ width }) => width);

describe("columns in their room", () => {
  it("keep their widths where there is none to spare", () => {
    expect(widths(600)).toEqual([220, 130, 150, 100]);
  });

  it("end at the side of the room, if one of them would show more", () => {
    expect(widths(515)).toEqual([220, 130, 165, 100]);
    expect(widths(560)).toEqual([220, 130, 180, 100]);
    expect(widths(480)).toEqual([220, 130, 150, 100]);
  });

  it("leave some of a phone to the columns after the first", () => {
    expect(widths(390)).toEqual([195, 130, 150, 100]);
    expect(widths(200)).toEqual([120, 130, 150, 100]);
  });

  it("give what is spare to who would show more, and the rest to the last of them", () => {
    expect(widths(640)).toEqual([260, 130, 150, 100]);
    expect(widths(700)).toEqual([300, 130, 170, 100]);
    expect(widths(1000)).toEqual([300, 130, 470, 100]);
  });
});
