import type { CostsData } from "../api/types";
import { further, unasked } from "../model/costs";
import { change } from "../state/navigation";
import { today } from "../state/today";
import { CostAnomalies } from "./costanomalies";
import { CostBudgets } from "./costbudgets";
import { CostMovers } from "./costmovers";

/** Why the bill moved: each question with its price, and the answers to those that were asked. */
export function CostWhy({ data, query }: { data: CostsData; query: Record<string, string> }) {
  const open = unasked(further(data, today()), query);
  return (
    <>
      {open.length > 0 && (
        <section class="card" aria-label="Why the bill moved">
          <header class="card-head">
            <h2>Why the bill moved</h2>
            <p class="faint">Each price is what AWS bills for the question.</p>
          </header>
          <div class="questions">
            {open.map((one) => (
              <button key={one.id} type="button" class="button" onClick={() => change(one.parameters)}>
                {one.text} <span class="faint">{one.price}</span>
              </button>
            ))}
          </div>
        </section>
      )}
      {data.movers && <CostMovers movers={data.movers} currency={data.currency} query={query} />}
      {data.anomalies && <CostAnomalies anomalies={data.anomalies} />}
      {data.budgets && <CostBudgets budgets={data.budgets} />}
    </>
  );
}
