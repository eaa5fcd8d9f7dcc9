import type { ComponentChildren } from "preact";

/** A column of a table: what it is called, how wide it is, and its cell in each row. */
export interface TableColumn {
  id: string;
  label: string;
  title?: string;
  width: number;
  /** What it would take to show everything, given where the table has room to spare. */
  wide?: number;
  right?: boolean;
  cell: (row: number) => ComponentChildren;
}

/**
 * The columns of a table that is `room` wide. What they leave goes to those that would show more with it, from the first
 * on, and the rest of it to the last of those: spread over all, it would only put gaps between numbers.
 */
export function fitted(columns: TableColumn[], room: number): TableColumn[] {
  // The first column stays in view; on a phone it may not take all of it.
  const most = Math.max(120, Math.round(room * 0.5));
  let spare = room;
  const least = columns.map((column, index) => {
    const width = index === 0 ? Math.min(column.width, most) : column.width;
    spare -= width;
    return { ...column, width };
  });
  const last = least.findLastIndex((column) => column.wide !== undefined);
  return least.map((column, index) => {
    const wanted = index === last ? spare : Math.min(spare, (column.wide ?? 0) - column.width);
    if (wanted <= 0) return column;
    spare -= wanted;
    return { ...column, width: column.width + wanted };
  });
}
