import { signal } from "@preact/signals";
import type { Query } from "../api/client";
import { callPath } from "../api/client";
import { hasParameter } from "../model/description";
import { description } from "./session";

/** Anything dearer is asked about first: the API refuses it with its price, before AWS bills anything. */
export const FREE_HAND = "0.10";

const approved = signal<Record<string, string>>({});

/** The query with the most that it may cost, where the route has such a limit. */
export function limited(path: string, query: Query): Query {
  const known = description.value;
  if (!known || !hasParameter(known, path, "max_cost_usd")) return query;
  const { max_cost_usd: own, ...rest } = query;
  return { ...rest, max_cost_usd: approved.value[callPath(path, rest)] ?? own ?? FREE_HAND };
}

/** The viewer agreed to this price for this query: rounded up to the API's four decimals, with a little room. */
export function approve(path: string, query: Query, usd: string): void {
  const { max_cost_usd: _, ...rest } = query;
  const limit = (Math.ceil(Number(usd) * 1.05 * 10_000) / 10_000).toFixed(4);
  approved.value = { ...approved.value, [callPath(path, rest)]: limit };
}
