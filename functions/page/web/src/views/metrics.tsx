import { useMemo } from "preact/hooks";
import { refusedPrice } from "../api/errors";
import type { MetricsData } from "../api/types";
import { parametersAt } from "../model/description";
import { type Measured, measured } from "../model/measured";
import { BY_FILTERS, busiest, keepShared, suggestions, withoutFilters } from "../model/metricsquery";
import { apiParameters } from "../model/route";
import { type Asked, useApi } from "../state/api";
import { change, go, route } from "../state/navigation";
import { description as described } from "../state/session";
import { Segments } from "../ui/basics";
import { FilterBar } from "../ui/filters";
import { FailureNotice, Notice, Skeleton } from "../ui/states";
import { MetricCharts } from "./metriccharts";
import { ResourcePicker } from "./resourcepicker";
import { saveSeries } from "./saveseries";
import { Toolbar } from "./toolbar";

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

export function Metrics() {
  const { parameters } = route.value;
  const { _statistic: statistic = "", _pick: pick } = parameters;
  const description = described.value;
  const given = apiParameters(parameters);
  const byId = given["resource_ids"] !== undefined;
  const picking = pick !== undefined && !byId;
  const query = byId ? withoutFilters(given) : description ? busiest(given, description) : given;
  const asked = useApi<MetricsData>(picking ? null : "/metrics", query);
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
      {picking ? (
        <Notice icon="metrics" title="Choose a resource">
          <p>Find it by its name, id, region or tag. Others of the same type and region can join it.</p>
        </Notice>
      ) : (
        <>
          <FilterBar
            parameters={
              description ? parametersAt(description, "/metrics").filter(({ name }) => !own.includes(name)) : []
            }
            lead={byId ? ["metrics", "statistics", "period"] : ["types", "sort", "metrics", "limit"]}
            values={without(given, own)}
            defaults={without(query, own)}
            onChange={change}
            suggest={({ name }) => (description ? suggestions(name, query, description) : null)}
            failure={refusedPrice(asked.failure) === null ? asked.failure : null}
          />
          <Body asked={asked} all={all} sort={query["sort"] ?? ""} statistic={statistic} />
        </>
      )}
    </div>
  );
}

function without(query: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([name]) => !names.includes(name)));
}

function Body(props: { asked: Asked<MetricsData>; all: Measured | null; sort: string; statistic: string }) {
  const { asked, all } = props;
  const { failure } = asked;
  if (failure) {
    // A wrong filter is explained where it is.
    if (failure.kind === "parameter" && refusedPrice(failure) === null) return null;
    return <FailureNotice failure={failure} onRetry={asked.again} path={asked.path} query={asked.query} />;
  }
  const meta = asked.answers[0]?.meta;
  return all && meta ? (
    <MetricCharts all={all} meta={meta} sort={props.sort} statistic={props.statistic} />
  ) : (
    <Skeleton tall />
  );
}
