import type { Finding, NotJudged, ResourceRef } from "../api/types";

export function resourceId(resource: ResourceRef): string {
  return `${resource.resource_type}/${resource.region}/${resource.id}`;
}

export function findingId(finding: Finding): string {
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

export function matches(item: Finding | NotJudged, wanted: string): boolean {
  const text = JSON.stringify(item).toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
