import type { CostPart, Finding, Savings } from "../api/types";
import { exactUsd, usd } from "../model/decimal";
import { label } from "../model/description";
import { time, utc } from "../model/format";
import { isOfAws } from "../model/recommendation";
import { amount, formula, partsOf } from "../model/savings";
import { Missing } from "../ui/basics";
import { Detail } from "../ui/detail";

/** What a finding saves with everything that the figure is computed from, so that nobody has to believe it. */
export function SavingsEvidence({ finding, isContested }: { finding: Finding; isContested: boolean }) {
  const { savings, savings_unknown: unknown, savings_counted: counts } = finding;
  if (unknown) {
    return (
      <dl class="fields">
        <Detail name="Saves">
          <Missing why={unknown.message} /> <span>unknown: {unknown.message}</span>
        </Detail>
      </dl>
    );
  }
  if (!savings) return null;
  return (
    <section class="evidence" aria-label="What it saves">
      <h3>
        Could be saved: {amount(savings)} / month
        {isContested && <span class="kind">{counts ? "counted for this resource" : "not counted"}</span>}
      </h3>
      {isContested && (
        <p class="faint">
          {counts
            ? "This resource has several findings; sums have this one, which saves most."
            : "Sums have another finding of this resource, since both can’t be saved."}
        </p>
      )}
      {isOfAws(finding) ? (
        <p class="faint">It is AWS’s own estimate, which no price list explains.</p>
      ) : (
        <Evidence cost={savings} caption="How the saving is computed" />
      )}
    </section>
  );
}

/** The parts of a figure, and what it holds for. */
export function Evidence({ cost, caption }: { cost: Savings; caption: string }) {
  const { instead = [], covered_by_commitment: covered } = cost;
  const parts = partsOf(cost);
  return (
    <>
      <table class="plain">
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{instead.length > 0 ? "Billed now" : "Billed"}</th>
            <th scope="col">Price × quantity</th>
            <th scope="col">A month</th>
          </tr>
        </thead>
        <Parts parts={parts} />
        {instead.length > 0 && <Parts parts={instead} isInstead />}
        {parts.length + instead.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                {instead.length > 0 ? "Difference" : "Sum"}
              </th>
              <td title={exactUsd(cost.monthly_usd)}>{usd(cost.monthly_usd)}</td>
            </tr>
          </tfoot>
        )}
      </table>
      <dl class="fields">
        {cost.bound !== undefined && <Detail name="At most, because">{cost.bound_reason ?? label(cost.bound)}</Detail>}
        <Detail name="Not included">{cost.not_included.length > 0 ? cost.not_included.join(", ") : "nothing"}</Detail>
        <Detail name="Price of">
          {cost.region}, {cost.basis === "on_demand_list" ? "AWS’s list on demand" : label(cost.basis)}, read at{" "}
          <span title={utc(cost.priced_at)}>{time(cost.priced_at)}</span>
        </Detail>
        <Detail name="Commitments">
          {covered === null && <Missing why="The price list can’t know" />}{" "}
          {covered === null
            ? "unknown: the price list has no reservations and Savings Plans"
            : covered
              ? "a reservation or a Savings Plan covers it"
              : "none covers it"}
        </Detail>
      </dl>
    </>
  );
}

function Parts({ parts, isInstead = false }: { parts: CostPart[]; isInstead?: boolean }) {
  return (
    <tbody>
      {isInstead && (
        <tr>
          <th scope="rowgroup" class="faint" colSpan={3}>
            Billed instead
          </th>
        </tr>
      )}
      {parts.map((part) => (
        <tr key={`${part.part} ${part.sku}`}>
          <th scope="row">
            {part.part !== "all" ? label(part.part) : isInstead ? "Its replacement" : "The resource"}
            <span class="faint mono block" title="The entry of AWS’s price list">
              {part.sku}
            </span>
          </th>
          <td>{formula(part)}</td>
          <td title={exactUsd(part.monthly_usd)}>
            {isInstead ? "−" : ""}
            {usd(part.monthly_usd)}
          </td>
        </tr>
      ))}
    </tbody>
  );
}
