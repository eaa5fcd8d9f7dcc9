import { useMemo, useState } from "preact/hooks";
import type { ResourcesData } from "../api/types";
import { inventory, type Row } from "../model/inventory";
import { joinList, splitList } from "../model/route";
import { search } from "../model/table";
import { useApi } from "../state/api";
import { answersOf } from "../state/calls";
import { go, route } from "../state/navigation";
import { description as described, pathFor } from "../state/session";
import { Place } from "../ui/cell";
import { Popover } from "../ui/popover";
import { FailureNotice, Skeleton } from "../ui/states";

const LISTED = 60;
/** Lines of one chart that can still be told apart. */
const TOGETHER = 8;

/** Which resource to chart, found by name, id, region or tag; more of its type and region can join it. */
export function ResourcePicker({ query }: { query: Record<string, string> }) {
  const ids = splitList(query["resource_ids"]);
  const text =
    ids.length === 0
      ? "Choose a resource"
      : ids.length === 1
        ? `${query["resource_type"]} ${knownName(query) ?? ids[0]}`
        : `${ids.length} of ${query["resource_type"]}`;
  return (
    <Popover
      title="Resource"
      class={`pill picker ${ids.length > 0 ? "set" : ""}`}
      label={
        <span class="pill-text">
          <strong>{text}</strong>
        </span>
      }
    >
      {() => <List query={query} ids={ids} />}
    </Popover>
  );
}

/** The name of the chosen resource, if a list of resources has been loaded that has it. */
function knownName(query: Record<string, string>): string | null {
  const { resource_type: type, resource_ids: id, region } = query;
  for (const { data } of answersOf<ResourcesData>(pathFor("/resources"))) {
    const list = type === undefined ? null : data[type];
    if (!Array.isArray(list)) continue;
    const found = list.find((one) => one.id === id && one.region === region);
    if (found) return found.name;
  }
  return null;
}

function List({ query, ids }: { query: Record<string, string>; ids: string[] }) {
  const [typed, setTyped] = useState("");
  const types = [...(described.value?.metrics.keys() ?? [])];
  const asked = useApi<ResourcesData>("/resources", types.length > 0 ? { types: types.join(",") } : {}, {
    paged: true,
  });
  const all = useMemo(() => inventory(asked.answers, types), [asked.answers, types.join()]);
  const found = useMemo(() => search(all.texts, typed), [all, typed]);
  const rows = Array.from(found.subarray(0, LISTED), (at) => all.rows[at]).filter(
    // Where CloudWatch keeps the metrics of the others is unknown.
    (row): row is Row => row !== undefined && row.resource.region !== null,
  );
  if (asked.failure && all.rows.length === 0)
    return <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />;
  return (
    <>
      <input
        class="input"
        type="text"
        aria-label="Find a resource"
        placeholder="Name, id, region or tag"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      {asked.loading && all.rows.length === 0 && <Skeleton lines={5} />}
      <ul class="menu picker-list">
        {rows.map((row) => (
          <li key={`${row.type}/${row.resource.region}/${row.resource.id}`}>
            <Choice row={row} query={query} ids={ids} />
          </li>
        ))}
      </ul>
      <p class="field-help">
        {found.length > LISTED ? `${LISTED} of ${found.length.toLocaleString("en-US")}: type to narrow them. ` : ""}
        {ids.length > 0 && "Others of the same type and region can be added."}
      </p>
    </>
  );
}

function Choice({ row, query, ids }: { row: Row; query: Record<string, string>; ids: string[] }) {
  const { type, resource } = row;
  const beside = type === query["resource_type"] && resource.region === query["region"];
  const chosen = beside && ids.includes(resource.id);
  const choose = () => {
    const next = !beside
      ? [resource.id]
      : chosen
        ? ids.filter((id) => id !== resource.id)
        : [...ids, resource.id].slice(-TOGETHER);
    const { metrics: _, ...rest } = query;
    const kept = beside ? query : rest;
    const { view, account } = route.value;
    const parameters =
      next.length === 0
        ? { _pick: "1" }
        : { ...kept, resource_type: type, resource_ids: joinList(next), region: resource.region ?? "" };
    go({ view, account, parameters });
  };
  return (
    <button type="button" aria-pressed={chosen} aria-current={chosen ? "true" : undefined} onClick={choose}>
      <strong>
        <bdi>{(resource.name ?? resource.id).slice(0, 120)}</bdi>
      </strong>
      {resource.name !== null && resource.name !== resource.id && (
        <span class="faint mono">{resource.id.slice(0, 60)}</span>
      )}
      <span class="faint">
        <Place type={type} region={resource.region} />
      </span>
    </button>
  );
}
