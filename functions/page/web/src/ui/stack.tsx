import { useEffect, useRef, useState } from "preact/hooks";
import { type Stack, ticks } from "../model/costs";
import { day, days, money, shortMoney, time } from "../model/format";
import { Bar } from "./bar";
import { seriesClass } from "./colours";
import { Data } from "./data";

const LEFT = 56;
const BOTTOM = 24;
const TOP = 8;

/**
 * Costs over time as stacked bars, from zero, credits below it. Estimated periods are fainter. The bars are drawn as
 * attributes of an SVG, which the policy of the page allows where it forbids styles.
 */
export function StackChart(props: {
  title: string;
  stack: Stack;
  currency: string | null;
  height?: number;
  hourly?: boolean;
  /** Called with the start and the exclusive end of a range of periods that was dragged. */
  onRange?: ((start: string, end: string) => void) | undefined;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [over, setOver] = useState<number | null>(null);
  const [from, setFrom] = useState<number | null>(null);
  const { stack, currency, height = 240 } = props;
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const above = stack.slices.map((slice) => slice.values.reduce((sum: number, one) => sum + Math.max(one ?? 0, 0), 0));
  const below = stack.slices.map((slice) => slice.values.reduce((sum: number, one) => sum + Math.min(one ?? 0, 0), 0));
  const marks = ticks(Math.min(0, ...below), Math.max(0, ...above));
  const [lowest = 0, highest = 1] = [marks[0], marks.at(-1)];
  const y = (value: number) => TOP + ((highest - value) / (highest - lowest || 1)) * (height - TOP - BOTTOM);
  const step = Math.max(0, width - LEFT) / Math.max(1, stack.slices.length);
  const every = Math.max(1, Math.ceil(64 / Math.max(step, 1)));
  const name = (start: string) => (props.hourly ? time(start) : day(start));
  const indexAt = (event: PointerEvent) => {
    const left = event.clientX - (event.currentTarget as Element).getBoundingClientRect().left - LEFT;
    const index = Math.floor(left / step);
    return index >= 0 && index < stack.slices.length ? index : null;
  };
  const choose = (first: number, last: number) => {
    const [one, other] = [stack.slices[first], stack.slices[last]];
    if (one && other) props.onRange?.(one.start, other.end);
  };
  const isFaded = (index: number) => {
    if (over === null) return false;
    return from === null ? index !== over : index < Math.min(from, over) || index > Math.max(from, over);
  };
  const slice = over === null ? undefined : stack.slices[over];
  return (
    <figure class="chart stack">
      <div class="chart-canvas" ref={holder}>
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-label={summaryText(props.title, stack, currency)}
            class={props.onRange ? "ranges" : ""}
            onPointerDown={(event) => props.onRange && setFrom(indexAt(event))}
            onPointerMove={(event) => setOver(indexAt(event))}
            onPointerUp={() => {
              if (from !== null && over !== null && from !== over) choose(Math.min(from, over), Math.max(from, over));
              setFrom(null);
            }}
            onPointerLeave={() => {
              setOver(null);
              setFrom(null);
            }}
          >
            {marks.map((mark) => (
              <g key={mark}>
                <line x1={LEFT} x2={width} y1={y(mark)} y2={y(mark)} class={mark === 0 ? "axis" : "grid"} />
                <text x={LEFT - 8} y={y(mark) + 4} class="tick end">
                  {shortMoney(mark, currency)}
                </text>
              </g>
            ))}
            {stack.slices.map((one, index) => (
              <Bar
                key={one.start}
                values={one.values}
                y={y}
                x={LEFT + index * step}
                step={step}
                estimated={one.estimated}
                faded={isFaded(index)}
              />
            ))}
            {stack.slices.map(
              (one, index) =>
                index % every === 0 &&
                LEFT + (index + 0.5) * step < width - 16 && (
                  <text key={one.start} x={LEFT + (index + 0.5) * step} y={height - 6} class="tick middle">
                    {name(one.start)}
                  </text>
                ),
            )}
          </svg>
        )}
      </div>
      <figcaption class="stack-caption">
        {slice
          ? `${props.hourly ? time(slice.start) : days(slice.start, slice.end)}: ${money(slice.total, currency)}${slice.estimated ? ", estimated" : ""}`
          : stack.slices.some((one) => one.estimated)
            ? "Faint: AWS may still change it"
            : "\u00a0"}
      </figcaption>
      <ul class="legend">
        {stack.groups.map((group, index) => (
          <li key={group}>
            <span class={`key ${seriesClass(index)}`} />
            <span class="legend-name" title={group}>
              {group}
            </span>
            <span class="number">{money(slice ? slice.values[index] : stack.totals[index], currency)}</span>
          </li>
        ))}
      </ul>
      <Data
        label={props.title}
        header={["Period", "Total", ...stack.groups]}
        rows={() =>
          stack.slices.map((one) => [
            name(one.start),
            money(one.total, currency),
            ...one.values.map((value) => money(value, currency)),
          ])
        }
      />
    </figure>
  );
}

function summaryText(title: string, stack: Stack, currency: string | null): string {
  const groups = stack.groups.map((group, index) => `${group} ${money(stack.totals[index], currency)}`);
  return `${title}: ${stack.slices.length} periods. ${groups.join(", ")}.`;
}
