import type { Purchases, SavingsSummary } from "../api/types";
import { exactUsd } from "../model/decimal";
import { number } from "../model/format";
import { amount, noSum, reasonsOf, toBuy } from "../model/savings";
import { change } from "../state/navigation";
import { Incomplete, Missing, Segments } from "../ui/basics";

/**
 * What all findings save together, and beside it what AWS recommends to buy; the order of the findings, and those with or
 * without a figure alone.
 */
export function SavingsLine(props: {
  summary: SavingsSummary | undefined;
  purchases: Purchases | undefined;
  /** Whether the sum lacks what could not be read. */
  incomplete: boolean;
  sorted: boolean;
  chosen: string;
}) {
  const { summary, purchases, incomplete, chosen } = props;
  const bought = toBuy(purchases);
  const commitments = bought !== null && purchases && (
    <span class="faint block" title={`${exactUsd(purchases.monthly_usd)} a month by AWS’s estimate`}>
      {bought}
    </span>
  );
  if (!summary || summary.findings + summary.unknown === 0) {
    return commitments ? <p class="savings-line">{commitments}</p> : null;
  }
  const why = noSum(summary);
  const reasons = reasonsOf(summary);
  return (
    <div class="savings-line">
      <p>
        Could be saved a month:{" "}
        {why === null ? (
          <strong title={`${exactUsd(summary.monthly_usd)}; of each resource, only the largest saving is added`}>
            {amount(summary, incomplete)}
          </strong>
        ) : (
          <Missing why={why} />
        )}{" "}
        <Incomplete when={incomplete} />
        {commitments}
        {chosen === "unknown" && <span class="faint block">{reasons.join(", ")}</span>}
      </p>
      <div class="savings-choices">
        <Segments
          label="Findings by what they save"
          value={chosen}
          onChange={(_saves) => change({ _saves })}
          options={[
            { value: "", label: "All" },
            { value: "known", label: `With a figure ${number(summary.findings)}` },
            { value: "unknown", label: `Without ${number(summary.unknown)}`, title: reasons.join("\n") },
          ]}
        />
        <Segments
          label="Sort"
          value={props.sorted ? "savings" : ""}
          onChange={(sort) => change({ sort })}
          options={[
            { value: "", label: "Worst first" },
            { value: "savings", label: "By savings" },
          ]}
        />
      </div>
    </div>
  );
}
