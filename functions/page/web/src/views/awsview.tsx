import type { AwsRecommendation } from "../api/types";
import { exactUsd, usd } from "../model/decimal";
import { label } from "../model/description";
import { time, utc } from "../model/format";
import { facts } from "../model/recommendation";
import { Text } from "../ui/cell";
import { Detail } from "../ui/detail";

/** What AWS itself recommends for a resource, and what it says of it. */
export function AwsView({ of }: { of: AwsRecommendation }) {
  const { monthly_usd: saved, refreshed_at: at } = of;
  return (
    <section class="evidence" aria-label="What AWS recommends">
      <h3>
        AWS recommends: {label(of.action)}
        {saved === null ? ", without a figure" : <span title={exactUsd(saved)}>, {usd(saved)} / month</span>}
      </h3>
      <dl class="fields">
        {facts(of).map(([name, value]) => (
          <Detail key={name} name={name}>
            <Text value={value} />
          </Detail>
        ))}
        {at !== null && (
          <Detail name="From">
            <span title={utc(at)}>{time(at)}</span>
          </Detail>
        )}
      </dl>
    </section>
  );
}
