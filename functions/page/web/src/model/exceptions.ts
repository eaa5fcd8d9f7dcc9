import type { Exceptions, ResourceRef, SuppressedFinding } from "../api/types";
import { plural } from "./format";

/** The longest reason, in characters, and the furthest end, in days, that the API accepts. */
export const LONGEST_REASON = 256;
export const FURTHEST_DAYS = 365;

const DAY_MS = 86_400_000;

/** The UTC day of a moment: exceptions end with UTC days. */
export function dayOf(iso: string): string {
  return iso.slice(0, 10);
}

export function daysAhead(today: string, days: number): string {
  return new Date(Date.parse(`${today}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The same day of the month three months later, or the last day of that month. */
export function threeMonthsAhead(today: string): string {
  const at = new Date(`${today}T00:00:00Z`);
  const dayOfMonth = at.getUTCDate();
  at.setUTCMonth(at.getUTCMonth() + 3);
  if (at.getUTCDate() !== dayOfMonth) at.setUTCDate(0);
  return at.toISOString().slice(0, 10);
}

/** How many days are left of an exception, whose last day counts; null if one of the days is none. */
export function daysLeft(until: string, today: string): number | null {
  const days = (Date.parse(`${until}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / DAY_MS;
  return Number.isNaN(days) ? null : Math.round(days);
}

export function left(until: string, today: string): string {
  const days = daysLeft(until, today);
  if (days === null) return "";
  if (days < 0) return "over";
  return days === 0 ? "ends today" : `${plural(days, "day")} left`;
}

/** Where an exception stands. */
export function source(exception: { by: string; parameter: string | null }): string {
  return exception.parameter === null ? `by ${exception.by}` : `by ${exception.by}: ${exception.parameter}`;
}

/** Those that end first; the worst stays first among those of one day. */
export function byEnd(findings: SuppressedFinding[]): SuppressedFinding[] {
  return [...findings].sort((a, b) => (a.until < b.until ? -1 : a.until > b.until ? 1 : 0));
}

/** What does not count, as a sentence; empty if all exceptions count. */
export function notCounting(exceptions: Exceptions | undefined): string {
  const { problem_count: problems = 0, ended_count: ended = 0 } = exceptions ?? {};
  const wrong = problems > 0 ? `${plural(problems, "exception")} ${problems === 1 ? "does" : "do"} not count` : "";
  const over =
    ended > 0 ? `${plural(ended, "finding")} ${ended === 1 ? "is" : "are"} back: the exception has ended` : "";
  return [wrong, over].filter(Boolean).join("; ");
}

export interface Term {
  rule: string;
  reason: string;
  until: string;
}

/** The tags that make an exception. */
export function tagsOf({ rule, reason, until }: Term): Record<string, string> {
  return { "stratoscope:ignore": rule, "stratoscope:ignore-reason": reason, "stratoscope:ignore-until": until };
}

/** Services whose resources the Tagging API does not tag. */
const NOT_TAGGED = ["autoscaling"];

/**
 * The AWS CLI command that sets the tags: the Tagging API's, which is the same for each type. Null if the resource is not
 * one of its, or if it has no ARN or no region.
 */
export function tagCommand({ arn, region }: ResourceRef, term: Term): string | null {
  if (!arn || !region || NOT_TAGGED.includes(arn.split(":")[2] ?? "")) return null;
  const command = `aws resourcegroupstaggingapi tag-resources --region ${region}`;
  return `${command} \\\n  --resource-arn-list ${quoted(arn)} \\\n  --tags ${quoted(JSON.stringify(tagsOf(term)))}`;
}

/** The operator's list with this one entry, as it is stored in a parameter. */
export function listEntry({ arn, id }: ResourceRef, term: Term, account: string | null): string {
  const { rule, reason, until } = term;
  // An ARN can only mean this resource, where an id might be that of another account or region too.
  const resource = { resource: arn ?? id, ...(arn || !account ? {} : { account }) };
  return JSON.stringify({ exceptions: [{ ...resource, rule, reason, until }] }, null, 2);
}

/** One word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
