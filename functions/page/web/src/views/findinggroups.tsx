import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { BottlenecksData, Finding } from "../api/types";
import { exactUsd } from "../model/decimal";
import { label } from "../model/description";
import { findingId, grouped, resourceId, sentenceOf } from "../model/findings";
import { number, plural } from "../model/format";
import { amount, bySum, isAboutMoney, together } from "../model/savings";
import { onEscape, onRowKey } from "../state/keys";
import { change, route } from "../state/navigation";
import { description } from "../state/session";
import { Severity } from "../ui/basics";
import { Place, Text } from "../ui/cell";
import { FindingRow } from "./findingrow";

/** Groups in the order of the response, so the worst stays first, or by what their findings save together. */
export function FindingGroups({
  findings,
  by,
  rules,
  byTag,
  contested,
  sorted,
}: {
  findings: Finding[];
  by: string;
  rules: BottlenecksData["rules"];
  /** Whether tags suppress findings; null if the deployment knows no exceptions. */
  byTag: boolean | null;
  /** The resources with several findings that have a figure. */
  contested: Set<string>;
  /** Whether what saves most comes first. */
  sorted: boolean;
}) {
  const root = useRef<HTMLDivElement>(null);
  const byRule = by !== "resource";
  const found = grouped(findings, (finding) => (byRule ? finding.rule : resourceId(finding.resource)));
  const groups = sorted ? bySum(found) : found;
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
    <div class={findings.some(isAboutMoney) ? "groups priced" : "groups"} ref={root}>
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
                  isContested={contested.has(resourceId(finding.resource))}
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
      <span class="faint">
        <GroupSum items={items} /> {plural(items.length, "resource")}
      </span>
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
      <span class="faint">
        <GroupSum items={items} /> {plural(items.length, "finding")}
      </span>
    </>
  );
}

/** What the findings of a group save together. What does not count here counts with another finding of its resource. */
function GroupSum({ items }: { items: Finding[] }) {
  const sum = together(items);
  if (!sum) return null;
  return (
    <span class="group-sum" title={`${exactUsd(sum.monthly_usd)}; of each resource, only the largest saving is added`}>
      <strong>{amount(sum)}</strong> / month{sum.unknown > 0 && `, ${number(sum.unknown)} without a figure`} ·
    </span>
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
