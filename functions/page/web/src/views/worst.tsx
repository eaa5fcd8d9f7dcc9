import type { BottlenecksData, Finding } from "../api/types";
import { label } from "../model/description";
import { findingId, measured, sentenceOf } from "../model/findings";
import { plural } from "../model/format";
import type { Asked } from "../state/api";
import { linkTo } from "../state/navigation";
import { description } from "../state/session";
import { Incomplete, Severity } from "../ui/basics";
import { Place, Text } from "../ui/cell";
import { Icon } from "../ui/icon";
import { FailureNotice, Notice, Skeleton } from "../ui/states";

/** The ten worst, in the order of the response. */
export function WorstFindings({ asked }: { asked: Asked<BottlenecksData> }) {
  const answer = asked.answers[0];
  const data = answer?.data;
  const incomplete = answer?.meta.partial ?? false;
  return (
    <section class="card card-worst">
      <header class="card-head">
        <h2>Worst findings</h2>
        {data && (data.summary.findings > 10 || incomplete) && (
          <p class="faint">
            {data.summary.findings > 10 && `10 of ${plural(data.summary.findings, "finding")}`}{" "}
            <Incomplete when={incomplete} />
          </p>
        )}
        <a class="more" href={linkTo("findings")}>
          Findings <Icon name="right" size={12} />
        </a>
      </header>
      {asked.path === "" ? (
        <Notice icon="findings" title="This token does not open findings" />
      ) : asked.failure ? (
        <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />
      ) : !data ? (
        <Skeleton lines={10} />
      ) : data.findings.length === 0 ? (
        <Notice icon="check" title="No findings">
          <p>
            {data.not_judged.length > 0
              ? `${plural(data.not_judged.length, "resource")} could not be judged.`
              : incomplete
                ? "Not everything could be read: see the gaps."
                : "Every rule was checked."}
            {data.suppressed && data.suppressed.count > 0 && ` ${plural(data.suppressed.count, "finding")} suppressed.`}
          </p>
        </Notice>
      ) : (
        <ul class="worst">
          {data.findings.slice(0, 10).map((finding) => (
            <Line key={findingId(finding)} finding={finding} rules={data.rules} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ finding, rules }: { finding: Finding; rules: BottlenecksData["rules"] }) {
  const { resource } = finding;
  const sentence = sentenceOf(finding.rule, rules, description.value?.rules);
  return (
    <li>
      <a href={linkTo("findings", { _open: findingId(finding) })}>
        <Severity level={finding.severity} />
        <span class="worst-what">
          <strong>
            <Text value={resource.name ?? resource.id} />
          </strong>
          <span class="faint">
            <Place type={resource.resource_type} region={resource.region} />
          </span>
        </span>
        <span class="worst-why">
          <span>{description.value?.rules.get(finding.rule)?.label ?? label(finding.rule)}</span>
          <span class="faint" title={sentence}>
            {measured(finding)}
          </span>
        </span>
      </a>
    </li>
  );
}
