import type { Finding } from "../api/types";
import { label } from "../model/description";
import { againstThreshold, evidence, hasThreshold, metricsNamed, resourceId } from "../model/findings";
import { duration, exact, time, utc, withTimes, withUnit } from "../model/format";
import { isOfAws } from "../model/recommendation";
import { linkTo } from "../state/navigation";
import { description } from "../state/session";
import { Missing, Severity } from "../ui/basics";
import { Region, Text } from "../ui/cell";
import { Detail } from "../ui/detail";
import { Icon } from "../ui/icon";
import { SavingsFigure } from "../ui/savingsfigure";
import { Accept } from "./accept";
import { AwsView } from "./awsview";
import { Remediation } from "./remediation";
import { SavingsEvidence } from "./savings";

export function FindingRow(props: {
  finding: Finding;
  byRule: boolean;
  byTag: boolean | null;
  /** Whether another finding of the resource has a figure too. */
  isContested: boolean;
  /** What the rule finds, since two numbers do not say which side is bad. */
  sentence: string;
  isOpen: boolean;
  onToggle: () => void;
}) {
  const { finding, isOpen } = props;
  const { resource } = finding;
  return (
    <li class={`finding ${isOpen ? "open" : ""}`}>
      <button type="button" class="finding-head" aria-expanded={isOpen} onClick={props.onToggle}>
        <Icon name={isOpen ? "down" : "right"} size={14} />
        {props.byRule ? (
          <span class="finding-what">
            <strong>
              <Text value={resource.name ?? resource.id} />
            </strong>
            <span class="faint">
              <Region name={resource.region} />
            </span>
          </span>
        ) : (
          <span class="finding-what">
            <Severity level={finding.severity} />
            <span>{description.value?.rules.get(finding.rule)?.label ?? label(finding.rule)}</span>
          </span>
        )}
        {hasThreshold(finding) ? <Bar finding={finding} /> : <span class="against" />}
        <span class="finding-numbers" title={props.sentence}>
          <strong title={`${exact(finding.observed)}: ${props.sentence}`}>
            {withUnit(finding.observed, finding.unit)}
          </strong>
          {hasThreshold(finding) ? (
            <span class="faint" title={`${exact(finding.threshold)}: ${props.sentence}`}>
              threshold {withUnit(finding.threshold, finding.unit)}
            </span>
          ) : (
            <span class="faint">AWS’s estimate</span>
          )}
        </span>
        <span class="finding-saves">
          <SavingsFigure finding={finding} />
        </span>
      </button>
      {isOpen && <Details {...props} />}
    </li>
  );
}

/** What was observed, with a mark where the threshold is. The numbers beside it say the same. */
function Bar({ finding }: { finding: Finding }) {
  const { observed, threshold } = againstThreshold(finding);
  return (
    <svg
      class={`against severity-${finding.severity}`}
      viewBox="0 0 120 12"
      width="120"
      height="12"
      aria-hidden="true"
      focusable="false"
    >
      <rect class="against-ground" x="0" y="4" width="120" height="4" rx="2" />
      <rect class="against-value" x="0" y="4" width={Math.max(2, observed * 120)} height="4" rx="2" />
      <rect class="against-mark" x={Math.min(118, threshold * 120 - 1)} y="0" width="2" height="12" />
    </svg>
  );
}

function Details(props: { finding: Finding; sentence: string; byTag: boolean | null; isContested: boolean }) {
  const { finding, sentence, byTag } = props;
  const { resource } = finding;
  const metrics = (resource.region === null ? null : description.value?.metrics.get(resource.resource_type)) ?? [];
  const named = metricsNamed(finding.recommendation, metrics).filter((name) => name !== finding.metric);
  const links = [...(metrics.some(({ name }) => name === finding.metric) ? [[finding.metric]] : []), [...named]];
  return (
    <div class="finding-details">
      <p class="recommendation">{withTimes(finding.recommendation)}</p>
      <SavingsEvidence finding={finding} isContested={props.isContested} />
      {finding.aws_recommendation && <AwsView of={finding.aws_recommendation} />}
      <Remediation of={finding.remediation} />
      <dl class="fields">
        {sentence !== "" && (
          <Detail name="Found when">
            <span class="sentence block">{sentence}</span>
          </Detail>
        )}
        {!isOfAws(finding) && <Measured finding={finding} />}
        {Object.entries(finding.changed_thresholds ?? {}).map(([name, one]) => (
          <Detail key={name} name="Changed threshold">
            {name}: {withUnit(one.value, one.unit)} instead of {withUnit(one.default, one.unit)}
          </Detail>
        ))}
        {finding.exception && (
          <Detail name="Exception">
            {finding.exception.message}
            {finding.exception.reason !== null && (
              <span class="faint block">
                <Text value={finding.exception.reason} />
              </span>
            )}
          </Detail>
        )}
        <Detail name="Resource">
          <span class="mono">
            <Text value={resource.id} />
          </span>
        </Detail>
      </dl>
      <div class="finding-links">
        <a class="button" href={linkTo("resources", { types: resource.resource_type, _open: resourceId(resource) })}>
          Open the resource
        </a>
        {links
          .filter((names) => names.length > 0)
          .map((names) => (
            <a
              key={names.join()}
              class="button"
              href={linkTo("metrics", evidence(finding, names, metrics, Date.now()))}
            >
              Its{" "}
              {names
                .map((name) => label(name).replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()))
                .join(" and ")}{" "}
              over time
            </a>
          ))}
        {byTag !== null && <Accept finding={finding} byTag={byTag} />}
      </div>
    </div>
  );
}

/** What a rule looked at. */
function Measured({ finding }: { finding: Finding }) {
  const { window, coverage } = finding;
  return (
    <>
      <Detail name="Measured">
        {[finding.statistic, label(finding.metric).toLowerCase()].filter(Boolean).join(" of ")}
      </Detail>
      <Detail name="Window">
        {window ? (
          <span title={`${utc(window.start)} to ${utc(window.end)}`}>
            {time(window.start)} to {time(window.end)}, every {duration(window.period_seconds).replace(/^1 /, "")}
          </span>
        ) : (
          <Missing why="It is a property of the resource, not a measurement" />
        )}
      </Detail>
      <Detail name="Coverage">
        {coverage ? (
          `${coverage.found} of ${coverage.expected} datapoints`
        ) : (
          <Missing why="It is a property of the resource, not a measurement" />
        )}
      </Detail>
      <Detail name="Not observed">
        {finding.not_observed.length > 0 ? finding.not_observed.join(", ") : "nothing else matters here"}
      </Detail>
    </>
  );
}
