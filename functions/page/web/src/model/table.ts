/**
 * Sorting and searching 50,000 rows within a frame or two. Both work on what is computed once per row or column, and
 * yield the positions of rows instead of copies.
 */

export interface Order {
  column: string;
  descending: boolean;
}

export function parseOrder(text: string | undefined): Order | null {
  if (!text) return null;
  return text.startsWith("-") ? { column: text.slice(1), descending: true } : { column: text, descending: false };
}

export function formatOrder(order: Order | null): string {
  return order ? `${order.descending ? "-" : ""}${order.column}` : "";
}

/** The order after a click on a column: ascending, descending, then as AWS lists it. */
export function nextOrder(order: Order | null, column: string): Order | null {
  if (order?.column !== column) return { column, descending: false };
  return order.descending ? null : { column, descending: true };
}

type Key = string | number | null;

export function sortKey(value: unknown): Key {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") return value.toLowerCase();
  if (Array.isArray(value)) return value.join(", ").toLowerCase();
  return Object.keys(value).length;
}

/**
 * Sorts positions by their keys. What is missing comes last in both directions, since nobody sorts to find it, and equal
 * keys keep their order.
 */
export function sortPositions(
  positions: Uint32Array,
  keyAt: (position: number) => Key,
  descending: boolean,
): Uint32Array {
  const present: number[] = [];
  const missing: number[] = [];
  const keys: Key[] = [];
  let numeric = true;
  for (const position of positions) {
    const key = keyAt(position);
    if (key === null) missing.push(position);
    else {
      keys[position] = key;
      present.push(position);
      if (typeof key !== "number") numeric = false;
    }
  }
  const sign = descending ? -1 : 1;
  if (numeric) {
    present.sort((a, b) => sign * ((keys[a] as number) - (keys[b] as number)) || a - b);
  } else {
    // Few columns of AWS have 50,000 different values, and sorting the different ones alone takes a fraction of the time.
    const groups = new Map<Key, number[]>();
    for (const position of present) {
      const group = groups.get(keys[position] ?? null);
      if (group) group.push(position);
      else groups.set(keys[position] ?? null, [position]);
    }
    const different = [...groups.keys()].sort((a, b) => compare(a, b) * sign);
    present.length = 0;
    for (const key of different) for (const position of groups.get(key) ?? []) present.push(position);
  }
  const sorted = new Uint32Array(positions.length);
  sorted.set(present);
  sorted.set(missing, present.length);
  return sorted;
}

function compare(a: Key, b: Key): number {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return (a as string) < (b as string) ? -1 : (a as string) > (b as string) ? 1 : 0;
}

/** Everything of a row that a search looks at, in lower case, with a separator that no value contains. */
export function searchable(row: Record<string, unknown>): string {
  let text = "";
  for (const value of Object.values(row)) {
    if (value === null || value === undefined) continue;
    if (typeof value === "object") {
      for (const [key, one] of Object.entries(value)) text += `${Array.isArray(value) ? "" : `${key}=`}${one}\u0000`;
    } else text += `${value}\u0000`;
  }
  return text.toLowerCase();
}

/** The positions whose text contains every word of the search. */
export function search(texts: string[], wanted: string): Uint32Array {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = new Uint32Array(texts.length);
  let count = 0;
  for (let at = 0; at < texts.length; at += 1) {
    const text = texts[at] ?? "";
    if (words.every((word) => text.includes(word))) {
      found[count] = at;
      count += 1;
    }
  }
  return found.subarray(0, count);
}

/** The rows to draw: those in the window and some around it, so that scrolling has them before they are seen. */
export function visibleRange(
  scrollTop: number,
  height: number,
  rowHeight: number,
  count: number,
  around = 12,
): { first: number; last: number } {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - around);
  const last = Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + around);
  return { first: Math.min(first, last), last };
}
