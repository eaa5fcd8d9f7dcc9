import type { Anomalies } from "../api/types";
import { causes } from "../model/costs";
import { dayBefore, days, money, plural } from "../model/format";
import { Missing } from "../ui/basics";

/** What AWS did not expect. Without a monitor nothing is detected, which is something else than nothing found. */
export function CostAnomalies({ anomalies }: { anomalies: Anomalies }) {
  const { found, monitored } = anomalies;
  return (
    <section class="card">
      <header class="card-head">
        <h2>Anomalies</h2>
        {found.length > 0 && (
          <p class="faint">
            {plural(found.length, "anomaly", "anomalies")}, {money(anomalies.impact)} beyond what AWS expected
          </p>
        )}
      </header>
      {found.length === 0 ? (
        <p class="faint">
          {monitored
            ? "Cost Anomaly Detection found nothing unusual that ended on these days."
            : "The account has no monitor, so AWS detects no anomalies: create one in Cost Anomaly Detection."}
        </p>
      ) : (
        <div class="scroll-x">
          <table class="plain comparison stacks" aria-label="Anomalies">
            <thead>
              <tr>
                <th scope="col">Cause</th>
                <th scope="col">Days</th>
                <th scope="col">Expected</th>
                <th scope="col">Actual</th>
                <th scope="col">Impact</th>
              </tr>
            </thead>
            <tbody>
              {found.map((one) => (
                <tr key={one.id}>
                  <th scope="row">
                    {causes(one).map((cause) => (
                      <div key={cause}>{cause}</div>
                    ))}
                    {one.root_causes.length === 0 && (one.dimension_value ?? <Missing />)}
                  </th>
                  <td data-label="Days">
                    {one.start && one.end ? days(one.start, following(one.end)) : (one.start ?? <Missing />)}
                  </td>
                  <Amount name="Expected" usd={one.expected} />
                  <Amount name="Actual" usd={one.actual} />
                  <Amount name="Impact" usd={one.impact} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Amount({ name, usd }: { name: string; usd: number | null }) {
  return <td data-label={name}>{usd === null ? <Missing /> : money(usd)}</td>;
}

/** The day after, since the last day of an anomaly is a part of it. */
function following(day: string): string {
  const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
  return dayBefore(next) === day ? next : day;
}
