import type { BottlenecksData } from "../api/types";
import { answersOf } from "./calls";
import { pathFor } from "./session";

/** What was asked of /bottlenecks for this account before, whatever the filters; null if nothing was. */
export function loadedFindings(): BottlenecksData[] | null {
  const answers = answersOf<BottlenecksData>(pathFor("/bottlenecks"));
  return answers.length === 0
    ? null
    : [answers.at(-1)?.data].filter((data): data is BottlenecksData => data !== undefined);
}
