import type { ComponentChildren } from "preact";

/** A column of a table: what it is called, how wide it is, and its cell in each row. */
export interface TableColumn {
  id: string;
  label: string;
  title?: string;
  width: number;
  right?: boolean;
  cell: (row: number) => ComponentChildren;
}
