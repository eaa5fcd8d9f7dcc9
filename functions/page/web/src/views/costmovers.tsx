import type { Mover, Movers } from "../api/types";
import { kindOf, madeOf, why } from "../model/costs";
import { label } from "../model/description";
import { days, exact, money, percent, plural, withUnit } from "../model/format";
import { linkTo } from "../state/navigation";

/** What rose and fell: the largest changes, and everything else as one line, which add up to the change. */
export function CostMovers(props: { movers: Movers; currency: string | null; query: Record<string, string> }) {
  const { movers, currency, query } = props;
  const hasUsage = movers.largest.some(({ usage }) => usage !== null);
  return (
    <section class="card">
      <header class="card-head">
        <h2>What rose and fell</h2>
        <p class="faint">
          since {days(movers.start, movers.end, true)}
          {movers.explained !== null && `, ${percent(movers.explained * 100)} explained`}
        </p>
      </header>
      {movers.largest.length === 0 ? (
        <p class="faint">Nothing moved.</p>
      ) : (
        <div class="scroll-x">
          <table class="plain comparison stacks" aria-label="What rose and fell">
            <thead>
              <tr>
                <th scope="col">{label(movers.by)}</th>
                <th scope="col">Before</th>
                <th scope="col">Now</th>
                <th scope="col">Change</th>
                {hasUsage && <th scope="col">Because of</th>}
              </tr>
            </thead>
            <tbody>
              {movers.largest.map((mover) => (
                <tr key={`${mover.name} ${mover.charge_type} ${mover.record_type ?? ""}`}>
                  <th scope="row">
                    <Name mover={mover} resources={madeOf(mover, movers.by, query)} />
                    {kindOf(mover) && <div class="faint small">{kindOf(mover)}</div>}
                  </th>
                  <Amounts of={mover} share={mover.change_percent} currency={currency} />
                  {hasUsage && <Usage mover={mover} />}
                </tr>
              ))}
              <tr>
                <th scope="row">{plural(movers.others.count, "other")}</th>
                <Amounts of={movers.others} share={null} currency={currency} />
                {hasUsage && <td />}
              </tr>
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                <Amounts of={movers} share={null} currency={currency} />
                {hasUsage && <td />}
              </tr>
            </tfoot>
          </table>
        </div>
      )}
    </section>
  );
}

/** A name, as a link to what it is made of where that can be asked for. */
function Name({ mover, resources }: { mover: Mover; resources: Record<string, string> | null }) {
  if (resources === null) return <>{mover.name}</>;
  return (
    <a href={linkTo("costs", resources)} title="Its resources in the last 14 days">
      {mover.name}
    </a>
  );
}

function Amounts(props: {
  of: { before: number; now: number; change: number };
  share: number | null;
  currency: string | null;
}) {
  const { before, now, change } = props.of;
  return (
    <>
      <td data-label="Before" title={exact(before)}>
        {money(before, props.currency)}
      </td>
      <td data-label="Now" title={exact(now)}>
        {money(now, props.currency)}
      </td>
      <td data-label="Change" title={exact(change)}>
        {change > 0 ? "+" : ""}
        {money(change, props.currency)}
        {props.share !== null && <div class="faint small">{percent(props.share, true)}</div>}
      </td>
    </>
  );
}

function Usage({ mover: { usage } }: { mover: Mover }) {
  if (usage === null) return <td />;
  return (
    <td data-label="Because of">
      {why(usage)}
      <div class="faint small">
        {withUnit(usage.before ?? 0, usage.unit)} → {withUnit(usage.now ?? 0, usage.unit)}
      </div>
    </td>
  );
}
