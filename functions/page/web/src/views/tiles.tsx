import type { BottlenecksData, CostsData, ResourcesData } from "../api/types";
import { monthForecast } from "../model/costs";
import { day, dayBefore, days, exact, money, number, percent, plural } from "../model/format";
import type { Asked } from "../state/api";
import { knowsSavings } from "../state/findings";
import { linkTo } from "../state/navigation";
import { SavingsTile } from "./savingstile";
import { Tile } from "./tile";

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
      {knowsSavings() && <SavingsTile asked={props.findings} />}
      <Count asked={props.resources} />
    </div>
  );
}

function MonthToDate({ asked }: { asked: Asked<CostsData> }) {
  const data = asked.answers[0]?.data;
  const month = data?.month_to_date;
  return (
    <Tile
      asked={asked}
      label="Month to date"
      href={linkTo("costs")}
      value={
        month
          ? {
              text: money(month.cost, data.currency),
              note: `${days(month.start, month.end)}${month.estimated ? ", estimated" : ""}`,
              title: `${exact(month.cost)} ${data.currency ?? ""}`,
            }
          : { why: "No whole day of this month yet" }
      }
    />
  );
}

/** What the month will have cost: what is billed so far, and what AWS forecasts for its rest. */
function Forecast({ asked }: { asked: Asked<CostsData> }) {
  const data = asked.answers[0]?.data;
  const forecast = data?.forecast;
  const month = data ? monthForecast(data) : null;
  const label = "Forecast for the month";
  const href = linkTo("costs", { forecast: "true" });
  if (!data || !forecast || !month) {
    return <Tile asked={asked} label={label} href={href} value={{ why: forecast?.message ?? "AWS has no forecast" }} />;
  }
  const { total, sofar, rest, spread } = month;
  const until = forecast.end ? ` until ${day(dayBefore(forecast.end))}` : "";
  return (
    <Tile
      asked={asked}
      label={label}
      href={href}
      value={{
        text: money(total, data.currency),
        note: spread === null ? null : `± ${money(spread, data.currency)}, ${number(forecast.interval_percent)} % sure`,
        title: `${money(sofar, data.currency)} so far, and ${money(rest, data.currency)}${until}`,
      }}
    />
  );
}

function Change({ asked }: { asked: Asked<CostsData> }) {
  const data = asked.answers[0]?.data;
  const comparison = data?.comparison;
  return (
    <Tile
      asked={asked}
      label="Change"
      href={linkTo("costs")}
      value={
        comparison && comparison.change_percent !== null
          ? {
              text: percent(comparison.change_percent, true),
              note: (
                <>
                  {comparison.change > 0 ? "+" : ""}
                  {money(comparison.change, data.currency)}{" "}
                  <span class="number">on {days(comparison.start, comparison.end)}</span>
                </>
              ),
              title: `${money(comparison.total_cost, data.currency)} before, ${money(data.total_cost, data.currency)} now`,
            }
          : { why: "Nothing to compare with" }
      }
    />
  );
}

function Findings({ asked }: { asked: Asked<BottlenecksData> }) {
  const data = asked.answers[0]?.data;
  const summary = data?.summary;
  const suppressed = data?.suppressed?.count ?? 0;
  const grave = ["critical", "high"]
    .map((level) => ({ level, count: summary?.by_severity[level] ?? 0 }))
    .filter(({ count }) => count > 0)
    .map(({ level, count }) => `${count} ${level}`);
  return (
    <Tile
      asked={asked}
      label="Findings"
      href={linkTo("findings")}
      value={{
        text: number(summary?.findings),
        note: [
          grave.length > 0 ? grave.join(", ") : "none critical or high",
          suppressed > 0 ? `${number(suppressed)} suppressed` : "",
        ]
          .filter(Boolean)
          .join(", "),
      }}
    />
  );
}

function Count({ asked }: { asked: Asked<ResourcesData> }) {
  const counts = asked.answers[0]?.data.counts;
  const regions = Object.values(counts?.by_region ?? {});
  const used = regions.filter((count) => count !== 0).length;
  return (
    <Tile
      asked={asked}
      label="Resources"
      href={linkTo("resources")}
      value={
        counts && counts.total === null
          ? { why: "Nothing could be listed" }
          : { text: number(counts?.total), note: `in ${number(used)} of ${plural(regions.length, "region")}` }
      }
    />
  );
}
