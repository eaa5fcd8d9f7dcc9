import { useMemo } from "preact/hooks";
import type { Meta } from "../api/types";
import { label } from "../model/description";
import { duration, plural, time, withUnit } from "../model/format";
import { type Measured, metricsOf, nameOf, plotOf, statisticsIn } from "../model/measured";
import { stateText } from "../model/series";
import { change, linkTo } from "../state/navigation";
import { description } from "../state/session";
import { Missing, Segments } from "../ui/basics";
import { Region, Text } from "../ui/cell";
import { LineChart } from "../ui/chart";
import { SERIES } from "../ui/colours";
import { Notice } from "../ui/states";

export function MetricCharts(props: { all: Measured; meta: Meta; sort: string; statistic: string }) {
  const { all, sort } = props;
  const metrics = metricsOf(all);
  const statistics = statisticsIn(all);
  const [sortMetric, sortStatistic, direction] = sort.split(":");
  const statistic =
    props.statistic || (statistics.includes(sortStatistic ?? "") ? (sortStatistic ?? "") : (statistics[0] ?? ""));
  const ordered = [...metrics].sort((a, b) => Number(b === sortMetric) - Number(a === sortMetric));
  if (all.resources.length === 0) {
    return (
      <Notice icon="metrics" title="Nothing matches">
        <p>No resource of these types, regions and filters could be measured.</p>
      </Notice>
    );
  }
  const several = all.resources.length > 1;
  return (
    <>
      <div class="metrics-about">
        <p class="faint">
          {all.window && (
            <>
              {time(all.window.start)} to {time(all.window.end)}, every{" "}
              {duration(all.window.period_seconds).replace(/^1 /, "")}.{" "}
            </>
          )}
          Drag to zoom, double-click to see all again.
        </p>
        {several && statistics.length > 1 && (
          <Segments
            label="Statistic"
            value={statistic}
            onChange={(_statistic) => change({ _statistic })}
            options={statistics.map((value) => ({ value, label: value }))}
          />
        )}
      </div>
      <div class="charts">
        {ordered.map((metric) => (
          <Chart key={metric} all={all} metric={metric} statistic={statistic} several={several} />
        ))}
      </div>
      {several && <Ranking all={all} meta={props.meta} metric={sortMetric ?? ""} lowest={direction === "asc"} />}
    </>
  );
}

function Chart({
  all,
  metric,
  statistic,
  several,
}: {
  all: Measured;
  metric: string;
  statistic: string;
  several: boolean;
}) {
  const types = [...new Set(all.resources.map((one) => one.resource_type))];
  const known = types.flatMap((type) => description.value?.metrics.get(type) ?? []).find(({ name }) => name === metric);
  // The same object while nothing changes, so that a zoomed chart is not drawn anew.
  const plot = useMemo(() => plotOf(all, metric, statistic, SERIES), [all, metric, statistic]);
  const having = all.resources.filter((one) => (one.metrics[metric]?.length ?? 0) > 0).length;
  const why = several ? "" : stateText(all.resources[0]?.series[metric]);
  const title = `${known?.label ?? label(metric)}${several ? `, ${statistic}` : ""}`;
  return (
    <section class="card">
      {plot ? (
        <LineChart title={title} plot={plot} sync="metrics" height={200} />
      ) : (
        <>
          <h2>{title}</h2>
          <Notice icon="metrics" title="No datapoints">
            <p>{why || "CloudWatch has none in this window."}</p>
          </Notice>
        </>
      )}
      {plot && (why || having > SERIES) && (
        <p class="faint small">{why || `The first ${SERIES} of ${having} are drawn; the table below has all.`}</p>
      )}
    </section>
  );
}

/** The resources in the order of the response, with what they were ordered by. */
function Ranking({ all, meta, metric, lowest }: { all: Measured; meta: Meta; metric: string; lowest: boolean }) {
  const matched = meta["matched"] as { total?: number | null } | undefined;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{metric ? `${label(metric)}, ${lowest ? "lowest" : "highest"} first` : "Resources"}</h2>
        {typeof matched?.total === "number" && (
          <p class="faint">
            {all.resources.length} of {plural(matched.total, "resource")}
          </p>
        )}
      </header>
      <div class="scroll-x">
        <table class="plain numbers ranking">
          <thead>
            <tr>
              <th scope="col">Resource</th>
              <th scope="col" class="words">
                Type
              </th>
              <th scope="col" class="words">
                Region
              </th>
              {metric && <th scope="col">{label(metric)}</th>}
              <th scope="col">Datapoints</th>
            </tr>
          </thead>
          <tbody>
            {all.resources.map((one) => {
              const series = one.series[metric] ?? Object.values(one.series)[0];
              const unit = one.metrics[metric]?.[0]?.Unit;
              return (
                <tr key={`${one.resource_type}/${one.region}/${one.id}`}>
                  <th scope="row">
                    <a
                      href={linkTo("metrics", {
                        resource_type: one.resource_type,
                        resource_ids: one.id,
                        region: one.region ?? "",
                      })}
                    >
                      <Text value={nameOf(one)} />
                    </a>
                  </th>
                  <td class="words">{one.resource_type}</td>
                  <td class="words">
                    <Region name={one.region} />
                  </td>
                  {metric && (
                    <td>
                      {one.sort_value === null || one.sort_value === undefined ? (
                        <Missing why={stateText(series) || "No datapoints"} />
                      ) : (
                        withUnit(one.sort_value, unit)
                      )}
                    </td>
                  )}
                  <td>
                    {series ? (
                      <span title={stateText(series)}>{`${series.found} of ${series.expected}`}</span>
                    ) : (
                      <Missing why="Not measured" />
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
