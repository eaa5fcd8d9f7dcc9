import type { CostsData } from "../api/types";
import { label } from "../model/description";
import { days, exact, money, percent } from "../model/format";
import { Missing } from "../ui/basics";

/** What changed, and how much of it is usage: a credit or a tax that moved changes the total, too. */
export function CostComparison({ data }: { data: CostsData }) {
  const { comparison, currency } = data;
  return (
    <section class="card">
      <header class="card-head">
        <h2>Comparison</h2>
        {comparison && <p class="faint">with {days(comparison.start, comparison.end, true)}</p>}
      </header>
      {!comparison ? (
        <p class="faint">
          {data.granularity === "HOURLY"
            ? "Hours have no comparison."
            : "Not asked for, or Cost Explorer no longer has those days. Set the filter “Compare” to yes to ask for it."}
        </p>
      ) : (
        <div class="scroll-x">
          <table class="plain comparison">
            <thead>
              <tr>
                <th scope="col">Charges</th>
                <th scope="col">Before</th>
                <th scope="col">Now</th>
                <th scope="col">Change</th>
              </tr>
            </thead>
            <tbody>
              {Object.entries(comparison.by_charge_type ?? {}).map(([type, one]) => (
                <tr key={type}>
                  <th scope="row">{label(type)}</th>
                  {one === null ? (
                    <td colSpan={3}>
                      <Missing why="Excluded by the filter" />
                    </td>
                  ) : (
                    <Change
                      before={one.before}
                      now={one.now}
                      by={one.change}
                      share={one.change_percent}
                      currency={currency}
                    />
                  )}
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                <Change
                  before={comparison.total_cost}
                  now={data.total_cost}
                  by={comparison.change}
                  share={comparison.change_percent}
                  currency={currency}
                />
              </tr>
            </tfoot>
          </table>
        </div>
      )}
      {comparison && comparison.by_charge_type === null && (
        <p class="faint small">Group by one thing to see which kinds of charges changed, for the same price.</p>
      )}
    </section>
  );
}

function Change(props: { before: number; now: number; by: number; share: number | null; currency: string | null }) {
  const sign = props.by > 0 ? "+" : "";
  return (
    <>
      <td title={exact(props.before)}>{money(props.before, props.currency)}</td>
      <td title={exact(props.now)}>{money(props.now, props.currency)}</td>
      <td title={exact(props.by)}>
        {sign}
        {money(props.by, props.currency)}
        <div class="faint small">{props.share === null ? "" : percent(props.share, true)}</div>
      </td>
    </>
  );
}
