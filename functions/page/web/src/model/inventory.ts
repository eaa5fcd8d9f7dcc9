import type { Answer, Counts, Resource, ResourcesData } from "../api/types";
import type { Column, Description } from "./description";
import { plain } from "./format";
import { PRICE_FIELDS, PRICE_HEADER, priceCells, priceKey, withoutPrice } from "./prices";
import { type Order, search, searchable, sortKey, sortPositions } from "./table";

/** A resource with its type, which in a response is the name of its list. */
export interface Row {
  type: string;
  resource: Resource;
}

export interface Inventory {
  rows: Row[];
  /** What a search looks through, one for each row. */
  texts: string[];
  counts: Counts | null;
  /** The types of which nothing could be listed. */
  unlisted: string[];
  byType: Map<string, number>;
}

/** Each page is read once, however many follow: 50,000 rows arrive in a dozen of them. */
const read = new WeakMap<object, { rows: Row[]; texts: string[]; unlisted: string[] }>();

export function inventory(answers: Answer<ResourcesData>[], types: string[]): Inventory {
  const pages = answers.map((answer) => {
    const known = read.get(answer);
    if (known) return known;
    const page = readPage(answer.data, types);
    read.set(answer, page);
    return page;
  });
  const rows = pages.flatMap((page) => page.rows);
  const byType = new Map<string, number>();
  for (const { type } of rows) byType.set(type, (byType.get(type) ?? 0) + 1);
  return {
    rows,
    texts: pages.flatMap((page) => page.texts),
    counts: answers[0]?.data.counts ?? null,
    unlisted: [...new Set(pages.flatMap((page) => page.unlisted))],
    byType,
  };
}

function readPage(data: ResourcesData, types: string[]): { rows: Row[]; texts: string[]; unlisted: string[] } {
  const rows: Row[] = [];
  const unlisted: string[] = [];
  for (const type of types) {
    const list = data[type];
    if (list === null) unlisted.push(type);
    if (!Array.isArray(list)) continue;
    for (const resource of list) rows.push({ type, resource });
  }
  return { rows, texts: rows.map((row) => `${row.type}\u0000${searchable(withoutPrice(row.resource))}`), unlisted };
}

export function rowId(row: Row): string {
  return `${row.type}/${row.resource.region}/${row.resource.id}`;
}

/**
 * Where each type keeps its state: the field that holds one of the states that the description names. Types call it
 * differently, and some have none.
 */
export function stateFields(rows: Row[], states: Map<string, string[]>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { type, resource } of rows) {
    if (found.has(type)) continue;
    const known = states.get(type);
    const field =
      known &&
      Object.keys(resource).find((name) => typeof resource[name] === "string" && known.includes(resource[name]));
    if (field) found.set(type, field);
  }
  return found;
}

/** Which rows to show, in which order. */
export function select(
  all: Inventory,
  tab: string,
  wanted: string,
  order: Order | null,
  fields: Map<string, string> = new Map(),
): Uint32Array {
  let found = search(all.texts, wanted);
  if (tab !== "") found = found.filter((at) => all.rows[at]?.type === tab);
  if (!order) return found;
  const wantedRows = new Uint8Array(all.rows.length);
  for (const at of found) wantedRows[at] = 1;
  return ordered(all, order, fields).filter((at) => wantedRows[at] === 1);
}

/** How many rows of each type a search leaves. */
export function countsFound(all: Inventory, wanted: string): Map<string, number> {
  if (wanted.trim() === "") return all.byType;
  const counts = new Map([...all.byType.keys()].map((type) => [type, 0]));
  for (const at of search(all.texts, wanted)) {
    const type = all.rows[at]?.type ?? "";
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}

/**
 * The rows of a table as a file has them: the columns that the table shows, with the values as the API gives them. Prices
 * are the columns of the API's own file, after all others.
 */
export function tableOf(
  rows: Row[],
  columns: Column[],
  several: boolean,
  fields: Map<string, string>,
  priced = false,
): { header: string[]; rows: unknown[][] } {
  const names = columns.map(({ name }) => name);
  // Where the table shows several types it has a state of each, from whichever field holds it.
  const state = several ? [names.includes("state") ? "resource_state" : "state"] : [];
  const place = Math.min(3, names.length);
  return {
    header: [
      "resource_type",
      ...names.slice(0, place),
      ...state,
      ...names.slice(place),
      ...(priced ? PRICE_HEADER : []),
    ],
    rows: rows.map(({ type, resource }) => {
      const values = names.map((name) => resource[name]);
      const own = several ? [resource[fields.get(type) ?? ""]] : [];
      return [type, ...values.slice(0, place), ...own, ...values.slice(place), ...(priced ? priceCells(resource) : [])];
    }),
  };
}

/** All rows in an order, kept for as long as the rows: typing a search must not sort them again with every letter. */
const orders = new WeakMap<Inventory, Map<string, Uint32Array>>();

export function ordered(all: Inventory, { column, descending }: Order, fields: Map<string, string>): Uint32Array {
  const known = orders.get(all) ?? new Map<string, Uint32Array>();
  orders.set(all, known);
  const id = `${column} ${descending}`;
  const sorted = known.get(id);
  if (sorted) return sorted;
  const key = (at: number) => {
    const row = all.rows[at];
    if (!row) return null;
    if (column === "_type") return sortKey(row.type);
    if (column === "_price") return priceKey(row.resource);
    return sortKey(row.resource[column === "_state" ? (fields.get(row.type) ?? "") : column]);
  };
  const order = sortPositions(Uint32Array.from(all.rows.keys()), key, descending);
  known.set(id, order);
  return order;
}

/**
 * The columns of one type, or of several: then those that at least half of them share. What names a resource comes first,
 * and the long ARN last. The price is none of them: it has a column of its own.
 */
export function columnsFor(description: Description, types: string[]): Column[] {
  const [only] = types;
  const found = new Map<string, { column: Column; count: number }>();
  for (const type of types) {
    for (const column of description.columns.get(type) ?? []) {
      if (PRICE_FIELDS.includes(column.name)) continue;
      const known = found.get(column.name);
      if (known) known.count += 1;
      else found.set(column.name, { column, count: 1 });
    }
  }
  const least = only === undefined ? 1 : Math.ceil(types.length / 2);
  const columns = [...found.values()].filter(({ count }) => count >= least).map(({ column }) => column);
  const place = (column: Column): number => ["name", "id", "region"].indexOf(column.name);
  const first = columns.filter((one) => place(one) >= 0).sort((a, b) => place(a) - place(b));
  const last = columns.filter((one) => one.name === "arn");
  return [...first, ...columns.filter((one) => !first.includes(one) && !last.includes(one)), ...last];
}

/** Pixels of a letter of the widest usual system font, and of what surrounds the text of a cell. */
const LETTER = 7.8;
const BOLD = 8.4;
const AROUND = 26;

export function textWidth(letters: number, letter = LETTER): number {
  return Math.round(letters * letter + AROUND);
}

/**
 * The width of a column from a sample of the rows, so that columns do not jump while rows arrive and scroll by: what it
 * has at least, and what it takes where there is room. Names, ids and tags leave room for the columns after them.
 */
export function columnWidth(column: Column, rows: Row[], sample = 160): { width: number; wide: number } {
  const step = Math.max(1, Math.floor(rows.length / sample));
  // The heading has smaller letters, and an arrow beside it if it sorts.
  let longest = column.label.length;
  // The first ones, which are seen first, and some of all.
  for (let at = 0; at < rows.length; at += at < sample ? 1 : step) {
    const resource = rows[at]?.resource;
    const value = column.name === "name" ? (resource?.name ?? resource?.id) : resource?.[column.name];
    const tags = column.kind === "tags" && typeof value === "object" && value !== null ? Object.keys(value).length : 0;
    const text = column.kind === "time" ? "26 Nov 2026, 10:36" : plain(value);
    // Each tag has room around it.
    longest = Math.max(longest, Math.min(text.length + 2 * Math.min(tags, 3), 60));
  }
  const wide = textWidth(longest, column.name === "name" ? BOLD : LETTER);
  const most = column.name === "name" ? 200 : column.name === "id" ? 190 : column.kind === "tags" ? 220 : 280;
  return { width: Math.max(column.name === "name" ? 160 : 72, Math.min(wide, most)), wide };
}
