import { useLayoutEffect, useRef } from "preact/hooks";
import { time, utc } from "../model/format";
import type { Row } from "../model/inventory";
import { PRICE_FIELDS } from "../model/prices";
import { onEscape } from "../state/keys";
import { description as described } from "../state/session";
import { CopyButton, IconButton, Missing } from "../ui/basics";
import { Cell, Id, Place, Text } from "../ui/cell";
import { DrawerFindings } from "./drawerfindings";
import { DrawerMetrics } from "./drawermetrics";
import { PriceEvidence } from "./prices";

/** Everything about one resource, beside the table that it was opened from. */
export function ResourceDrawer({ row, onClose }: { row: Row; onClose: () => void }) {
  const { type, resource } = row;
  const aside = useRef<HTMLElement>(null);
  // Before the next key rather than after the next frame: Esc may follow at once.
  useLayoutEffect(() => {
    const before = document.activeElement;
    aside.current?.focus();
    const forget = onEscape(onClose);
    return () => {
      forget();
      // Only if the focus would be lost: whoever moved it on meanwhile wants it there.
      const lost = document.activeElement === document.body || aside.current?.contains(document.activeElement);
      // The row may have been drawn anew since; it is then the active one of the table.
      const row = document.querySelector<HTMLElement>(".table tr.active .row-open");
      if (lost)
        (before instanceof HTMLElement && before.isConnected && before !== document.body ? before : row)?.focus();
    };
  }, []);
  const columns = described.value?.columns.get(type) ?? [];
  const fields = columns.filter(({ name }) => !["name", "arn", "tags", ...PRICE_FIELDS].includes(name));
  return (
    <aside class="drawer" ref={aside} tabIndex={-1} aria-label={`${type} ${resource.name ?? resource.id}`}>
      <header class="drawer-head">
        <div>
          <p class="faint">
            <Place type={type} region={resource.region} />
          </p>
          <h2>
            <Text value={resource.name ?? resource.id} />
          </h2>
        </div>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <div class="drawer-body">
        {resource.arn ? (
          <p class="arn">
            <Id text={resource.arn} length={40} />
            <CopyButton text={resource.arn} label="Copy the ARN" />
          </p>
        ) : (
          <p class="arn">
            ARN <Missing why="The account is unknown, so it can’t be written" />
          </p>
        )}
        <PriceEvidence resource={resource} />
        <DrawerFindings type={type} resource={resource} />
        <DrawerMetrics type={type} resource={resource} />
        <section>
          <h3>Fields</h3>
          <dl class="fields">
            {fields.map((column) => (
              <div key={column.name}>
                <dt title={column.description}>{column.label}</dt>
                <dd>
                  <Cell column={column} value={resource[column.name]} whole />
                  {column.kind === "time" &&
                    typeof resource[column.name] === "string" &&
                    time(resource[column.name] as string) && (
                      <span class="faint small"> {utc(resource[column.name] as string)}</span>
                    )}
                </dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>Tags</h3>
          <TagList tags={resource.tags} />
        </section>
      </div>
    </aside>
  );
}

function TagList({ tags }: { tags: Record<string, string> | null }) {
  if (tags === null) return <Missing why="The tags are unavailable: see the gaps" />;
  const entries = Object.entries(tags);
  if (entries.length === 0) return <p class="faint">No tags</p>;
  return (
    <dl class="fields">
      {entries.map(([key, value]) => (
        <div key={key}>
          <dt>
            <bdi>{key}</bdi>
          </dt>
          <dd class="wrap">{value === "" ? <Missing why="An empty value" /> : <bdi>{value}</bdi>}</dd>
        </div>
      ))}
    </dl>
  );
}
