/** How values are written. Missing is an en dash, never 0 and never blank. */

export const MISSING = "–";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat("en-US", { maximumFractionDigits: 12 });

/** A number with separators and about three significant digits below ten. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return whole.format(value);
  const digits = size >= 10 ? 1 : size >= 1 ? 2 : 3;
  if (size > 0 && size < 0.001) return value.toExponential(1);
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** Every digit, for a tooltip. */
export function exact(value: number): string {
  return precise.format(value);
}

/** Money with two digits; an amount below a cent keeps what makes it more than nothing. */
export function money(value: number | null | undefined, currency: string | null = "USD"): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const size = Math.abs(value);
  if (size > 0 && size < 0.005) return `${value < 0 ? "−" : ""}<${unitOfMoney(0.01, currency)}`;
  return unitOfMoney(value, currency).replace("-", "−");
}

/** An amount of usage is a number alone: its unit, if there is one for all, stands in the title. */
function unitOfMoney(value: number, currency: string | null): string {
  if (!isCurrency(currency)) {
    return value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  }
  return new Intl.NumberFormat("en-US", { style: "currency", currency, currencyDisplay: "narrowSymbol" }).format(value);
}

export function isCurrency(unit: string | null): unit is string {
  return unit !== null && /^[A-Z]{3}$/.test(unit);
}

/** Money on an axis, where cents would only be noise. */
export function shortMoney(value: number, currency: string | null): string {
  const size = Math.abs(value);
  if (value < 0) return `−${shortMoney(size, currency)}`;
  if (size >= 1000) return `${unitOfMoney(value / 1000, currency).replace(/\.?0+$/, "")}k`;
  return size >= 10 || value === 0 ? unitOfMoney(value, currency).replace(/\.00$/, "") : unitOfMoney(value, currency);
}

/** What AWS bills for a view. Most of it is far below a cent, so four digits stand where two would say nothing. */
export function price(usd: number): string {
  if (usd === 0) return "$0.00";
  return usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

export function percent(value: number | null | undefined, signed = false): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const digits = Math.abs(value) < 10 ? 1 : 0;
  const written = Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: digits });
  const sign = value < 0 ? "−" : signed && value > 0 ? "+" : "";
  return `${sign}${written} %`;
}

const BYTES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

export function bytes(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < BYTES.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${number(size)} ${BYTES[unit] ?? ""}`;
}

/** CloudWatch's units as a person writes them, and those of a bill as AWS spells them: GB, WriteCapacityUnit-Hrs. */
export function withUnit(value: number | null | undefined, unit: string | null | undefined): string {
  if (value === null || value === undefined) return MISSING;
  switch (unit) {
    case "Percent":
      return percent(value);
    case "Bytes":
      return bytes(value);
    case "Mebibytes":
      return bytes(value * 1024 * 1024);
    case "Gibibytes":
      return bytes(value * 1024 ** 3);
    // AWS does not say whether these are of 1,000 or of 1,024, so they stay as they are.
    case "Kilobytes":
    case "Megabytes":
    case "Gigabytes":
    case "Terabytes":
      return `${number(value)} ${unit === "Kilobytes" ? "k" : unit.charAt(0)}B`;
    case "Bytes/Second":
      return `${bytes(value)}/s`;
    case "Seconds":
      return value < 1 && value > 0 ? `${number(value * 1000)} ms` : `${number(value)} s`;
    case "Milliseconds":
      return value >= 1000 ? `${number(value / 1000)} s` : `${number(value)} ms`;
    case "Count/Second":
      return `${number(value)}/s`;
    case "Days":
      return plural(value, "day");
    case "Minutes":
      return plural(value, "minute");
    case "USD":
      return money(value);
    case "Count":
    case "None":
    case "":
    case null:
    case undefined:
      return number(value);
    default:
      return `${number(value)} ${unit}`;
  }
}

const minute = new Intl.DateTimeFormat("en-GB", {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const clockTime = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const calendar = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const calendarYear = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** A moment in the viewer's zone. */
export function time(iso: string | null | undefined): string {
  const at = iso ? new Date(iso) : null;
  return at && !Number.isNaN(at.getTime()) ? minute.format(at) : MISSING;
}

export function clock(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? MISSING : clockTime.format(at);
}

/** The same moment in UTC, for a tooltip. */
export function utc(iso: string): string {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A sentence of the API with its moments as the page writes them everywhere else. */
export function withTimes(sentence: string): string {
  return sentence.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)/g, (iso) =>
    Number.isNaN(Date.parse(iso)) ? iso : time(iso),
  );
}

/** A day of a bill, which is a UTC day wherever the viewer is. */
export function day(date: string, withYear = false): string {
  const at = new Date(date.length === 10 ? `${date}T00:00:00Z` : date);
  if (Number.isNaN(at.getTime())) return date;
  return (withYear ? calendarYear : calendar).format(at);
}

/** The last day of a range whose end is exclusive. */
export function dayBefore(date: string): string {
  const at = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return date;
  at.setUTCDate(at.getUTCDate() - 1);
  return at.toISOString().slice(0, 10);
}

/** The days of a range whose end is exclusive, with the month once if it is the same: 1–25 Nov. */
export function days(start: string, end: string, withYear = false): string {
  const [from, to] = [start, dayBefore(end)].map((date) => new Date(`${date.slice(0, 10)}T00:00:00Z`));
  if (!from || !to || Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()) || from > to)
    return day(start, withYear);
  const written = (withYear ? calendarYear : calendar).formatRange(from, to);
  return written.replace(/\s*–\s*/, " – ").replace(/^(\d+) – (\d+)/, "$1–$2");
}

export function duration(seconds: number): string {
  if (seconds % 86400 === 0) return plural(seconds / 86400, "day");
  if (seconds % 3600 === 0) return plural(seconds / 3600, "hour");
  if (seconds % 60 === 0) return plural(seconds / 60, "minute");
  return plural(seconds, "second");
}

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${number(count)} ${count === 1 ? noun : many}`;
}

/** Shortens in the middle, where ids and ARNs differ least. */
export function middle(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const tail = Math.floor((length - 1) / 2);
  return `${characters.slice(0, length - 1 - tail).join("")}…${characters.slice(-tail).join("")}`;
}

/** A cell of a table as text, by the type of its value. Objects are tags: `key=value`. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([key, one]) => `${key}=${plain(one)}`)
      .join(", ");
  }
  return String(value);
}
