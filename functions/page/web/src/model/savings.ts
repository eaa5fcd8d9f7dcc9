import type { CostPart, Finding, Purchases, Savings, SavingsSummary } from "../api/types";
import { compared, exactUsd, separated, sumOf, usd } from "./decimal";
import { label } from "./description";
import { type Group, resourceId } from "./findings";
import { number, plural } from "./format";

/** The hours that a month has for AWS, and for what is billed by the hour. */
const HOURS = 730;

/** Whether a finding has a figure, or would have one if it were known. */
export function isAboutMoney(finding: Finding): boolean {
  return finding.savings !== undefined || finding.savings_unknown !== undefined;
}

/** Whether a finding belongs to those with a figure (`known`), without one (`unknown`), or to all. */
export function hasFigure(finding: Finding, chosen: string): boolean {
  if (chosen === "known") return finding.savings !== undefined;
  return chosen === "unknown" ? finding.savings_unknown !== undefined : true;
}

/** An amount that may be the most that it can be. */
export function amount(of: { monthly_usd: string; bound?: string }, incomplete = false): string {
  return `${before(of, incomplete)}${usd(of.monthly_usd)}`;
}

/** What stands before an amount. A sum that lacks what could not be read is no upper limit, whatever its parts are. */
export function before({ bound }: { bound?: string }, incomplete: boolean): string {
  return bound === undefined || incomplete ? "" : "up to ";
}

/** What AWS recommends to buy, which is in no sum: it can't be saved beside all that the findings save. Null if nothing. */
export function toBuy(purchases: Purchases | undefined): string | null {
  const { count = 0, unknown = 0, monthly_usd = "0" } = purchases ?? {};
  if (count === 0) return null;
  const commitments = `AWS also recommends buying ${plural(count, "commitment")}`;
  if (unknown >= count) return `${commitments}, without a figure`;
  const without = unknown > 0 ? ` (${number(unknown)} without a figure)` : "";
  return `${commitments}: ${usd(monthly_usd)} a month${without}, not in the sum`;
}

/** What saves most first, as the API sorts by savings: what has no figure keeps its order, after all others. */
export function bySavings(findings: Finding[]): Finding[] {
  const saved = (finding: Finding) => finding.savings?.monthly_usd ?? "0";
  return [...findings].sort((a, b) => compared(saved(b), saved(a)));
}

/** The findings worth most, one for each resource: what another finding of the same resource saves can't be added. */
export function worthMost(findings: Finding[], most: number): Finding[] {
  return bySavings(findings.filter((finding) => finding.savings_counted)).slice(0, most);
}

/** What some findings save together. A resource counts once, by the finding that counts in all sums. */
export function together(findings: Finding[]): { monthly_usd: string; bound?: string; unknown: number } | null {
  const counted = findings.flatMap(({ savings, savings_counted }) => (savings && savings_counted ? [savings] : []));
  const unknown = findings.filter((finding) => finding.savings_unknown !== undefined).length;
  if (counted.length === 0) return null;
  const bound = counted.find((one) => one.bound !== undefined)?.bound;
  return {
    monthly_usd: sumOf(counted.map((one) => one.monthly_usd)),
    unknown,
    ...(bound === undefined ? {} : { bound }),
  };
}

/** Groups by what their findings save together, most first; the others keep their order. */
export function bySum(groups: Group<Finding>[]): Group<Finding>[] {
  const sums = new Map(groups.map((group) => [group, together(group.items)?.monthly_usd ?? "0"]));
  return [...groups].sort((a, b) => compared(sums.get(b) ?? "0", sums.get(a) ?? "0"));
}

/** The resources of which several findings have a figure, so that one of them does not count. */
export function contested(findings: Finding[]): Set<string> {
  return new Set(
    findings.filter((finding) => finding.savings_counted === false).map(({ resource }) => resourceId(resource)),
  );
}

/** Why an account has no sum: nothing is known of findings that have no figure. Null if it has one. */
export function noSum(summary: SavingsSummary): string | null {
  return summary.findings === 0 && summary.unknown > 0 ? "No finding about money has a figure" : null;
}

/** How many have no figure for which reason, in words. */
export function reasonsOf({ unknown_by_reason: reasons }: { unknown_by_reason: Record<string, number> }): string[] {
  return Object.entries(reasons).map(([name, count]) => `${label(name)}: ${number(count)}`);
}

/** The parts of what is billed now; what has a single part is this part itself. */
export function partsOf(savings: Savings): CostPart[] {
  const { unit_price, unit, quantity, sku, monthly_usd } = savings;
  if (unit_price === undefined || unit === undefined || quantity === undefined) return savings.parts ?? [];
  return [{ part: "all", monthly_usd, unit_price, unit, quantity, sku: sku ?? "" }];
}

/** How the price of a month is computed. */
export function formula({ unit_price, unit, quantity }: CostPart): string {
  const hours = /(Hrs|[Hh]ours)$/.test(unit) ? ` × ${HOURS} h` : "";
  return `${exactUsd(unit_price)} per ${unit} × ${separated(quantity)}${hours}`;
}

/** The columns that the API's own CSV has of what findings save, in its order. */
export const SAVINGS_HEADER = [
  "savings_monthly_usd",
  "savings_bound",
  "savings_bound_reason",
  "savings_basis",
  "savings_unit_price",
  "savings_unit",
  "savings_quantity",
  "savings_sku",
  "savings_parts",
  "savings_instead",
  "savings_not_included",
  "savings_counted",
  "savings_unknown",
];

export function savingsCells({ savings, savings_counted: counted, savings_unknown: unknown }: Finding): unknown[] {
  const figure = [savings?.monthly_usd, savings?.bound, savings?.bound_reason, savings?.basis];
  const unit = [savings?.unit_price, savings?.unit, savings?.quantity, savings?.sku];
  const more = [savings?.parts, savings?.instead, savings?.not_included];
  return [...figure, ...unit, ...more, counted, unknown?.reason];
}
