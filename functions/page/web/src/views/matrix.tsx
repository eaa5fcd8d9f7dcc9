import { useMemo } from "preact/hooks";
import type { ResourcesData } from "../api/types";
import { type Cross, crossCounts } from "../model/cross";
import { number, plural } from "../model/format";
import type { Asked } from "../state/api";
import { linkTo } from "../state/navigation";
import { learnRegions } from "../state/regions";
import { description } from "../state/session";
import { Missing } from "../ui/basics";
import { Icon } from "../ui/icon";
import { FailureNotice, Notice, Skeleton } from "../ui/states";

/** How many of each type are in each region. Each number leads to those resources. */
export function Matrix({ asked }: { asked: Asked<ResourcesData> }) {
  const answer = asked.answers[0];
  const types = description.value?.types ?? [];
  const cross = useMemo(() => (answer ? crossCounts(answer.data, types) : null), [answer, types]);
  if (answer) learnRegions(answer.data.counts.by_region);
  return (
    <section class="card card-matrix">
      <header class="card-head">
        <h2>What there is</h2>
        {cross && cross.empty > 0 && <p class="faint">{plural(cross.empty, "region has", "regions have")} nothing</p>}
        <a class="more" href={linkTo("resources")}>
          Resources <Icon name="right" size={12} />
        </a>
      </header>
      {asked.path === "" ? (
        <Notice icon="resources" title="This token does not open resources" />
      ) : asked.failure ? (
        <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />
      ) : !cross ? (
        <Skeleton lines={8} />
      ) : cross.types.length === 0 ? (
        <Notice icon="resources" title={`No resources in ${plural(cross.empty, "region")}`} />
      ) : (
        <Numbers cross={cross} />
      )}
    </section>
  );
}

/** Types below each other: an account has up to twenty of them, and seldom as many regions. */
function Numbers({ cross }: { cross: Cross }) {
  return (
    <section class="scroll-x" aria-label="Counts by type and region">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">Type</th>
            {cross.regions.map(({ name }) => (
              <th scope="col" key={name}>
                <a href={linkTo("resources", { regions: name })}>{name}</a>
              </th>
            ))}
            <th scope="col">all</th>
          </tr>
        </thead>
        <tbody>
          {cross.types.map((type, index) => (
            <tr key={type.name}>
              <th scope="row">
                <a href={linkTo("resources", { types: type.name })}>{type.name}</a>
              </th>
              {cross.regions.map(({ name, counts }) => (
                <td key={name}>
                  <CountCell
                    count={counts[index] ?? null}
                    href={linkTo("resources", { types: type.name, regions: name })}
                  />
                </td>
              ))}
              <td class="sum">
                <CountCell count={type.total} href={linkTo("resources", { types: type.name })} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">all</th>
            {cross.regions.map(({ name, total }) => (
              <td key={name}>
                <CountCell count={total} href={linkTo("resources", { regions: name })} />
              </td>
            ))}
            <td class="sum">
              {cross.total === null ? <Missing why="Nothing could be listed" /> : number(cross.total)}
            </td>
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

function CountCell({ count, href }: { count: number | null; href: string }) {
  if (count === null) return <Missing why="Could not be listed, or is on a later page" />;
  if (count === 0) return <span class="zero">0</span>;
  return <a href={href}>{number(count)}</a>;
}
