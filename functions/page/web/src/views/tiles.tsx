import type { ComponentChildren } from "preact";
import type { BottlenecksData, CostsData, ResourcesData } from "../api/types";
import { day, dayBefore, exact, money, number, percent, plural } from "../model/format";
import type { Asked } from "../state/api";
import { linkTo } from "../state/navigation";
import { Missing } from "../ui/basics";

interface TileProps {
  label: string;
  href: string;
  value: ComponentChildren;
  note?: ComponentChildren;
  title?: string | undefined;
  /** Whether something is missing from the value; the line above the view says what. */
  partial?: boolean | undefined;
}

function Tile({ label, href, value, note, title, partial }: TileProps) {
  return (
    <a class="tile" href={href} title={title}>
      <span class="tile-label">{label}</span>
      <span class="tile-value">
        {value}
        {partial && <span class="incomplete">incomplete</span>}
      </span>
      <span class="tile-note">{note ?? "\u00a0"}</span>
    </a>
  );
}

export function Tiles(props: {
  costs: Asked<CostsData>;
  findings: Asked<BottlenecksData>;
  resources: Asked<ResourcesData>;
}) {
  return (
    <div class="tiles">
      <MonthToDate asked={props.costs} />
      <Forecast asked={props.costs} />
      <Change asked={props.costs} />
      <Findings asked={props.findings} />
      <Count asked={props.resources} />
    </div>
  );
}

/** Why a tile has no number yet, or will have none. */
function absent(asked: Asked<unknown>): ComponentChildren {
  if (asked.path === "") return <Missing why="This token does not open it" />;
  if (asked.failure) return <Missing why={asked.failure.message} />;
  return <span class="bone tile-bone" />;
}

function MonthToDate({ asked }: { asked: Asked<CostsData> }) {
  const data = asked.answers[0]?.data;
  const month = data?.month_to_date;
  return (
    <Tile
      label="Month to date"
      href={linkTo("costs")}
      title={month ? `${exact(month.cost)} ${data?.currency ?? ""}` : undefined}
      value={
        !data ? (
          absent(asked)
        ) : month ? (
          money(month.cost, data.currency)
        ) : (
          <Missing why="The month has no whole day yet" />
        )
      }
      note={month && `${day(month.start)} to ${day(dayBefore(month.end))}${month.estimated ? ", estimated" : ""}`}
    />
  );
}

/** What the month will have cost: what is billed so far, and what AWS forecasts for its rest. */
function Forecast({ asked }: { asked: Asked<CostsData> }) {
  const data = asked.answers[0]?.data;
  const forecast = data?.forecast;
  const { mean, lower, upper } = forecast ?? {};
  const month = data?.month_to_date?.cost ?? 0;
  const known = mean !== undefined && mean !== null;
  const spread = known && lower !== undefined && upper !== undefined ? Math.max(upper - mean, mean - lower) : null;
  return (
    <Tile
      label="Forecast for the month"
      href={linkTo("costs", { forecast: "true" })}
      title={
        known
          ? `${money(month, data?.currency)} so far, and ${money(mean, data?.currency)} until ${day(dayBefore(forecast?.end ?? ""))}`
          : undefined
      }
      value={
        !data ? (
          absent(asked)
        ) : known ? (
          money(month + mean, data.currency)
        ) : (
          <Missing why={forecast?.message ?? "AWS has no forecast"} />
        )
      }
      note={
        spread !== null ? `± ${money(spread, data?.currency)}, ${number(forecast?.interval_percent)} % sure` : undefined
      }
    />
  );
}

function Change({ asked }: { asked: Asked<CostsData> }) {
  const data = asked.answers[0]?.data;
  const comparison = data?.comparison;
  return (
    <Tile
      label={
        comparison
          ? `Change on ${day(comparison.start)} to ${day(dayBefore(comparison.end))}`
          : "Change on the days before"
      }
      href={linkTo("costs")}
      title={
        comparison
          ? `${money(comparison.total_cost, data?.currency)} before, ${money(data?.total_cost, data?.currency)} now`
          : undefined
      }
      value={
        !data ? (
          absent(asked)
        ) : comparison && comparison.change_percent !== null ? (
          percent(comparison.change_percent, true)
        ) : (
          <Missing why="Nothing to compare with" />
        )
      }
      note={comparison && `${comparison.change > 0 ? "+" : ""}${money(comparison.change, data?.currency)}`}
    />
  );
}

function Findings({ asked }: { asked: Asked<BottlenecksData> }) {
  const summary = asked.answers[0]?.data.summary;
  const grave = ["critical", "high"]
    .map((level) => [summary?.by_severity[level] ?? 0, level] as const)
    .filter(([count]) => count > 0);
  return (
    <Tile
      label="Findings"
      href={linkTo("findings")}
      value={summary ? number(summary.findings) : absent(asked)}
      note={
        summary &&
        (grave.length > 0 ? grave.map(([count, level]) => `${count} ${level}`).join(", ") : "none critical or high")
      }
    />
  );
}

function Count({ asked }: { asked: Asked<ResourcesData> }) {
  const counts = asked.answers[0]?.data.counts;
  const used = Object.values(counts?.by_region ?? {}).filter((count) => count !== 0);
  return (
    <Tile
      label="Resources"
      href={linkTo("resources")}
      value={
        !counts ? (
          absent(asked)
        ) : counts.total === null ? (
          <Missing why="Nothing could be listed" />
        ) : (
          number(counts.total)
        )
      }
      partial={asked.answers[0]?.meta.partial}
      note={counts && `in ${plural(used.length, "region")} of ${Object.keys(counts.by_region).length}`}
    />
  );
}
