import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { time, withUnit } from "../model/format";
import { isolated, type Plot, summarise } from "../model/series";
import { dark } from "../state/theme";
import { property, seriesClass, seriesColour } from "./colours";
import { Data } from "./data";

/**
 * Lines over time. A missing datapoint is a hole, and one between two holes a dot. The crosshair is shared by all charts
 * with the same `sync`, and dragging zooms them.
 */
export function LineChart(props: { title: string; plot: Plot; sync: string; height?: number }) {
  const holder = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const { plot, sync, height = 168 } = props;
  const unit = plot.lines.find((line) => line.unit)?.unit ?? "";
  const isDark = dark.value;

  // The theme is a dependency, since a canvas has to be drawn anew when it changes.
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const chart = new uPlot(
      options(plot, unit, sync, element.clientWidth, height, setCursor),
      [plot.times, ...plot.lines.map((line) => line.values)],
      element,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [plot, sync, height, unit, isDark]);

  const at = cursor === null ? null : plot.times[cursor];
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <strong>{props.title}</strong>
        <span class="faint">{at === null || at === undefined ? "" : time(new Date(at * 1000).toISOString())}</span>
      </figcaption>
      <div ref={holder} class="chart-canvas" role="img" aria-label={summaryText(props.title, plot, unit)} />
      <ul class="legend">
        {plot.lines.map((line, index) => {
          const summary = summarise(line.values);
          const shown = cursor === null ? summary.newest : (line.values[cursor] ?? null);
          return (
            <li key={line.label}>
              <span class={`key ${seriesClass(index)}`} />
              <span class="legend-name" title={line.label}>
                {line.label}
              </span>
              <span class="number">{withUnit(shown, unit)}</span>
            </li>
          );
        })}
      </ul>
      <Data
        label={props.title}
        header={["Time", ...plot.lines.map((line) => line.label)]}
        rows={() =>
          plot.times.map((seconds, index) => [
            time(new Date(seconds * 1000).toISOString()),
            ...plot.lines.map((line) => withUnit(line.values[index], unit)),
          ])
        }
      />
    </figure>
  );
}

/** Steps that are round in KiB, MiB and GiB. */
const POWERS_OF_TWO = Array.from({ length: 60 }, (_, power) => 2 ** power);

function options(
  plot: Plot,
  unit: string,
  sync: string,
  width: number,
  height: number,
  onCursor: (index: number | null) => void,
): uPlot.Options {
  const axis = {
    stroke: property("--faint"),
    font: `11px ${property("--font")}`,
    grid: { stroke: property("--line-faint"), width: 1 },
    ticks: { show: false },
  };
  const values = plot.lines.flatMap((line) => line.values).filter((value): value is number => value !== null);
  const fromZero = values.every((value) => value >= 0);
  return {
    width,
    height,
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: sync }, points: { size: 7 }, y: false, move: toDatapoint },
    scales: {
      y: {
        range: (_chart, lowest, highest) => {
          const low = fromZero ? 0 : (lowest ?? 0);
          const high = highest ?? 1;
          return [low, high === low ? low + 1 : high + (high - low) * 0.05];
        },
      },
    },
    axes: [
      { ...axis, values: (_chart, ticks) => axisTimes(ticks), space: 72, size: 28 },
      {
        ...axis,
        values: (_chart, ticks) => ticks.map((tick) => withUnit(tick, unit)),
        size: 64,
        space: 36,
        ...(unit.startsWith("Bytes") ? { incrs: POWERS_OF_TWO } : {}),
      },
    ],
    series: [
      {},
      ...plot.lines.map((line, index) => ({
        label: line.label,
        stroke: seriesColour(index),
        width: 1.75,
        spanGaps: false,
        points: { show: true, size: 5, fill: seriesColour(index), filter: () => isolated(line.values) },
      })),
    ],
    hooks: { setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)] },
  };
}

/** The crosshair stands on a datapoint, since the values beside it are those of one. */
function toDatapoint(chart: uPlot, left: number, top: number): [number, number] {
  const at = left < 0 ? undefined : chart.data[0][chart.posToIdx(left)];
  return at === undefined ? [left, top] : [chart.valToPos(at, "x"), top];
}

const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat("en-GB", { month: "short", day: "numeric" });

/** A tick at midnight carries the date, the others the time; ticks of a day or more are dates alone. */
function axisTimes(ticks: number[]): string[] {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return ticks.map((tick) => {
    const at = new Date(tick * 1000);
    const midnight = at.getHours() === 0 && at.getMinutes() === 0;
    return step >= 86_400 || midnight ? date.format(at) : hour.format(at);
  });
}

function summaryText(title: string, plot: Plot, unit: string): string {
  const lines = plot.lines.map((line) => {
    const { minimum, maximum, newest, found } = summarise(line.values);
    if (found === 0) return `${line.label}: no datapoints`;
    return `${line.label}: from ${withUnit(minimum, unit)} to ${withUnit(maximum, unit)}, newest ${withUnit(newest, unit)}, ${found} of ${line.values.length} datapoints`;
  });
  return `${title}. ${lines.join(". ")}`;
}
