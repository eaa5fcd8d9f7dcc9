/**
 * Decimal numbers as the API writes money and quantities: as text. They are added and compared digit by digit, since a
 * binary fraction can't hold most of them.
 */

interface Decimal {
  /** The number without its point. */
  digits: bigint;
  /** How many of the digits come after the point. */
  scale: number;
}

function read(text: string): Decimal {
  return { digits: BigInt(text.replace(".", "")), scale: (text.split(".")[1] ?? "").length };
}

function atScale({ digits, scale }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - scale);
}

/** The exact sum, with as many decimals as the longest has, and at least two. */
export function sumOf(amounts: string[]): string {
  const decimals = amounts.map(read);
  const scale = Math.max(2, ...decimals.map((one) => one.scale));
  const sum = decimals.reduce((total, one) => total + atScale(one, scale), 0n);
  return `${sum < 0n ? "-" : ""}${pointed(sum < 0n ? -sum : sum, scale)}`;
}

/** Below zero if the first is less, above if it is more, and 0 if both are the same number. */
export function compared(one: string, other: string): number {
  const [first, second] = [read(one), read(other)];
  const scale = Math.max(first.scale, second.scale);
  const difference = atScale(first, scale) - atScale(second, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** US dollars with two digits, and what makes an amount below a cent more than nothing. */
export function usd(amount: string): string {
  const { digits, scale } = read(amount);
  const size = digits < 0n ? -digits : digits;
  // Half a cent is rounded up.
  const cents = scale <= 2 ? atScale({ digits: size, scale }, 2) : (size / 10n ** BigInt(scale - 3) + 5n) / 10n;
  const sign = digits < 0n ? "−" : "";
  return cents === 0n && size > 0n ? `${sign}<$0.01` : `${sign}$${separated(pointed(cents, 2))}`;
}

/** US dollars with every digit of the API. */
export function exactUsd(amount: string): string {
  return amount.startsWith("-") ? `−$${separated(amount.slice(1))}` : `$${separated(amount)}`;
}

/** The same digits with separators of thousands. */
export function separated(number: string): string {
  const [whole = "", fraction] = number.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

function pointed(digits: bigint, scale: number): string {
  const text = String(digits).padStart(scale + 1, "0");
  return `${text.slice(0, -scale)}.${text.slice(-scale)}`;
}
