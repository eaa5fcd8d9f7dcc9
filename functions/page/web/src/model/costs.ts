import type { Anomaly, Budget, CostsData, GroupCost, Mover, UsageChange } from "../api/types";
import { escaped } from "./route";

export interface Slice {
  start: string;
  end: string;
  estimated: boolean;
  total: number;
  /** The cost of each group, in the order of `Stack.groups`; null where the period lacks the group. */
  values: (number | null)[];
}

export interface Stack {
  groups: string[];
  totals: number[];
  slices: Slice[];
}

export const OTHERS = "everything else";

/** A group's cost as one number, also where a second grouping divides it. */
export function sum(cost: GroupCost): number {
  if (typeof cost === "number") return cost;
  return Object.values(cost).reduce((total: number, one) => total + (typeof one === "number" ? one : sum(one)), 0);
}

/** The periods as stacks of their groups: the largest by themselves, the rest as one. */
export function stack(data: CostsData, most: number): Stack {
  const totals = new Map<string, number>();
  for (const period of Object.values(data.periods)) {
    for (const [group, cost] of Object.entries(period.groups)) totals.set(group, (totals.get(group) ?? 0) + sum(cost));
  }
  const ordered = [...totals].sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  const shown = ordered.length > most ? ordered.slice(0, most - 1) : ordered;
  const groups = shown.map(([group]) => group);
  const rest = new Set(ordered.slice(shown.length).map(([group]) => group));
  if (rest.size > 0) groups.push(OTHERS);
  const slices = Object.entries(data.periods).map(([start, period]) => {
    const values: (number | null)[] = shown.map(([group]) => {
      const cost = period.groups[group];
      return cost === undefined ? null : sum(cost);
    });
    if (rest.size > 0) {
      let others: number | null = null;
      for (const [group, cost] of Object.entries(period.groups))
        if (rest.has(group)) others = (others ?? 0) + sum(cost);
      values.push(others);
    }
    return { start, end: period.end, estimated: period.estimated, total: period.cost, values };
  });
  const sums = groups.map((_, index) => slices.reduce((total, slice) => total + (slice.values[index] ?? 0), 0));
  return { groups, totals: sums, slices };
}

/** The names of the groupings, as the fields `costs_by_…` carry them. */
export function groupings(data: CostsData): string[] {
  return Object.keys(data)
    .filter((name) => name.startsWith("costs_by_"))
    .map((name) => name.slice("costs_by_".length));
}

/** Rows of a table: group, with two groupings the group within it, the cost of each period, and the sum. */
export function costRows(data: CostsData): { keys: string[]; values: (number | null)[]; total: number }[] {
  const periods = Object.values(data.periods);
  const rows = new Map<string, { keys: string[]; values: (number | null)[]; total: number }>();
  const add = (keys: string[], index: number, cost: number) => {
    const id = keys.join("\u0000");
    const row = rows.get(id) ?? { keys, values: periods.map(() => null), total: 0 };
    row.values[index] = cost;
    row.total += cost;
    rows.set(id, row);
  };
  periods.forEach((period, index) => {
    for (const [group, cost] of Object.entries(period.groups)) {
      if (typeof cost === "number") add([group], index, cost);
      else
        for (const [inner, one] of Object.entries(cost)) if (typeof one === "number") add([group, inner], index, one);
    }
  });
  return [...rows.values()].sort((a, b) => Math.abs(b.total) - Math.abs(a.total));
}

/** Round steps for an axis from zero to at least `highest`. */
export function ticks(lowest: number, highest: number, about = 4): number[] {
  const span = Math.max(highest, 0) - Math.min(lowest, 0) || 1;
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  const found: number[] = [];
  const first = Math.floor(Math.min(lowest, 0) / step);
  const last = Math.ceil(Math.max(highest, 0) / step) || 1;
  for (let at = first; at <= last; at += 1) found.push(Number((at * step).toPrecision(12)));
  return found;
}

/** What the month will have cost: what is billed so far, and what AWS forecasts for its rest. */
export function monthForecast(
  data: CostsData,
): { total: number; sofar: number; rest: number; spread: number | null } | null {
  const { mean, lower, upper } = data.forecast ?? {};
  if (typeof mean !== "number") return null;
  const sofar = data.month_to_date?.cost ?? 0;
  const spread = typeof lower === "number" && typeof upper === "number" ? Math.max(upper - mean, mean - lower) : null;
  return { total: sofar + mean, sofar, rest: mean, spread };
}

/** A question that the page asks when it is clicked, with what AWS bills for it beside the costs. */
export interface Further {
  id: string;
  text: string;
  price: string;
  parameters: Record<string, string>;
}

/** What may be asked about these costs beside them: movers need a comparison, anomalies the last 90 days. */
export function further(data: CostsData, today: string): Further[] {
  const found: Further[] = [];
  const by = groupings(data);
  const first = by[0] ?? "service";
  if (data.comparison && !["UsageQuantity", "NormalizedUsageAmount"].includes(data.metric)) {
    // The costs have what is compared if they are split by record type; quantities they have only when asked again.
    const split = by.length === 1 || by.includes("record_type");
    found.push({
      id: "movers",
      text: `What rose and fell, by ${first.replace(/_/g, " ")}`,
      price: !split ? "$0.02" : first === "usage_type" ? "$0.01" : "free",
      parameters: { movers: "true", movers_by: "" },
    });
    if (first !== "usage_type")
      found.push({
        id: "usage",
        text: "By usage type, with quantity and price",
        price: "$0.02",
        parameters: { movers: "true", movers_by: "usage_type" },
      });
  }
  const oldest = new Date(Date.parse(today) - 90 * 86_400_000).toISOString().slice(0, 10);
  if (data.start >= oldest)
    found.push({ id: "anomalies", text: "Anomalies", price: "up to $0.02", parameters: { anomalies: "true" } });
  found.push({ id: "budgets", text: "Budgets", price: "free", parameters: { budgets: "true" } });
  return found;
}

/** The questions that a query does not ask yet. */
export function unasked(questions: Further[], query: Record<string, string>): Further[] {
  return questions.filter(({ parameters }) =>
    Object.entries(parameters).some(([name, value]) => (query[name] ?? "") !== value),
  );
}

/** What kind of charge a mover is, where it is not usage: a fee or a credit is no growth. */
export function kindOf(mover: Mover): string | null {
  if (mover.charge_type === "usage") return null;
  return mover.record_type ?? mover.charge_type;
}

/** What narrows costs, and what they are in: single resources have it as well as services. */
const KEPT = ["metric", "exclude", "accounts", "usage_types", "tags"];

/** The query for the resources that a service's costs are made of, which Cost Explorer has for 14 days; null for others. */
export function madeOf(mover: Mover, by: string, query: Record<string, string>): Record<string, string> | null {
  // A tax or a fee is of no resource.
  if (by !== "service" || mover.charge_type !== "usage") return null;
  const kept = Object.fromEntries(KEPT.map((name) => [name, query[name] ?? ""]));
  return { ...kept, group_by: "resource", services: escaped(mover.name), days: "14" };
}

/** Whether a budget is over its limit, or will be. Those of coverage and utilisation have a minimum instead. */
export function overLimit({ type, limit, actual, forecast }: Budget): "over" | "forecast over" | null {
  if (limit === null || /_(COVERAGE|UTILIZATION)$/.test(type)) return null;
  if (actual !== null && actual > limit) return "over";
  return forecast !== null && forecast > limit ? "forecast over" : null;
}

const NOT_SPLIT: Record<string, string> = {
  nothing_used_before: "new",
  nothing_used_now: "ended",
  unit_unknown: "quantity unknown",
};

/** Whether the quantity or the price of a usage type moved, in words. */
export function why(usage: UsageChange): string {
  if (usage.not_split !== null) return NOT_SPLIT[usage.not_split] ?? usage.not_split;
  if (usage.by_price === 0) return "quantity";
  if (usage.by_quantity === 0) return "price";
  return "quantity and price";
}

/** What caused an anomaly, as far as AWS names it. */
export function causes(anomaly: Anomaly): string[] {
  return anomaly.root_causes.map((cause) =>
    [cause.service, cause.usage_type, cause.region, cause.account].filter((part) => part !== null).join(" · "),
  );
}
