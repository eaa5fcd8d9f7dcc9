import type { Column, Description } from "../model/description";
import { columnsFor, columnWidth, type Inventory, type Row, textWidth } from "../model/inventory";
import { priceText } from "../model/prices";
import { Missing } from "../ui/basics";
import { Cell, Text } from "../ui/cell";
import type { TableColumn } from "../ui/tablecolumn";

export interface SizedColumn {
  column: Column;
  width: number;
  wide: number;
}

/** Widths are measured on the first rows only, so they stay while further pages arrive. */
const measured = new WeakMap<object, Map<string, SizedColumn[]>>();

export function resourceColumns(description: Description, all: Inventory, types: string[], tab: string): SizedColumn[] {
  const first = all.rows[0];
  if (!first) return [];
  const known = measured.get(first) ?? new Map<string, SizedColumn[]>();
  measured.set(first, known);
  const id = types.join();
  const sized = known.get(id);
  if (sized) return sized;
  const sample = tab === "" ? all.rows : all.rows.filter((row) => row.type === tab);
  const columns = columnsFor(description, types).map((column) => ({ column, ...columnWidth(column, sample) }));
  known.set(id, columns);
  return columns;
}

/**
 * The columns as the table draws them. Where rows are of several types, each says which, and in which state it is; prices
 * that were asked for stand where they are seen without scrolling.
 */
export function resourceCells(
  columns: SizedColumn[],
  about: {
    description: Description | null;
    at: (position: number) => Row | undefined;
    several: boolean;
    priced: boolean;
    fields: Map<string, string>;
  },
): TableColumn[] {
  const { description, at, fields } = about;
  const cells: TableColumn[] = columns.map(({ column, width, wide }) => ({
    id: column.name,
    label: column.label,
    title: column.description,
    width,
    // Names, ids and tags are what one reads in full.
    ...(["name", "id", "tags"].includes(column.name) ? { wide } : {}),
    right: column.kind === "number" || column.kind === "bytes",
    cell: (position) => {
      const row = at(position);
      if (!row) return "";
      // Without a tag `Name` there is no name: the id then opens the row.
      if (column.name === "name") return <Text value={row.resource.name ?? row.resource.id} />;
      const has = description?.columns.get(row.type)?.some(({ name }) => name === column.name);
      return has ? <Cell column={column} value={row.resource[column.name]} /> : <Absent type={row.type} />;
    },
  }));
  if (about.priced) cells.splice(3, 0, priceColumn(at));
  if (!about.several) return cells;
  const kind: TableColumn = {
    id: "_type",
    // Some types have a field of this name.
    label: columns.some(({ column }) => column.label === "Type") ? "Resource type" : "Type",
    width: textWidth(Math.max(0, ...(description?.types ?? []).map((type) => type.length))),
    cell: (position) => <span class="kind">{at(position)?.type}</span>,
  };
  const state: TableColumn = {
    id: "_state",
    label: "State",
    width: 112,
    cell: (position) => {
      const row = at(position);
      if (!row) return "";
      const field = fields.get(row.type);
      if (field) return <Text value={row.resource[field]} />;
      return description?.states.has(row.type) ? <Missing /> : <Absent type={row.type} />;
    },
  };
  cells.splice(1, 0, kind);
  cells.splice(4, 0, state);
  return cells;
}

function priceColumn(at: (position: number) => Row | undefined): TableColumn {
  return {
    id: "_price",
    label: "Price a month",
    title: "By AWS’s list prices on demand, before discounts and commitments",
    width: textWidth("up to $10,000.00".length),
    right: true,
    cell: (position) => {
      const row = at(position);
      if (!row) return "";
      const said = priceText(row.resource);
      if (!said) return <Absent type={row.type} />;
      return (
        <span class={row.resource.price ? "" : "faint"} title={said.title}>
          {said.text}
        </span>
      );
    },
  };
}

/** Not missing: resources of this type have no such thing. */
function Absent({ type }: { type: string }) {
  return (
    <span class="faint" title={`${type} has none`}>
      <span aria-hidden="true">·</span>
      <span class="unseen">none</span>
    </span>
  );
}
