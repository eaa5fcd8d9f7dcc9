import type { Query } from "../api/client";
import type { BottlenecksData } from "../api/types";
import { hasParameter } from "../model/description";
import { answersOf, isWhole } from "./calls";
import { limited } from "./price";
import { description, pathFor } from "./session";

const ROUTE = "/bottlenecks";

/** What was asked of /bottlenecks for this account before, whatever the filters; null if nothing was. */
export function loadedFindings(): BottlenecksData[] | null {
  const answers = answersOf<BottlenecksData>(pathFor(ROUTE));
  return answers.length === 0
    ? null
    : [answers.at(-1)?.data].filter((data): data is BottlenecksData => data !== undefined);
}

/** Whether the deployment says what findings save. */
export function knowsSavings(): boolean {
  return description.value !== null && hasParameter(description.value, ROUTE, "savings");
}

/**
 * The query to call for findings in the order that a query has. Findings that are all here are sorted here, since each
 * call measures again, and costs as much again.
 */
export function inAnyOrder(query: Query, paged: boolean): Query {
  const { sort, ...worstFirst } = query;
  return sort === "savings" && isWhole(pathFor(ROUTE), limited(ROUTE, worstFirst), paged) ? worstFirst : query;
}
