import type { Finding } from "../api/types";
import { exactUsd } from "../model/decimal";
import { amount } from "../model/savings";
import { Missing } from "./basics";

/** What a finding saves, or that this is unknown and why; nothing for what is not about money. */
export function SavingsFigure({ finding }: { finding: Finding }) {
  const { savings, savings_unknown: unknown, savings_counted: counts } = finding;
  if (unknown) return <Missing why={`What it saves is unknown: ${unknown.message}`} />;
  if (!savings) return null;
  const source = savings.basis === "on_demand_list" ? "list price" : "own estimate";
  const title = [
    `${exactUsd(savings.monthly_usd)} a month by AWS’s ${source}`,
    savings.bound_reason ?? "",
    counts ? "" : "not added to sums, since another finding of the resource counts",
  ];
  return (
    <span class={counts ? "saves" : "saves uncounted"} title={title.filter(Boolean).join("; ")}>
      <span class="unseen">saves </span>
      {amount(savings)}
      <span class="faint"> / month</span>
      {!counts && <span class="unseen">, not added to sums</span>}
    </span>
  );
}
