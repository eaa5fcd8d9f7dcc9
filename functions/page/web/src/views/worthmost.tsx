import type { BottlenecksData, Finding, SavingsSummary } from "../api/types";
import { label } from "../model/description";
import { findingId } from "../model/findings";
import { number, plural } from "../model/format";
import { amount, together, worthMost } from "../model/savings";
import type { Asked } from "../state/api";
import { linkTo } from "../state/navigation";
import { description } from "../state/session";
import { Incomplete } from "../ui/basics";
import { Place, Text } from "../ui/cell";
import { Icon } from "../ui/icon";
import { SavingsFigure } from "../ui/savingsfigure";
import { Notice, Skeleton } from "../ui/states";

const MOST = 10;

/** The ten findings that save most. Why there are no findings at all stands in the card with the worst. */
export function WorthMost({ asked }: { asked: Asked<BottlenecksData> }) {
  const answer = asked.answers[0];
  const data = answer?.data;
  const incomplete = answer?.meta.partial ?? false;
  const most = worthMost(data?.findings ?? [], MOST);
  return (
    <section class="card card-worth">
      <header class="card-head">
        <h2>Worth most</h2>
        {data && (most.length > 0 || incomplete) && (
          <p class="faint" title="One for each resource">
            {most.length > 0 && said(data, most, incomplete)} <Incomplete when={incomplete} />
          </p>
        )}
        <a class="more" href={linkTo("findings", { sort: "savings" })}>
          By savings <Icon name="right" size={12} />
        </a>
      </header>
      {!data ? (
        <Skeleton lines={MOST} />
      ) : most.length > 0 ? (
        <ul class="worst worth">
          {most.map((finding) => (
            <Line key={findingId(finding)} finding={finding} />
          ))}
        </ul>
      ) : (
        <Nothing summary={data.summary.savings} />
      )}
    </section>
  );
}

/** What the ten are of. On later pages there may be findings that are worth more. */
function said(data: BottlenecksData, most: Finding[], incomplete: boolean): string {
  const all =
    data.findings.length === data.summary.findings ? "" : ` of the first ${number(data.findings.length)} findings`;
  const sum = together(most);
  return `${most.length}${all} save ${sum ? amount(sum, incomplete) : ""}`;
}

function Nothing({ summary }: { summary: SavingsSummary | undefined }) {
  const unknown = summary?.unknown ?? 0;
  if (!summary) return <Notice icon="gap" title="What findings save is unknown" />;
  if (unknown === 0) return <Notice icon="check" title="Nothing found to save" />;
  return (
    <Notice
      icon="gap"
      title={`${plural(unknown, "finding")} without a figure`}
      action={
        <a class="button" href={linkTo("findings", { sort: "savings", _saves: "unknown" })}>
          Why
        </a>
      }
    />
  );
}

function Line({ finding }: { finding: Finding }) {
  const { resource } = finding;
  return (
    <li>
      <a href={linkTo("findings", { sort: "savings", _open: findingId(finding) })}>
        <span class="worst-what">
          <strong>
            <Text value={resource.name ?? resource.id} />
          </strong>
          <span class="faint">
            <Place type={resource.resource_type} region={resource.region} />
          </span>
        </span>
        <span class="worst-why">
          <SavingsFigure finding={finding} />
          <span class="faint">{description.value?.rules.get(finding.rule)?.label ?? label(finding.rule)}</span>
        </span>
      </a>
    </li>
  );
}
