import type { BottlenecksData, SuppressedFinding } from "../api/types";
import { label } from "../model/description";
import { byEnd, left, source } from "../model/exceptions";
import { findingId, grouped, measured, resourceId } from "../model/findings";
import { day, plural, price, withTimes } from "../model/format";
import { change } from "../state/navigation";
import { description } from "../state/session";
import { today } from "../state/today";
import { Severity } from "../ui/basics";
import { Place, Text } from "../ui/cell";
import { Notice } from "../ui/states";
import { About, HowTo, NotCounting } from "./exceptionnotes";

/** The findings that exceptions suppress, so that nothing disappears: who accepts what, why, and until when. */
export function Suppressed(props: {
  data: BottlenecksData;
  items: SuppressedFinding[];
  /** How many there are before the search. */
  loaded: number;
  by: string;
  usd: number;
}) {
  const { data, items, by } = props;
  if (!data.suppressed || !data.exceptions)
    return <Notice icon="findings" title="This deployment does not know exceptions" />;
  const observed = items.some(({ finding }) => finding !== undefined);
  return (
    <div class="groups">
      {items.length > 0 ? (
        groupsOf(items, by).map((group) => <Group key={group.id} {...group} by={by} />)
      ) : props.loaded > 0 ? (
        <Notice icon="search" title={`The search hides all ${props.loaded}`} />
      ) : data.suppressed.count > 0 ? (
        <Notice
          icon="findings"
          title={`${plural(data.suppressed.count, "suppressed finding")} follow on the next pages`}
        />
      ) : (
        <Notice icon="check" title="No finding is suppressed" />
      )}
      {items.length > 0 && !observed && (
        <p class="rest">
          What was observed is not loaded. It is measured again, for about {price(props.usd)}.
          <button type="button" class="button" onClick={() => change({ suppressed: "show" })}>
            Show what was observed
          </button>
        </p>
      )}
      <NotCounting exceptions={data.exceptions} />
      <HowTo byTag={data.exceptions.by_tag} />
    </div>
  );
}

function groupsOf(items: SuppressedFinding[], by: string) {
  if (by === "resource") return grouped(items, ({ resource }) => resourceId(resource));
  return by === "end" ? [{ id: "end", items: byEnd(items) }] : grouped(items, ({ rule }) => rule);
}

function Group({ id, items, by }: { id: string; items: SuppressedFinding[]; by: string }) {
  const [first] = items;
  if (!first) return null;
  return (
    <section class="card group">
      <header class="group-head">
        {by === "resource" ? (
          <h2>
            <Text value={first.resource.name ?? first.resource.id} />
            <span class="kind">
              <Place type={first.resource.resource_type} region={first.resource.region} />
            </span>
          </h2>
        ) : by === "end" ? (
          <h2>Those that end first</h2>
        ) : (
          <h2>
            <Severity level={first.severity} />
            <span>{description.value?.rules.get(id)?.label ?? label(id)}</span>
          </h2>
        )}
        <span class="faint">{plural(items.length, "suppressed finding")}</span>
      </header>
      <ul>
        {items.map((one) => (
          <Row key={findingId(one)} one={one} by={by} />
        ))}
      </ul>
    </section>
  );
}

function Row({ one, by }: { one: SuppressedFinding; by: string }) {
  const { finding } = one;
  const rule = description.value?.rules.get(one.rule)?.label ?? label(one.rule);
  return (
    <li class="suppressed">
      <p>
        {by !== "resource" && <About resource={one.resource} />}
        {by !== "rule" && (
          <span class="suppressed-rule">
            <Severity level={one.severity} /> {rule}
          </span>
        )}
      </p>
      <p>
        <bdi>{one.reason}</bdi>
        <span class="faint">{source(one)}</span>
        {finding && (
          <span class="suppressed-observed">
            {measured(finding)}. <span class="faint">{withTimes(finding.recommendation)}</span>
          </span>
        )}
      </p>
      <p>
        <span>until {day(one.until, true)}</span>
        <span class="faint">{left(one.until, today())}</span>
      </p>
    </li>
  );
}
