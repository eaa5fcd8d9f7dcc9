import type { BottlenecksData, Finding, NotJudged, ResourceRef, SuppressedFinding, Window } from "../api/types";
import type { Metric, Rule } from "./description";
import { withUnit } from "./format";
import { joinList } from "./route";

export function resourceId(resource: ResourceRef): string {
  return `${resource.resource_type}/${resource.region}/${resource.id}`;
}

export function findingId(finding: Pick<Finding, "rule" | "resource">): string {
  return `${finding.rule}/${resourceId(finding.resource)}`;
}

/**
 * How far the observed value is from its threshold, for a bar: both as shares of a scale that holds them with some room,
 * so that the mark of the threshold never touches an end.
 */
export function againstThreshold(finding: Finding): { observed: number; threshold: number } {
  const { observed, threshold, unit } = finding;
  const highest =
    unit === "Percent" ? Math.max(100, observed, threshold) : Math.max(observed, threshold, 0) * 1.25 || 1;
  const share = (value: number) => Math.max(0, Math.min(1, value / highest));
  return { observed: share(observed), threshold: share(threshold) };
}

/** Whether a rule compares with its threshold. What AWS itself recommends is not judged here: it has none but zero. */
export function hasThreshold({ rule }: Pick<Finding, "rule">): boolean {
  return !rule.startsWith("aws_");
}

/** What was observed, and what it is compared with. */
export function measured(finding: Finding): string {
  const observed = withUnit(finding.observed, finding.unit);
  if (!hasThreshold(finding)) return `${observed} a month by AWS’s estimate`;
  return `${observed}, threshold ${withUnit(finding.threshold, finding.unit)}`;
}

/** Why a finding that a link names may not be there. */
export function whyLost(incomplete: boolean): string {
  if (!incomplete) return "It may no longer hold, or a filter or an exception hides it.";
  return "It may no longer hold, a filter or an exception may hide it, or it is among what could not be read: see the gaps.";
}

export interface Group<Item> {
  id: string;
  items: Item[];
}

/** Groups in the order in which they first occur: the response has the worst first. */
export function grouped<Item>(items: Item[], by: (item: Item) => string): Group<Item>[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const id = by(item);
    const group = groups.get(id);
    if (group) group.push(item);
    else groups.set(id, [item]);
  }
  return [...groups].map(([id, all]) => ({ id, items: all }));
}

export function matches(item: Finding | NotJudged | SuppressedFinding, wanted: string): boolean {
  const text = JSON.stringify(item).toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What a rule finds, in words: which side of the threshold is bad is in no number. */
export function sentenceOf(
  rule: string,
  rules: BottlenecksData["rules"],
  known: Map<string, Rule> | undefined,
): string {
  const said = rules[rule]?.["condition"] ?? rules[rule]?.finding ?? known?.get(rule)?.finding;
  return typeof said === "string" ? said : "";
}

/** Metrics that a text names. A name of one word may be meant as the word, so it counts only where it is marked as code. */
export function metricsNamed(text: string, metrics: Metric[]): string[] {
  const names = (name: string) =>
    name.includes("_") ? new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text) : text.includes(`\`${name}\``);
  return metrics.map(({ name }) => name).filter(names);
}

/** Seconds that CloudWatch keeps a period for, by what it keeps beyond them. */
const KEPT: [seconds: number, coarser: number][] = [
  [15 * 86_400, 300],
  [63 * 86_400, 3600],
];

/** The parameters of /metrics that show a window again: as many hours back from now as it needs, in its own period. */
export function windowQuery(window: Window | null, now: number): Record<string, string> {
  const start = Date.parse(window?.start ?? "");
  if (!window || Number.isNaN(start)) return {};
  const hours = Math.max(1, Math.ceil((now - start) / 3_600_000));
  const least = KEPT.filter(([seconds]) => hours * 3600 > seconds).map(([, coarser]) => coarser);
  return { hours: String(hours), period: String(Math.max(window.period_seconds, ...least)) };
}

/** The query for the evidence of a finding: its metrics in its window, and its statistic where that is not a usual one. */
export function evidence(finding: Finding, names: string[], metrics: Metric[], now: number): Record<string, string> {
  const { resource, statistic } = finding;
  const usual = metrics
    .filter(({ name }) => names.includes(name))
    .every((one) => one.statistics.includes(statistic ?? ""));
  return {
    resource_type: resource.resource_type,
    resource_ids: resource.id,
    region: resource.region ?? "",
    metrics: joinList(names),
    ...(statistic === null || usual ? {} : { statistics: statistic }),
    ...windowQuery(finding.window, now),
  };
}
