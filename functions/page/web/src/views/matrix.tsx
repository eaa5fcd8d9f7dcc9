import { useMemo } from "preact/hooks";
import type { ResourcesData } from "../api/types";
import { type Cross, crossCounts } from "../model/cross";
import { number, plural } from "../model/format";
import { type TypeGroup, typeGroups } from "../model/typegroups";
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
  const known = description.value;
  const groups = useMemo(() => (known ? typeGroups(known.types, known.groups) : []), [known]);
  const types = useMemo(() => groups.flatMap((group) => group.types), [groups]);
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
        <Numbers cross={cross} groups={groups} />
      )}
    </section>
  );
}

/** Types below each other: an account has up to twenty of them, and seldom as many regions. */
function Numbers({ cross, groups }: { cross: Cross; groups: TypeGroup[] }) {
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
        {groups
          .filter((group) => cross.types.some(({ name }) => group.types.includes(name)))
          .map((group) => (
            <tbody key={group.name}>
              {group.name !== "" && (
                <tr class="matrix-group">
                  <th scope="rowgroup" colSpan={cross.regions.length + 2}>
                    {group.name}
                  </th>
                </tr>
              )}
              {cross.types.map((type, index) =>
                group.types.includes(type.name) ? <TypeRow key={type.name} cross={cross} index={index} /> : null,
              )}
            </tbody>
          ))}
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

function TypeRow({ cross, index }: { cross: Cross; index: number }) {
  const type = cross.types[index];
  if (!type) return null;
  return (
    <tr>
      <th scope="row">
        <a href={linkTo("resources", { types: type.name })}>{type.name}</a>
      </th>
      {cross.regions.map(({ name, counts }) => (
        <td key={name}>
          <CountCell count={counts[index] ?? null} href={linkTo("resources", { types: type.name, regions: name })} />
        </td>
      ))}
      <td class="sum">
        <CountCell count={type.total} href={linkTo("resources", { types: type.name })} />
      </td>
    </tr>
  );
}

function CountCell({ count, href }: { count: number | null; href: string }) {
  if (count === null) return <Missing why="Could not be listed, or is on a later page" />;
  if (count === 0) return <span class="zero">0</span>;
  return <a href={href}>{number(count)}</a>;
}
