import { plain } from "./format";

/**
 * RFC 4180, with the cells of the API's own CSV: a list or an object is its JSON, in which no value can be mistaken for
 * two. A spreadsheet would run a text cell that begins like a formula, so it gets a leading apostrophe; numbers are left
 * alone, since credits are negative.
 */
export function csv(header: string[], rows: unknown[][]): string {
  return [header, ...rows]
    .map((row) => row.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n");
}

function cell(value: unknown): string {
  if (typeof value === "number") return decimal(value);
  if (typeof value === "boolean") return String(value);
  const text = typeof value === "object" && value !== null ? JSON.stringify(value) : plain(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Sums and averages of fractions carry noise in their last digits, which nobody has measured. */
function decimal(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(13)));
}
