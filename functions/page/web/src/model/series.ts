import type { Datapoint, SeriesState, Window } from "../api/types";

/** One line of a chart: a value for each time, null where CloudWatch has no datapoint. */
export interface Line {
  label: string;
  unit: string;
  values: (number | null)[];
}

/** Several lines over one axis of times, in seconds as uPlot takes them. */
export interface Plot {
  times: number[];
  lines: Line[];
}

/** More than any window that the API accepts: 15 days of minutes are 21,600. */
const LONGEST = 50_000;

/**
 * Puts datapoints on the grid of their window. A missing one stays null, so that the line has a hole: joining its
 * neighbours would show what nobody measured.
 */
export function onGrid(window: Window, series: { label: string; points: Datapoint[]; statistic: string }[]): Plot {
  const start = Date.parse(window.start) / 1000;
  const end = Date.parse(window.end) / 1000;
  const step = window.period_seconds;
  const times: number[] = [];
  if (step > 0) for (let at = start; at < end && times.length < LONGEST; at += step) times.push(at);
  const known = new Map(times.map((at, index) => [at, index]));
  const lines = series.map(({ label, points, statistic }) => {
    const values: (number | null)[] = times.map(() => null);
    for (const point of points) {
      const index = known.get(Date.parse(point.Timestamp) / 1000);
      const value = point[statistic];
      if (index !== undefined && typeof value === "number") values[index] = value;
    }
    return { label, unit: points[0]?.Unit ?? "", values };
  });
  return { times, lines };
}

/** The statistics that the datapoints of a series have. */
export function statisticsOf(points: Datapoint[]): string[] {
  const first = points[0];
  return first ? Object.keys(first).filter((name) => name !== "Timestamp" && name !== "Unit") : [];
}

/** Positions with a value and none beside it, which a line alone would not show. */
export function isolated(values: (number | null | undefined)[]): number[] {
  const found: number[] = [];
  for (let at = 0; at < values.length; at += 1) {
    const alone = (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
    if ((values[at] ?? null) !== null && alone) found.push(at);
  }
  return found;
}

export interface Summary {
  minimum: number | null;
  maximum: number | null;
  newest: number | null;
  found: number;
}

export function summarise(values: (number | null)[]): Summary {
  let [minimum, maximum, newest]: (number | null)[] = [null, null, null];
  let found = 0;
  for (const value of values) {
    if (value === null) continue;
    found += 1;
    newest = value;
    if (minimum === null || minimum === undefined || value < minimum) minimum = value;
    if (maximum === null || maximum === undefined || value > maximum) maximum = value;
  }
  return { minimum: minimum ?? null, maximum: maximum ?? null, newest: newest ?? null, found };
}

/** Why a series has no or not all datapoints, in words. */
export function stateText(state: SeriesState | undefined): string {
  if (!state) return "";
  if (state.status === "complete") {
    if (state.found === 0) return "CloudWatch has no datapoints in this window";
    return state.found < state.expected ? `${state.found} of ${state.expected} datapoints exist` : "";
  }
  const reason: Record<string, string> = {
    partial_data: "CloudWatch returned only a part",
    internal_error: "CloudWatch failed",
    forbidden: "CloudWatch denies this metric",
    missing: "The request failed: see the gaps",
  };
  return reason[state.status] ?? state.status;
}
