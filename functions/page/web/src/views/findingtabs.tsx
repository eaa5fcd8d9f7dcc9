import type { BottlenecksData, Finding, NotJudged, SuppressedFinding } from "../api/types";
import { label } from "../model/description";
import { resourceId } from "../model/findings";
import { change } from "../state/navigation";
import { Tabs } from "./tabs";

/** The tabs whose rows are not findings of the response. */
export const OTHERS = ["unjudged", "suppressed"];

/** What is loaded by its severity, and what is no finding apart. A search counts what it has found. */
export function FindingTabs(props: {
  data: BottlenecksData | undefined;
  tab: string;
  severity: string;
  found: { findings: Finding[]; unjudged: NotJudged[]; suppressed: SuppressedFinding[] } | null;
}) {
  const { data, tab, severity, found } = props;
  const summary = data?.summary;
  const levels = Object.entries(summary?.by_severity ?? {}).filter(([, count]) => count > 0);
  return (
    <Tabs
      value={OTHERS.includes(tab) ? tab : severity}
      onChange={(chosen) =>
        change(OTHERS.includes(chosen) ? { _tab: chosen, _severity: "" } : { _tab: "", _severity: chosen })
      }
      options={[
        { value: "", label: "All findings", count: summary ? (found?.findings.length ?? summary.findings) : null },
        ...levels.map(([level, count]) => ({
          value: level,
          label: label(level),
          count: found ? found.findings.filter(({ severity: one }) => one === level).length : count,
        })),
        {
          value: "unjudged",
          label: "Not judged",
          // The other tabs count findings.
          noun: "resource",
          count: summary ? (found ? resourcesOf(found.unjudged) : notJudged(summary)) : null,
        },
        // Absent where a deployment knows no exceptions.
        ...(data && !data.suppressed
          ? []
          : [
              {
                value: "suppressed",
                label: "Suppressed",
                count: data?.suppressed ? (found?.suppressed.length ?? data.suppressed.count) : null,
              },
            ]),
      ]}
    />
  );
}

function resourcesOf(items: NotJudged[]): number {
  return new Set(items.map(({ resource }) => resourceId(resource))).size;
}

/** Of a type of which nothing could be listed, nobody knows how many could not be judged. */
function notJudged(summary: BottlenecksData["summary"]): number | null {
  const types = Object.values(summary.by_type);
  return types.some((one) => one === null) ? null : types.reduce((sum, one) => sum + (one?.not_judged ?? 0), 0);
}
