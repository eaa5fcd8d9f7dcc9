import { useMemo } from "preact/hooks";
import type { ResourcesData } from "../api/types";
import { csv } from "../model/csv";
import { hasParameter, parametersAt, typesChosen } from "../model/description";
import { plural } from "../model/format";
import { countsFound, inventory, rowId, select, stateFields, tableOf } from "../model/inventory";
import { apiParameters, splitList } from "../model/route";
import { formatOrder, parseOrder } from "../model/table";
import { typeGroups } from "../model/typegroups";
import { curlOf, useApi } from "../state/api";
import { change, route } from "../state/navigation";
import { knownRegions, learnRegions } from "../state/regions";
import { description as described } from "../state/session";
import { download } from "../ui/basics";
import { FilterBar } from "../ui/filters";
import { FailureBanner, NotFound, Notice } from "../ui/states";
import { Table } from "../ui/table";
import { ResourceDrawer } from "./drawer";
import { Nothing } from "./nothing";
import { PriceLine, PriceToggle } from "./prices";
import { resourceCells, resourceColumns } from "./resourcecolumns";
import { Search } from "./search";
import { Tabs } from "./tabs";
import { Toolbar } from "./toolbar";
import { useWarmOrders } from "./warmorders";

/** The page follows the pages itself, exports what is shown, and asks for prices beside the filters. */
const OWN = ["limit", "cursor", "format", "regions", "prices"];

export function Resources() {
  const description = described.value;
  const { parameters } = route.value;
  const query = apiParameters(parameters);
  const asked = useApi<ResourcesData>("/resources", query, { paged: true });
  const types = description?.types ?? [];
  const all = useMemo(() => inventory(asked.answers, types), [asked.answers, types]);
  if (all.counts) learnRegions(all.counts.by_region);

  const { _tab: tab = "", _find: find = "", _order: ordered, _open: opened } = parameters;
  const order = parseOrder(ordered);
  const fields = useMemo(() => stateFields(all.rows, description?.states ?? new Map()), [all, description]);
  const positions = useMemo(() => select(all, tab, find, order, fields), [all, tab, find, ordered, fields]);
  const present = types.filter((type) => all.byType.has(type) || all.unlisted.includes(type));
  const shownTypes = tab !== "" ? [tab] : [...all.byType.keys()];
  const columns = description ? resourceColumns(description, all, shownTypes, tab) : [];
  const counts = useMemo(() => countsFound(all, find), [all, find]);
  const tabOf = (type: string, group: string) => ({
    value: type,
    label: type,
    group,
    count: counts.get(type) ?? (all.unlisted.includes(type) ? null : 0),
  });
  const tabs = typeGroups(present, description?.groups ?? new Map()).flatMap(({ name, types: those }) =>
    those.map((type) => tabOf(type, name)),
  );
  const found = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const at = (position: number) => all.rows[positions[position] ?? -1];
  const sums = all.counts?.prices;
  const priced = sums !== undefined;
  const cells = resourceCells(columns, { description, at, several: shownTypes.length > 1, priced, fields });
  useWarmOrders(
    all,
    cells.map(({ id }) => id),
    fields,
    !asked.loading,
  );
  const idAt = (position: number) => {
    const row = at(position);
    return row ? rowId(row) : "";
  };
  const openRow = all.rows.find((row) => opened !== undefined && rowId(row) === opened);
  const save = () => {
    const shown = Array.from(positions, (position) => all.rows[position]).filter((row) => row !== undefined);
    const file = tableOf(
      shown,
      columns.map(({ column }) => column),
      shownTypes.length > 1,
      fields,
      priced,
    );
    download("resources.csv", csv(file.header, file.rows));
  };
  const close = () => change({ _open: "" }, true);
  const lost = opened !== undefined && !openRow && !asked.loading && !asked.failure && all.counts !== null;
  const total = all.counts?.total ?? all.rows.length;
  return (
    <div class={`page fills ${openRow ? "with-drawer" : ""}`}>
      <div class="page-main">
        <header class="page-head">
          <h1>Resources</h1>
          <Toolbar
            curl={tab === "" ? asked.curl : curlOf("/resources", { ...query, types: tab })}
            onCsv={save}
            csvLabel={`Save the ${plural(positions.length, "row")} shown as CSV`}
          />
        </header>
        <FilterBar
          parameters={
            description ? parametersAt(description, "/resources").filter(({ name }) => !OWN.includes(name)) : []
          }
          lead={["types", "states", "tags"]}
          values={query}
          onChange={(values) => change({ ...values, _tab: "", _open: "" })}
          suggest={(parameter) => suggestions(parameter.name, query)}
          failure={asked.failure}
          // A count of the overview sets the regions as well, and whoever clears the filters means both.
          beside={parameters["regions"] === undefined ? [] : ["regions"]}
        >
          {description && hasParameter(description, "/resources", "prices") && (
            <PriceToggle checked={query["prices"] === "true"} />
          )}
          <Search value={find} onChange={(_find) => change({ _find }, true)} label="Search these resources" />
        </FilterBar>
        <div class="table-head">
          <Tabs
            value={tab}
            onChange={(_tab) => change({ _tab, _order: "" })}
            options={present.length > 1 ? [{ value: "", label: "All", count: found }, ...tabs] : []}
          />
          <p class="table-count" role="status">
            {asked.loading && all.rows.length > 0
              ? `page ${asked.answers.length + 1}, ${all.rows.length.toLocaleString("en-US")} of ${plural(total, "row")}`
              : all.counts === null
                ? ""
                : `${positions.length.toLocaleString("en-US")} of ${total.toLocaleString("en-US")}`}
          </p>
        </div>
        {asked.failure && all.rows.length > 0 && <FailureBanner failure={asked.failure} onRetry={asked.again} />}
        {lost && (
          <NotFound what={opened} onClose={close}>
            It may be gone, or a filter hides it.
          </NotFound>
        )}
        {sums && <PriceLine sums={sums} incomplete={asked.answers.some(({ meta }) => meta.partial)} />}
        {all.rows.length === 0 ? (
          <Nothing
            asked={asked}
            types={splitList(query["types"])}
            filtered={Object.keys(query).some((name) => name !== "prices")}
            regions={Object.keys(all.counts?.by_region ?? {}).length}
            unlisted={all.unlisted}
          />
        ) : positions.length === 0 ? (
          <Notice
            icon="search"
            title={`The search hides all ${all.rows.length.toLocaleString("en-US")}`}
            action={
              <button type="button" class="button" onClick={() => change({ _find: "", _tab: "" })}>
                Show them
              </button>
            }
          />
        ) : (
          <Table
            label="Resources"
            columns={cells}
            count={positions.length}
            rowKey={(position) => idAt(position)}
            order={order}
            onOrder={(next) => change({ _order: formatOrder(next) }, true)}
            selected={opened ?? null}
            onOpen={(position) => change({ _open: idAt(position) }, openRow !== undefined)}
            openLabel={(position) => `Open ${at(position)?.resource.name ?? at(position)?.resource.id}`}
            busy={asked.loading}
          />
        )}
      </div>
      {openRow && <ResourceDrawer key={opened} row={openRow} onClose={close} />}
    </div>
  );
}

function suggestions(name: string, query: Record<string, string>): string[] | null {
  if (name === "regions") return knownRegions.value;
  if (name !== "states") return null;
  const states = described.value?.states ?? new Map<string, string[]>();
  const chosen = described.value ? typesChosen(described.value, query["types"]) : [];
  return [
    ...new Set([...states].filter(([type]) => chosen.length === 0 || chosen.includes(type)).flatMap(([, all]) => all)),
  ];
}
