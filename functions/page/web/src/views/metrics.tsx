import { useMemo } from "preact/hooks";
import type { Datapoint, MeasuredResource } from "../api/types";
import { type Description, parametersAt } from "../model/description";
import { measured } from "../model/measured";
import { apiParameters, splitList } from "../model/route";
import { useApi } from "../state/api";
import { change, go, route } from "../state/navigation";
import { description as described } from "../state/session";
import { Segments } from "../ui/basics";
import { FilterBar } from "../ui/filters";
import { FailureNotice, Skeleton } from "../ui/states";
import { MetricCharts } from "./metriccharts";
import { ResourcePicker } from "./resourcepicker";
import { saveSeries } from "./saveseries";
import { Toolbar } from "./toolbar";

type Data = MeasuredResource[] | Record<string, Record<string, Datapoint[]>>;

const HOURS = [
  [1, "1 h"],
  [6, "6 h"],
  [24, "24 h"],
  [168, "7 d"],
  [336, "14 d"],
  [1440, "60 d"],
] as const;

/** Chosen by controls of their own, or by the page. */
const OWN = ["resource_type", "resource_ids", "region", "regions", "hours", "format", "max_cost_usd", "exists"];
/** What only one of the two kinds of question takes. */
const BY_FILTERS = ["types", "states", "tags", "sort", "limit"];

export function Metrics() {
  const { parameters } = route.value;
  const { _statistic: statistic = "", _pick: pick } = parameters;
  const description = described.value;
  const given = apiParameters(parameters);
  const byId = given["resource_ids"] !== undefined;
  const picking = pick !== undefined && !byId;
  const query = byId ? withoutFilters(given) : description ? busiest(given, description) : given;
  const asked = useApi<Data>(picking ? null : "/metrics", query);
  const answer = asked.answers[0];
  const all = useMemo(
    () => (answer ? measured(answer, { type: query["resource_type"] ?? "", region: query["region"] ?? "" }) : null),
    [answer],
  );
  const own = byId ? [...OWN, ...BY_FILTERS] : OWN;
  const hours = query["hours"] ?? "24";
  return (
    <div class="page">
      <header class="page-head">
        <h1>Metrics</h1>
        <Toolbar curl={asked.curl} {...(all ? { onCsv: () => saveSeries(all) } : {})} />
      </header>
      <div class="metrics-head">
        <Segments
          label="Which resources"
          value={byId || picking ? "one" : "busiest"}
          onChange={(which) =>
            go({
              ...route.value,
              parameters: { ...keepShared(given), ...(which === "one" ? { _pick: "1" } : {}) },
            })
          }
          options={[
            { value: "busiest", label: "Busiest" },
            { value: "one", label: "Chosen" },
          ]}
        />
        {(byId || picking) && <ResourcePicker query={given} />}
        <Segments
          label="How far back"
          value={hours}
          onChange={(chosen) => change({ hours: chosen === "24" ? "" : chosen })}
          options={[
            ...HOURS.map(([value, label]) => ({ value: String(value), label })),
            ...(HOURS.some(([value]) => String(value) === hours) ? [] : [{ value: hours, label: `${hours} h` }]),
          ]}
        />
      </div>
      <FilterBar
        parameters={description ? parametersAt(description, "/metrics").filter(({ name }) => !own.includes(name)) : []}
        lead={byId ? ["metrics", "statistics", "period"] : ["types", "sort", "metrics", "limit"]}
        values={Object.fromEntries(Object.entries(query).filter(([name]) => !own.includes(name)))}
        onChange={change}
        suggest={({ name }) => (description ? suggestions(name, query, description) : null)}
        failure={asked.failure?.details.parameter === "max_cost_usd" ? null : asked.failure}
      />
      {picking ? null : asked.failure &&
        asked.failure.kind === "parameter" &&
        asked.failure.details.parameter !== "max_cost_usd" ? null : asked.failure ? (
        <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />
      ) : all && answer ? (
        <MetricCharts all={all} meta={answer.meta} sort={query["sort"] ?? ""} statistic={statistic} />
      ) : (
        <Skeleton tall />
      )}
    </div>
  );
}

function withoutFilters(query: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([name]) => name !== "regions" && !BY_FILTERS.includes(name)));
}

function keepShared(query: Record<string, string>): Record<string, string> {
  const { hours, regions } = query;
  return { ...(hours ? { hours } : {}), ...(regions ? { regions } : {}) };
}

/** Without a choice: what most want to see first, the usual metric of the first type that has any, highest first. */
function busiest(query: Record<string, string>, description: Description): Record<string, string> {
  const types = splitList(query["types"]);
  const type = types[0] ?? [...description.metrics.keys()][0];
  const metric = type === undefined ? undefined : description.metrics.get(type)?.[0];
  const statistic = metric?.statistics.find((one) => one === "Maximum") ?? metric?.statistics[0];
  if (!type || !metric || !statistic) return query;
  const daily = metric.shortestPeriod >= 86_400 ? { hours: query["hours"] ?? "336" } : {};
  return { types: type, sort: `${metric.name}:${statistic}`, limit: "8", ...daily, ...query };
}

function suggestions(name: string, query: Record<string, string>, description: Description): string[] | null {
  const types = query["resource_type"] ? [query["resource_type"]] : splitList(query["types"]);
  const metrics = types.flatMap((type) => description.metrics.get(type) ?? []);
  if (name === "metrics") return [...new Set(metrics.map((metric) => metric.name))];
  if (name === "states") return [...new Set(types.flatMap((type) => description.states.get(type) ?? []))];
  const statistics = [...new Set([...description.metrics.values()].flat().flatMap((metric) => metric.statistics))];
  if (name === "statistics") return statistics;
  if (name === "sort")
    return metrics.flatMap((metric) => metric.statistics.map((statistic) => `${metric.name}:${statistic}`));
  return null;
}
