import type { Answer, Datapoint, MeasuredResource, SeriesState, Window } from "../api/types";
import { onGrid, type Plot, statisticsOf } from "./series";

type ById = Record<string, Record<string, Datapoint[]>>;

export interface Measured {
  window: Window | null;
  resources: MeasuredResource[];
}

/** Both responses of /metrics as one: by filters it is a list of resources, by ids an object of series. */
export function measured(answer: Answer<MeasuredResource[] | ById>, asked: { type: string; region: string }): Measured {
  const window = (answer.meta["window"] as Window | undefined) ?? null;
  if (Array.isArray(answer.data)) return { window, resources: answer.data };
  const states = (answer.meta["series"] ?? {}) as Record<string, Record<string, SeriesState>>;
  const resources = Object.entries(answer.data).map(([id, metrics]) => ({
    resource_type: asked.type,
    id,
    region: asked.region,
    name: null,
    arn: null,
    metrics,
    series: states[id] ?? {},
  }));
  return { window, resources };
}

export function nameOf(resource: MeasuredResource): string {
  return resource.name ?? resource.id;
}

/** The metrics of any of the resources, in the order in which they come. */
export function metricsOf(all: Measured): string[] {
  return [...new Set(all.resources.flatMap((resource) => Object.keys(resource.metrics)))];
}

export function statisticsIn(all: Measured): string[] {
  return [
    ...new Set(all.resources.flatMap((one) => Object.values(one.metrics).flatMap((points) => statisticsOf(points)))),
  ];
}

/** One metric as a chart: of one resource each statistic is a line, of several each resource is. */
export function plotOf(all: Measured, metric: string, statistic: string, most: number): Plot | null {
  if (!all.window) return null;
  const having = all.resources.filter((resource) => (resource.metrics[metric]?.length ?? 0) > 0);
  const [only] = having;
  if (!only) return null;
  if (all.resources.length === 1) {
    const points = only.metrics[metric] ?? [];
    return onGrid(
      all.window,
      statisticsOf(points).map((one) => ({ label: one, points, statistic: one })),
    );
  }
  return onGrid(
    all.window,
    having.slice(0, most).map((resource) => {
      const points = resource.metrics[metric] ?? [];
      const has = statisticsOf(points);
      return { label: nameOf(resource), points, statistic: has.includes(statistic) ? statistic : (has[0] ?? "") };
    }),
  );
}
