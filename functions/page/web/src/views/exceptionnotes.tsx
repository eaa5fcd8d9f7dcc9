import type { Exceptions, ResourceRef } from "../api/types";
import { label } from "../model/description";
import { listEntry, notCounting, source, tagCommand, threeMonthsAhead } from "../model/exceptions";
import { findingId, resourceId } from "../model/findings";
import { day, number } from "../model/format";
import { change, linkTo } from "../state/navigation";
import { description } from "../state/session";
import { today } from "../state/today";
import { Prose } from "../ui/basics";
import { Place, Text } from "../ui/cell";
import { Icon } from "../ui/icon";
import { Snippet } from "../ui/snippet";

/** One line above the findings: somebody believes that these are accepted, and they are not. */
export function ExceptionsLine({ exceptions }: { exceptions: Exceptions | undefined }) {
  const said = notCounting(exceptions);
  if (said === "") return null;
  return (
    <p class="exceptions-line">
      <Icon name="gap" />
      <span>{said}.</span>
      <button
        type="button"
        class="button quiet"
        onClick={() => change({ _tab: "suppressed", _severity: "", _open: "" })}
      >
        See which
      </button>
    </p>
  );
}

/** What does not count, and why. */
export function NotCounting({ exceptions }: { exceptions: Exceptions }) {
  if (notCounting(exceptions) === "") return null;
  const { problems, problem_count: wrong, ended, ended_count: over } = exceptions;
  const more = wrong - problems.length + over - ended.length;
  return (
    <section class="card group not-counting">
      <header class="group-head">
        <h2>
          <Icon name="gap" /> Exceptions that do not count
        </h2>
        <p class="faint">What they are about is shown among the findings.</p>
      </header>
      <ul>
        {problems.map((one) => (
          <li class="suppressed" key={JSON.stringify(one)}>
            <p>
              {one.resource ? (
                <About resource={one.resource} />
              ) : (
                <>
                  <strong class="mono">
                    <Text value={one.parameter} />
                  </strong>
                  <span class="faint">{one.entry === null ? "the whole parameter" : `entry ${one.entry}`}</span>
                </>
              )}
            </p>
            <p>
              <bdi>
                <Prose text={one.problem} />
              </bdi>
            </p>
            <p class="faint">{one.by === "tag" ? "by tag" : "by list"}</p>
          </li>
        ))}
        {ended.map((one) => (
          <li class="suppressed" key={`${findingId(one)} ${one.parameter}`}>
            <p>
              <About resource={one.resource} />
            </p>
            <p>
              <a href={linkTo("findings", { _open: findingId(one) })}>
                {description.value?.rules.get(one.rule)?.label ?? label(one.rule)}
              </a>
              <span class="faint">
                <Text value={one.reason} />
              </span>
            </p>
            <p>
              <span>ended on {day(one.until, true)}</span>
              <span class="faint">{source(one)}</span>
            </p>
          </li>
        ))}
      </ul>
      {more > 0 && <p class="faint">And {number(more)} more.</p>}
    </section>
  );
}

export function About({ resource }: { resource: ResourceRef }) {
  return (
    <>
      <a href={linkTo("resources", { types: resource.resource_type, _open: resourceId(resource) })}>
        <strong>
          <Text value={resource.name ?? resource.id} />
        </strong>
      </a>
      <span class="faint">
        <Place type={resource.resource_type} region={resource.region} />
      </span>
    </>
  );
}

/** What an exception is, for whoever has none yet. */
export function HowTo({ byTag }: { byTag: boolean }) {
  const anyone = { resource_type: "", id: "<id or ARN>", name: null, region: "<region>", arn: "<ARN of the finding>" };
  const term = { rule: "<rules>", reason: "<reason>", until: threeMonthsAhead(today()) };
  return (
    <section class="card group how-to">
      <header class="group-head">
        <h2>What an exception is</h2>
      </header>
      <p>
        A finding that somebody accepts, with a reason, until a day at most a year ahead. It is then counted and listed
        here alone; after that day it is back among the findings. “Accept until…” at a finding writes the tags and the
        entry for it.
      </p>
      {byTag ? (
        <Snippet label="By tag: rules are all, or names separated by spaces" text={tagCommand(anyone, term) ?? ""} />
      ) : (
        <p>This deployment ignores tags: only the operator can list exceptions.</p>
      )}
      <Snippet
        label="By the operator’s list, in a parameter under /<stack>/exceptions/"
        text={listEntry({ ...anyone, arn: null }, { ...term, rule: "<rule or all>" }, null)}
      />
      <p class="faint">A tag never suppresses a critical finding; the operator’s list may.</p>
    </section>
  );
}
