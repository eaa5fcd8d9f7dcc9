import { useState } from "preact/hooks";
import { refusedPrice } from "../api/errors";
import type { BottlenecksData, Finding, NotJudged, SuppressedFinding } from "../api/types";
import { parametersAt } from "../model/description";
import { findingId, matches, whyLost } from "../model/findings";
import { plural, price } from "../model/format";
import { apiParameters } from "../model/route";
import { bySavings, contested, hasFigure } from "../model/savings";
import { type Asked, curlOf, useApi } from "../state/api";
import { inAnyOrder } from "../state/findings";
import { change, route } from "../state/navigation";
import { description as described } from "../state/session";
import { Segments } from "../ui/basics";
import { FilterBar } from "../ui/filters";
import { FailureNotice, NotFound, Notice, Skeleton } from "../ui/states";
import { ExceptionsLine } from "./exceptionnotes";
import { FindingGroups } from "./findinggroups";
import { FindingTabs, OTHERS } from "./findingtabs";
import { saveFindings, saveSuppressed, saveUnjudged } from "./savefindings";
import { SavingsLine } from "./savingsline";
import { Search } from "./search";
import { Suppressed } from "./suppressed";
import { Toolbar } from "./toolbar";
import { Unjudged } from "./unjudged";

const OWN = ["limit", "cursor", "format", "regions", "max_cost_usd", "suppressed", "sort"];

export function Findings() {
  const { parameters } = route.value;
  const {
    _tab: tab = "",
    _by: chosenBy = "rule",
    _find: find = "",
    _severity: severity = "",
    _saves: saves = "",
  } = parameters;
  const query = apiParameters(parameters);
  // Each page measures again and costs as much again, so the rest is followed only on request.
  const [all, setAll] = useState(false);
  const asked = useApi<BottlenecksData>("/bottlenecks", inAnyOrder(query, all), { paged: all });
  const pages = asked.answers.map((answer) => answer.data);
  const loaded = pages.flatMap((data) => data.findings);
  const findings = query["sort"] === "savings" ? bySavings(loaded) : loaded;
  const unjudged = pages.flatMap((data) => data.not_judged);
  const suppressed = pages.flatMap((data) => data.suppressed?.findings ?? []);
  // Findings that nobody accepts have no end.
  const by = chosenBy === "end" && tab !== "suppressed" ? "rule" : chosenBy;
  const seen = (item: Finding | NotJudged | SuppressedFinding) => find === "" || matches(item, find);
  const found = findings.filter(seen);
  const shown = found
    .filter((finding) => severity === "" || finding.severity === severity)
    .filter((finding) => hasFigure(finding, saves));
  const shownUnjudged = unjudged.filter(seen);
  const shownSuppressed = suppressed.filter(seen);
  const { _open: opened } = parameters;
  const incomplete = asked.answers.some(({ meta }) => meta.partial);
  const whole = !asked.loading && asked.failure === null && pages.length > 0;
  const lost = whole && !findings.some((finding) => findingId(finding) === opened);
  const rest = pages.at(-1)?.next_cursor ?? null;
  return (
    <div class="page narrow">
      <header class="page-head">
        <h1>Findings</h1>
        <Toolbar
          curl={
            tab === "suppressed"
              ? curlOf("/bottlenecks", { ...query, suppressed: "show" })
              : curlOf("/bottlenecks", query)
          }
          onCsv={() => {
            if (tab === "unjudged") saveUnjudged(shownUnjudged);
            else if (tab === "suppressed") saveSuppressed(shownSuppressed);
            else saveFindings(shown);
          }}
        />
      </header>
      <FilterBar
        parameters={
          described.value ? parametersAt(described.value, "/bottlenecks").filter(({ name }) => !OWN.includes(name)) : []
        }
        lead={["types", "hours"]}
        values={query}
        // The API refuses to sort by what is left out.
        onChange={(values) => change(values["savings"] ? { ...values, sort: "" } : values)}
        failure={refusedPrice(asked.failure) === null ? asked.failure : null}
      >
        <Search value={find} onChange={(_find) => change({ _find }, true)} label="Search these findings" />
      </FilterBar>
      <div class="table-head">
        <FindingTabs
          data={pages[0]}
          tab={tab}
          severity={severity}
          found={find === "" ? null : { findings: found, unjudged: shownUnjudged, suppressed: shownSuppressed }}
        />
        {tab !== "unjudged" && (
          <Segments
            label="Group by"
            value={by}
            onChange={(_by) => change({ _by: _by === "rule" ? "" : _by })}
            options={[
              { value: "rule", label: "By rule" },
              { value: "resource", label: "By resource" },
              ...(tab === "suppressed" ? [{ value: "end", label: "By end" }] : []),
            ]}
          />
        )}
      </div>
      {lost && opened !== undefined && (
        <NotFound what={opened} onClose={() => change({ _open: "" }, true)}>
          {whyLost(incomplete)}
        </NotFound>
      )}
      {tab !== "suppressed" && <ExceptionsLine exceptions={pages[0]?.exceptions} />}
      {!OTHERS.includes(tab) && (
        <SavingsLine
          summary={pages[0]?.summary.savings}
          purchases={pages[0]?.purchases}
          incomplete={incomplete}
          sorted={query["sort"] === "savings"}
          chosen={saves}
        />
      )}
      <Body
        asked={asked}
        tab={tab}
        by={by}
        findings={shown}
        unjudged={shownUnjudged}
        suppressed={shownSuppressed}
        loaded={suppressed.length}
        all={findings}
      />
      {asked.failure && pages.length > 0 && (
        <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />
      )}
      {rest !== null && !asked.loading && (
        <p class="rest">
          There are more. Each page measures again, for about{" "}
          {price(Number(asked.answers[0]?.meta.aws_requests.estimated_cost_usd ?? 0))}.
          <button type="button" class="button" onClick={() => setAll(true)}>
            Load the rest
          </button>
        </p>
      )}
    </div>
  );
}

function Body(props: {
  asked: Asked<BottlenecksData>;
  tab: string;
  by: string;
  findings: Finding[];
  unjudged: NotJudged[];
  suppressed: SuppressedFinding[];
  loaded: number;
  /** What is loaded, whatever the filters hide. */
  all: Finding[];
}) {
  const { asked } = props;
  const data = asked.answers[0]?.data;
  if (!data) {
    if (asked.failure?.kind === "parameter" && refusedPrice(asked.failure) === null) return null;
    if (asked.failure)
      return <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />;
    return <Skeleton lines={10} />;
  }
  if (props.tab === "unjudged") return <Unjudged items={props.unjudged} total={data.not_judged.length} />;
  if (props.tab === "suppressed") {
    const usd = Number(asked.answers[0]?.meta.aws_requests.estimated_cost_usd ?? 0);
    return <Suppressed data={data} items={props.suppressed} loaded={props.loaded} by={props.by} usd={usd} />;
  }
  if (props.findings.length > 0) {
    return (
      <FindingGroups
        findings={props.findings}
        by={props.by}
        contested={contested(props.all)}
        sorted={route.value.parameters["sort"] === "savings"}
        rules={data.rules}
        byTag={data.exceptions ? data.exceptions.by_tag : null}
      />
    );
  }
  if (props.all.length > 0) {
    return (
      <Notice
        icon="search"
        title={`The filters hide ${props.all.length.toLocaleString("en-US")}`}
        action={
          <button type="button" class="button" onClick={() => change({ _find: "", _severity: "", _saves: "" })}>
            Show them
          </button>
        }
      />
    );
  }
  const judged = Object.values(data.summary.by_type).reduce((sum, one) => sum + (one?.resources ?? 0), 0);
  return (
    <Notice icon="check" title="No findings">
      <p>
        {plural(Object.keys(data.rules).length, "rule")} checked {plural(judged, "resource")}
        {data.not_judged.length > 0 ? `; ${data.not_judged.length} could not be judged.` : "."}
        {data.suppressed && data.suppressed.count > 0 && ` ${plural(data.suppressed.count, "finding")} suppressed.`}
      </p>
    </Notice>
  );
}
