import type { Finding, NotJudged } from "../api/types";
import { csv } from "../model/csv";
import { download } from "../ui/basics";

export function saveFindings(findings: Finding[]): void {
  const header = [
    "severity",
    "rule",
    "resource_type",
    "id",
    "name",
    "region",
    "arn",
    "metric",
    "statistic",
    "observed",
    "threshold",
    "unit",
    "recommendation",
  ];
  const rows = findings.map((one) => {
    const { resource } = one;
    const about = [
      one.severity,
      one.rule,
      resource.resource_type,
      resource.id,
      resource.name,
      resource.region,
      resource.arn,
    ];
    return [...about, one.metric, one.statistic, one.observed, one.threshold, one.unit, one.recommendation];
  });
  download("findings.csv", csv(header, rows));
}

/** One row for each rule that could not decide. */
export function saveUnjudged(items: NotJudged[]): void {
  const rows = items.flatMap(({ resource, reason, rules }) =>
    Object.entries(rules).map(([rule, why]) => [
      resource.resource_type,
      resource.id,
      resource.name,
      resource.region,
      reason,
      rule,
      why,
    ]),
  );
  download("not-judged.csv", csv(["resource_type", "id", "name", "region", "reason", "rule", "why"], rows));
}
