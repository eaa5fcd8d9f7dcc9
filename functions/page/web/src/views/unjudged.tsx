import type { NotJudged } from "../api/types";
import { label } from "../model/description";
import { grouped, resourceId } from "../model/findings";
import { plural, withTimes } from "../model/format";
import { linkTo } from "../state/navigation";
import { description } from "../state/session";
import { Place, Text } from "../ui/cell";
import { Notice } from "../ui/states";

/** What each reason means for a reader; the texts of the response say it for each rule. */
const MEANING: Record<string, string> = {
  insufficient_data: "Too few datapoints: new, silent or often stopped",
  not_running: "Not running",
  not_measured: "CloudWatch failed: see the gaps",
  unknown: "AWS does not report something that the rule needs",
};

/** What no rule could decide. A resource without data is not idle, so it stands here and nowhere else. */
export function Unjudged({ items, total }: { items: NotJudged[]; total: number }) {
  if (items.length === 0) {
    return total === 0 ? (
      <Notice icon="check" title="Everything could be judged" />
    ) : (
      <Notice icon="search" title={`The search hides all ${total}`} />
    );
  }
  return (
    <div class="groups">
      {grouped(items, (item) => item.reason).map((group) => (
        <section class="card group" key={group.id}>
          <header class="group-head">
            <h2>{label(group.id)}</h2>
            <p class="faint">{MEANING[group.id] ?? ""}</p>
            <span class="faint">{plural(group.items.length, "resource")}</span>
          </header>
          <ul>
            {group.items.map((item) => (
              <li class="unjudged" key={resourceId(item.resource)}>
                <p>
                  <a
                    href={linkTo("resources", { types: item.resource.resource_type, _open: resourceId(item.resource) })}
                  >
                    <strong>
                      <Text value={item.resource.name ?? item.resource.id} />
                    </strong>
                  </a>
                  <span class="faint">
                    <Place type={item.resource.resource_type} region={item.resource.region} />
                  </span>
                </p>
                <Reasons rules={item.rules} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

/** Rules that could not decide for the same reason share a line. */
function Reasons({ rules }: { rules: Record<string, string> }) {
  const reasons = grouped(Object.entries(rules), ([, why]) => why);
  return (
    <ul class="reasons">
      {reasons.map(({ id, items }) => (
        <li key={id}>
          <span class="faint">
            {items.map(([rule]) => description.value?.rules.get(rule)?.label ?? label(rule)).join(", ")}
          </span>
          <span title={id}>{withTimes(id)}</span>
        </li>
      ))}
    </ul>
  );
}
