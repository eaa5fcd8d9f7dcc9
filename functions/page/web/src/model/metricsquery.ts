import { type Description, typesChosen } from "./description";

/** What only a question by filters takes; one by ids takes what names the resources instead. */
export const BY_FILTERS = ["types", "states", "tags", "sort", "limit"];

/** The query for resources by their ids, which takes no filters. */
export function withoutFilters(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([name]) => name !== "regions" && !BY_FILTERS.includes(name)));
}

/** What both kinds of question share. */
export function keepShared(query: Record<string, string>): Record<string, string> {
  const { hours, regions } = query;
  return { ...(hours ? { hours } : {}), ...(regions ? { regions } : {}) };
}

/** Without a choice: what most want to see first, the usual metric of the first type that has any, highest first. */
export function busiest(query: Record<string, string>, description: Description): Record<string, string> {
  const types = typesChosen(description, query["types"]);
  const type = types[0] ?? [...description.metrics.keys()][0];
  const metric = type === undefined ? undefined : description.metrics.get(type)?.[0];
  const statistic = metric?.statistics.find((one) => one === "Maximum") ?? metric?.statistics[0];
  if (!type || !metric || !statistic) return query;
  const daily = metric.shortestPeriod >= 86_400 ? { hours: query["hours"] ?? "336" } : {};
  return { types: type, sort: `${metric.name}:${statistic}`, limit: "8", ...daily, ...query };
}

/** Values to offer for an open parameter, from the metrics of the chosen types. */
export function suggestions(name: string, query: Record<string, string>, description: Description): string[] | null {
  const types = query["resource_type"] ? [query["resource_type"]] : typesChosen(description, query["types"]);
  const metrics = types.flatMap((type) => description.metrics.get(type) ?? []);
  if (name === "metrics") return [...new Set(metrics.map((metric) => metric.name))];
  if (name === "states") return [...new Set(types.flatMap((type) => description.states.get(type) ?? []))];
  if (name === "sort")
    return metrics.flatMap((metric) => metric.statistics.map((statistic) => `${metric.name}:${statistic}`));
  return null;
}
