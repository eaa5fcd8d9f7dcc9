import { useMemo } from "preact/hooks";
import type { CostsData, Movers } from "../api/types";
import { kindOf, stack } from "../model/costs";
import { days, exact, money } from "../model/format";
import type { Asked } from "../state/api";
import { linkTo } from "../state/navigation";
import { Icon } from "../ui/icon";
import { StackChart } from "../ui/stack";
import { FailureNotice, Notice, Skeleton } from "../ui/states";

export function DailyCosts({ asked }: { asked: Asked<CostsData> }) {
  const answer = asked.answers[0];
  const stacked = useMemo(() => (answer ? stack(answer.data, 6) : null), [answer]);
  return (
    <section class="card card-costs">
      <header class="card-head">
        <h2>Cost by day</h2>
        {answer && (
          <p class="faint">
            {days(answer.data.start, answer.data.end, true)}, {money(answer.data.total_cost, answer.data.currency)}
          </p>
        )}
        <a class="more" href={linkTo("costs")}>
          Costs <Icon name="right" size={12} />
        </a>
      </header>
      {asked.path === "" ? (
        <Notice icon="costs" title="This token does not open costs" />
      ) : asked.failure ? (
        <FailureNotice failure={asked.failure} onRetry={asked.again} path={asked.path} query={asked.query} />
      ) : !stacked || !answer ? (
        <Skeleton tall />
      ) : stacked.groups.length === 0 ? (
        <Notice icon="costs" title="No costs in these days">
          <p>Cost Explorer has nothing for them.</p>
        </Notice>
      ) : (
        <>
          <StackChart title="Cost by day and service" stack={stacked} currency={answer.data.currency} height={320} />
          {answer.data.movers && <Largest movers={answer.data.movers} currency={answer.data.currency} />}
        </>
      )}
    </section>
  );
}

/** The three services that moved the bill most since the days before. */
function Largest({ movers, currency }: { movers: Movers; currency: string | null }) {
  if (movers.largest.length === 0) return null;
  return (
    <section class="largest" aria-label="What rose and fell">
      <h3>What rose and fell since {days(movers.start, movers.end)}</h3>
      <ul>
        {movers.largest.slice(0, 3).map((mover) => (
          <li key={`${mover.name} ${mover.record_type ?? ""}`}>
            <span>
              {mover.name}
              {kindOf(mover) && <span class="faint"> {kindOf(mover)}</span>}
            </span>
            <strong title={exact(mover.change)}>
              {mover.change > 0 ? "+" : ""}
              {money(mover.change, currency)}
            </strong>
          </li>
        ))}
      </ul>
    </section>
  );
}
