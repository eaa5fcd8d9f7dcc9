import type { AwsRecommendation } from "../api/types";
import { label } from "./description";
import { plural } from "./format";

/** Whether AWS itself found something, by its own figure. */
export function isOfAws({ source }: { source: string }): boolean {
  return source === "cost-optimization-hub";
}

/** What AWS says of its recommendation, by name. What it doesn't say is left out. */
export function facts(of: AwsRecommendation): [name: string, value: string][] {
  const counted = { after: "counted in the figure", before: "not counted in the figure" };
  const discounts = counted[of.discounts as keyof typeof counted] ?? "unknown whether the figure counts them";
  const all: [string, string | null][] = [
    ["Now", said(of.current)],
    ["Instead", said(of.recommended)],
    ["The account’s discounts", of.monthly_usd === null ? null : discounts],
    ["Measured", of.lookback_days === null ? null : `over ${plural(of.lookback_days, "day")}`],
    ["By", of.derived_by && label(of.derived_by)],
    ["Effort", of.effort && label(of.effort)],
    ["Restart", of.restart_needed === null ? null : of.restart_needed ? "needed" : "not needed"],
    ["Can be undone", of.rollback_possible === null ? null : of.rollback_possible ? "yes" : "no"],
  ];
  return all.filter((fact): fact is [string, string] => fact[1] !== null && fact[1] !== "");
}

/** AWS writes a dash for what there is no more. */
function said(summary: string | null): string | null {
  return summary?.trim() === "-" ? null : summary;
}
