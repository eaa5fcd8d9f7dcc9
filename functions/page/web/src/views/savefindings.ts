import type { Finding, NotJudged, SuppressedFinding } from "../api/types";
import { csv } from "../model/csv";
import { SAVINGS_HEADER, savingsCells } from "../model/savings";
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
    ...SAVINGS_HEADER,
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
    const observed = [one.metric, one.statistic, one.observed, one.threshold, one.unit, one.recommendation];
    return [...about, ...observed, ...savingsCells(one)];
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

export function saveSuppressed(items: SuppressedFinding[]): void {
  const header = ["severity", "rule", "resource_type", "id", "name", "region", "arn", "suppressed", "parameter"];
  const rows = items.map(({ severity, rule, resource, by, parameter, reason, until }) => {
    const { resource_type: type, id, name, region, arn } = resource;
    return [severity, rule, type, id, name, region, arn, by, parameter, reason, until];
  });
  download("suppressed.csv", csv([...header, "suppressed_reason", "suppressed_until"], rows));
}
