import { useMemo } from "preact/hooks";
import type { Datapoint, Resource, SeriesState, Window } from "../api/types";
import { plural, price } from "../model/format";
import { joinList } from "../model/route";
import { onGrid, stateText, statisticsOf } from "../model/series";
import { useApi } from "../state/api";
import { change, linkTo, route } from "../state/navigation";
import { allowed, description } from "../state/session";
import { Prose, Segments } from "../ui/basics";
import { LineChart } from "../ui/chart";
import { Icon } from "../ui/icon";
import { Skeleton } from "../ui/states";

type ById = Record<string, Record<string, Datapoint[]>>;

/** Hours back to choose from, and those of metrics that have one point a day. */
const HOURS = ["24", "168"];
const DAILY = ["336", "1440"];

/** The usual metrics of one resource over the last day, or longer. They cost a fraction of a cent, which stands beside them. */
export function DrawerMetrics({ type, resource }: { type: string; resource: Resource }) {
  const metrics = description.value?.metrics.get(type);
  const { region } = resource;
  // CloudWatch has them in the region of the resource, which has to be known.
  const open = metrics !== undefined && region !== null && allowed("/metrics");
  // CloudWatch measures some types once a day only, so a day of them is a single point.
  const daily = metrics?.every((metric) => metric.shortestPeriod >= 86_400) ?? false;
  const choices = daily ? DAILY : HOURS;
  // In the address, so that it stays from row to row and in a link.
  const hours = choices.find((one) => one === route.value.parameters["_hours"]) ?? choices[0] ?? "24";
  const longer: Record<string, string> = hours === "24" ? {} : { hours };
  const query = { resource_type: type, resource_ids: resource.id, region: region ?? "", ...longer };
  const asked = useApi<ById>(open ? "/metrics" : null, query);
  const answer = asked.answers[0];
  const window = answer?.meta["window"] as Window | undefined;
  const states = (answer?.meta["series"] as Record<string, Record<string, SeriesState>> | undefined)?.[resource.id];
  const plots = useMemo(() => {
    if (!answer || !window) return [];
    return Object.entries(answer.data[resource.id] ?? {}).map(([metric, points]) => ({
      metric,
      points: points.length,
      plot: onGrid(
        window,
        statisticsOf(points).map((statistic) => ({ label: statistic, points, statistic })),
      ),
    }));
  }, [answer]);
  if (!open) return null;
  return (
    <section>
      <h3>
        Metrics
        {answer && (
          <span class="faint small">
            {" "}
            {plural(plots.length, "metric")}, {price(Number(answer.meta.aws_requests.estimated_cost_usd))}
          </span>
        )}
        <a class="more" href={linkTo("metrics", { ...query, metrics: joinList(metrics.map(({ name }) => name)) })}>
          All {plural(metrics.length, "metric")} <Icon name="right" size={12} />
        </a>
      </h3>
      <Segments
        label="How far back"
        value={hours}
        onChange={(_hours) => change({ _hours: _hours === choices[0] ? "" : _hours }, true)}
        options={choices.map((value) => ({ value, label: value === "24" ? "24 h" : `${Number(value) / 24} d` }))}
      />
      {asked.failure && (
        <p class="wrong">
          <Icon name="gap" />
          <span>
            <Prose text={asked.failure.message} />
          </span>
        </p>
      )}
      {asked.loading && !answer && <Skeleton tall />}
      {plots.map(({ metric, points, plot }) => {
        const name = metrics?.find((one) => one.name === metric)?.label ?? metric;
        const why = stateText(states?.[metric]);
        return points === 0 ? (
          <p class="chart-empty" key={metric}>
            <strong>{name}</strong> <span class="faint">{why || "no datapoints"}</span>
          </p>
        ) : (
          <div class="drawer-chart" key={metric}>
            <LineChart title={name} plot={plot} sync="drawer" height={132} />
            {why && <p class="faint small">{why}</p>}
          </div>
        );
      })}
    </section>
  );
}
