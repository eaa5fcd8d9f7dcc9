import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { BottlenecksData, Finding } from "../api/types";
import { label } from "../model/description";
import { findingId, grouped, resourceId, sentenceOf } from "../model/findings";
import { plural } from "../model/format";
import { onEscape, onRowKey } from "../state/keys";
import { change, route } from "../state/navigation";
import { description } from "../state/session";
import { Severity } from "../ui/basics";
import { Place, Text } from "../ui/cell";
import { FindingRow } from "./findingrow";

/** Groups in the order of the response, so the worst stays first. */
export function FindingGroups({
  findings,
  by,
  rules,
  byTag,
}: {
  findings: Finding[];
  by: string;
  rules: BottlenecksData["rules"];
  /** Whether tags suppress findings; null if the deployment knows no exceptions. */
  byTag: boolean | null;
}) {
  const root = useRef<HTMLDivElement>(null);
  const byRule = by !== "resource";
  const groups = grouped(findings, (finding) => (byRule ? finding.rule : resourceId(finding.resource)));
  const { _open: opened } = route.value.parameters;
  useEffect(() => onRowKey((key) => step(root.current, key)), []);
  useLayoutEffect(() => {
    if (opened === undefined) return;
    return onEscape(() => {
      const head = root.current?.querySelector<HTMLElement>('.finding-head[aria-expanded="true"]');
      change({ _open: "" }, true);
      head?.focus();
    });
  }, [opened]);
  useEffect(() => {
    // A link to a finding shows it, wherever in the list it is.
    root.current?.querySelector('.finding-head[aria-expanded="true"]')?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div class="groups" ref={root}>
      {groups.map(({ id, items }) => (
        <section class="card group" key={id}>
          <header class="group-head">
            {byRule ? <RuleHead rule={id} items={items} rules={rules} /> : <ResourceHead items={items} />}
          </header>
          <ul>
            {items.map((finding) => {
              const one = findingId(finding);
              return (
                <FindingRow
                  key={one}
                  finding={finding}
                  byRule={byRule}
                  byTag={byTag}
                  sentence={sentenceOf(finding.rule, rules, description.value?.rules)}
                  isOpen={opened === one}
                  onToggle={() => change({ _open: opened === one ? "" : one }, true)}
                />
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
}

function RuleHead({ rule, items, rules }: { rule: string; items: Finding[]; rules: BottlenecksData["rules"] }) {
  const known = description.value?.rules.get(rule);
  return (
    <>
      <h2>
        <Severity level={items[0]?.severity ?? ""} />
        <span>{known?.label ?? label(rule)}</span>
        {known && <span class="kind">{known.type}</span>}
      </h2>
      <p class="faint sentence">{sentenceOf(rule, rules, description.value?.rules)}</p>
      <span class="faint">{plural(items.length, "resource")}</span>
    </>
  );
}

function ResourceHead({ items }: { items: Finding[] }) {
  const resource = items[0]?.resource;
  if (!resource) return null;
  return (
    <>
      <h2>
        <Text value={resource.name ?? resource.id} />
        <span class="kind">
          <Place type={resource.resource_type} region={resource.region} />
        </span>
      </h2>
      <p class="faint mono">
        <Text value={resource.id} />
      </p>
      <span class="faint">{plural(items.length, "finding")}</span>
    </>
  );
}

/** `j` and `k` move the focus from finding to finding; Enter is then the button's own. */
function step(root: HTMLElement | null, key: "j" | "k" | "Enter"): void {
  if (key === "Enter" || !root) return;
  const heads = [...root.querySelectorAll<HTMLElement>(".finding-head")];
  const at = heads.indexOf(document.activeElement as HTMLElement);
  const next = key === "j" ? at + 1 : Math.max(0, at - 1);
  heads[Math.min(next, heads.length - 1)]?.focus();
}
