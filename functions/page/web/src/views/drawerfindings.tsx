import type { BottlenecksData, Resource } from "../api/types";
import { label } from "../model/description";
import { withTimes } from "../model/format";
import { loadedFindings } from "../state/findings";
import { linkTo } from "../state/navigation";
import { description } from "../state/session";
import { Severity } from "../ui/basics";
import { SavingsFigure } from "../ui/savingsfigure";

/** Findings of one resource, if they have been asked for before: opening a row must not measure an account. */
export function DrawerFindings({ type, resource }: { type: string; resource: Resource }) {
  const loaded: BottlenecksData[] | null = loadedFindings();
  if (!loaded) return null;
  const found = loaded
    .flatMap((data) => data.findings)
    .filter(
      ({ resource: one }) => one.resource_type === type && one.id === resource.id && one.region === resource.region,
    );
  if (found.length === 0) return null;
  return (
    <section>
      <h3>Findings</h3>
      <ul class="drawer-findings">
        {found.map((finding) => (
          <li key={finding.rule}>
            <h4>
              <Severity level={finding.severity} />
              <a href={linkTo("findings", { _open: `${finding.rule}/${type}/${resource.region}/${resource.id}` })}>
                {description.value?.rules.get(finding.rule)?.label ?? label(finding.rule)}
              </a>
            </h4>
            <SavingsFigure finding={finding} />
            <p class="faint">{withTimes(finding.recommendation)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
