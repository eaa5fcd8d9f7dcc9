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
 * The columns of a table that is `room` wide. If all fit, what they leave goes to those that would show more with it, from
 * the first on, and the rest of it to the last of those: spread over all, it would only put gaps between numbers. If not,
 * the last of those takes what would show a part of the next column.
 */
export function fitted(columns: TableColumn[], room: number): TableColumn[] {
  // The first column stays in view; on a phone it may not take all of it.
  const most = Math.max(120, Math.round(room * 0.5));
  const least = columns.map((column, index) =>
    index === 0 ? { ...column, width: Math.min(column.width, most) } : column,
  );
  const last = least.findLastIndex(({ wide }) => wide !== undefined);
  const beyond = least.findIndex((_, index) => index > last && widthOf(least.slice(0, index + 1)) > room);
  let spare = room - widthOf(beyond < 0 ? least : least.slice(0, beyond));
  return least.map((column, index) => {
    const more = (column.wide ?? column.width) - column.width;
    const wanted = beyond < 0 && index === last ? spare : beyond < 0 || index === last ? Math.min(spare, more) : 0;
    if (wanted <= 0) return column;
    spare -= wanted;
    return { ...column, width: column.width + wanted };
  });
}

export function widthOf(columns: TableColumn[]): number {
  return columns.reduce((total, { width }) => total + width, 0);
}
