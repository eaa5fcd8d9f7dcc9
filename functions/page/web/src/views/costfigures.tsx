import type { ComponentChildren } from "preact";
import type { CostsData } from "../api/types";
import { monthForecast } from "../model/costs";
import { days, exact, money, number, percent } from "../model/format";
import { Missing } from "../ui/basics";

/** The sums of a response, each with the days that it is about. */
export function CostFigures({ data }: { data: CostsData }) {
  const { currency, month_to_date: month, comparison, forecast, credits_and_refunds: credits } = data;
  const whole = monthForecast(data);
  return (
    <dl class="figures">
      <Figure name="Total" value={money(data.total_cost, currency)} title={exact(data.total_cost)}>
        {data.estimated ? "partly estimated" : "final"}
      </Figure>
      {comparison && (
        <Figure
          name="Change"
          value={
            comparison.change_percent === null ? (
              <Missing why="Nothing was billed before" />
            ) : (
              percent(comparison.change_percent, true)
            )
          }
          title={exact(comparison.change)}
        >
          on {days(comparison.start, comparison.end)}
        </Figure>
      )}
      {month && (
        <Figure name="Month to date" value={money(month.cost, currency)} title={exact(month.cost)}>
          {days(month.start, month.end)}
        </Figure>
      )}
      {whole && (
        <Figure name="Forecast for the month" value={money(whole.total, currency)} title={exact(whole.total)}>
          {money(whole.sofar, currency)} so far, and the rest
        </Figure>
      )}
      {forecast && (
        <Figure
          name="Rest of the month"
          value={
            forecast.mean === undefined ? (
              <Missing why={forecast.message ?? "AWS has no forecast"} />
            ) : (
              money(forecast.mean, forecast.currency)
            )
          }
          title={forecast.mean === undefined ? "" : exact(forecast.mean)}
        >
          {forecast.mean === undefined
            ? (forecast.message ?? "AWS has no forecast")
            : `${money(forecast.lower, forecast.currency)} to ${money(forecast.upper, forecast.currency)}, ${number(forecast.interval_percent)} % sure`}
        </Figure>
      )}
      {credits && credits.amount !== 0 && (
        <Figure name="Credits and refunds" value={money(credits.amount, currency)} title={exact(credits.amount)}>
          included in the total
        </Figure>
      )}
    </dl>
  );
}

function Figure(props: { name: string; value: ComponentChildren; title: string; children: ComponentChildren }) {
  return (
    <div class="figure">
      <dt>{props.name}</dt>
      <dd class="figure-value" title={props.title}>
        {props.value}
      </dd>
      <dd class="faint small">{props.children}</dd>
    </div>
  );
}
