import { useMemo } from "preact/hooks";
import type { CostsData } from "../api/types";
import { costRows, groupings, stack } from "../model/costs";
import { csv } from "../model/csv";
import { label, parametersAt } from "../model/description";
import { days, isCurrency, time } from "../model/format";
import { apiParameters } from "../model/route";
import { type Asked, useApi } from "../state/api";
import { change, route } from "../state/navigation";
import { knownRegions } from "../state/regions";
import { accounts, description as described } from "../state/session";
import { download } from "../ui/basics";
import { FilterBar } from "../ui/filters";
import { StackChart } from "../ui/stack";
import { FailureNotice, Notice, Skeleton } from "../ui/states";
import { CostComparison } from "./costcomparison";
import { CostFigures } from "./costfigures";
import { CostTable } from "./costtable";
import { CostWhy } from "./costwhy";
import { Period } from "./period";
import { Toolbar } from "./toolbar";

/** The period has a control of its own, and the regions stand above all views. */
const OWN = ["days", "start", "end", "format", "regions", "max_cost_usd"];

export function Costs() {
  const query = apiParameters(route.value.parameters);
  const asked = useApi<CostsData>("/costs", query);
  const data = asked.answers[0]?.data;
  const parameters = described.value ? parametersAt(described.value, "/costs") : [];
  return (
    <div class="page">
      <header class="page-head">
        <h1>Costs</h1>
        <Toolbar curl={asked.curl} {...(data ? { onCsv: () => save(data) } : {})} />
      </header>
      <FilterBar
        parameters={parameters.filter(({ name }) => !OWN.includes(name))}
        lead={["metric", "granularity", "group_by", "exclude"]}
        values={query}
        onChange={change}
        suggest={({ name }) => suggestions(name, data)}
        failure={asked.failure}
        before={<Period query={query} />}
      />
      <Body asked={asked} query={query} />
    </div>
  );
}

function Body({ asked, query }: { asked: Asked<CostsData>; query: Record<string, string> }) {
  const answer = asked.answers[0];
  const stacked = useMemo(() => (answer ? stack(answer.data, 8) : null), [answer]);
  if (asked.failure) {
    if (asked.failure.kind === "parameter") return <p class="faint">Change the filter to see costs.</p>;
    return <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />;
  }
  if (!answer || !stacked) return <Skeleton tall />;
  const { data } = answer;
  return (
    <>
      <CostFigures data={data} />
      <div class="costs">
        <section class="card">
          <header class="card-head">
            <h2>{titleOf(data)}</h2>
            <p class="faint">{days(data.start, data.end, true)}</p>
          </header>
          {stacked.groups.length === 0 ? (
            <Notice icon="costs" title="No costs here">
              <p>
                Cost Explorer has nothing for this period and these filters. It does not say whether a filter’s value
                exists.
              </p>
            </Notice>
          ) : (
            <StackChart
              title={titleOf(data)}
              stack={stacked}
              currency={data.currency}
              hourly={data.granularity === "HOURLY"}
              onRange={data.granularity === "HOURLY" ? undefined : (start, end) => change({ days: "", start, end })}
            />
          )}
        </section>
        <CostComparison data={data} />
      </div>
      <CostWhy data={data} query={query} />
      {stacked.groups.length > 0 && <CostTable data={data} />}
    </>
  );
}

function titleOf(data: CostsData): string {
  const each = { DAILY: "day", MONTHLY: "month", HOURLY: "hour" }[data.granularity] ?? data.granularity.toLowerCase();
  // AWS writes N/A where there is no unit.
  const unit =
    data.currency === null || isCurrency(data.currency) || data.currency === "N/A" ? "" : ` in ${data.currency}`;
  return `${label(data.metric)}${unit} by ${each}`;
}

/** Names that this page has seen, since Cost Explorer has no list of them that would be free. */
function suggestions(name: string, data: CostsData | undefined): string[] | null {
  if (name === "regions") return knownRegions.value;
  if (name === "accounts") return accounts.value.map((one) => one.id);
  const singular = name.replace(/s$/, "");
  const seen = data?.[`costs_by_${singular}`];
  return typeof seen === "object" && seen !== null ? Object.keys(seen).filter((one) => one !== "(none)") : null;
}

/** What the table shows: a row for each group, a column for each period. */
function save(data: CostsData): void {
  const names = groupings(data);
  const starts = Object.keys(data.periods);
  const keys = costRows(data)[0]?.keys.length === 2 ? names.slice(0, 2) : names.slice(0, 1);
  const rows = costRows(data).map((row) => [...row.keys, row.total, ...row.values]);
  download(
    "costs.csv",
    csv([...keys, "total", ...starts.map((start) => (start.length > 10 ? time(start) : start))], rows),
  );
}
