import type { Budget } from "../api/types";
import { overLimit } from "../model/costs";
import { label } from "../model/description";
import { exact, isCurrency, money, percent, withUnit } from "../model/format";
import { Missing } from "../ui/basics";

/** The budgets of the account, and how far each of them is. */
export function CostBudgets({ budgets }: { budgets: Budget[] }) {
  return (
    <section class="card">
      <header class="card-head">
        <h2>Budgets</h2>
        {budgets.length > 0 && <p class="faint">of the account, whatever the filters</p>}
      </header>
      {budgets.length === 0 ? (
        <p class="faint">The account has no budget.</p>
      ) : (
        <div class="scroll-x">
          <table class="plain comparison stacks" aria-label="Budgets">
            <thead>
              <tr>
                <th scope="col">Budget</th>
                <th scope="col">Limit</th>
                <th scope="col">Actual</th>
                <th scope="col">Forecast</th>
                <th scope="col">Used</th>
              </tr>
            </thead>
            <tbody>
              {budgets.map((one) => (
                <tr key={one.name}>
                  <th scope="row">
                    {one.name}
                    <div class="faint small">
                      {label(one.type)}, {one.period.toLowerCase()}
                    </div>
                  </th>
                  <Amount name="Limit" value={one.limit} unit={one.unit} why="The budget has no limit" />
                  <Amount name="Actual" value={one.actual} unit={one.unit} />
                  <Amount name="Forecast" value={one.forecast} unit={one.unit} why="AWS has no forecast yet" />
                  <td data-label="Used">
                    {one.used_percent === null ? <Missing /> : percent(one.used_percent)}
                    <div class="over">{overLimit(one)}</div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Amount(props: { name: string; value: number | null; unit: string | null; why?: string }) {
  const { name, value, unit, why } = props;
  if (value === null) return <td data-label={name}>{why ? <Missing why={why} /> : <Missing />}</td>;
  return (
    <td data-label={name} title={exact(value)}>
      {isCurrency(unit) ? money(value, unit) : withUnit(value, unit)}
    </td>
  );
}
