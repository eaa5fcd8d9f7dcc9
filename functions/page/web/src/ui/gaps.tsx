import type { Gap } from "../api/types";
import { label } from "../model/description";

const ADVICE: Record<string, string> = {
  denied: "The role of the function lacks this permission: update the stack, or the reader role of the account.",
  denied_by_organization: "A policy of the organisation denies it. Whoever manages the organisation can allow it.",
  region_disabled: "The region is not enabled for the account. Choose other regions, or enable it.",
  throttled: "AWS throttled the request, also after retries. Try again in a minute.",
  timed_out: "AWS did not answer in time. Try again.",
  failed: "Try again; if it stays, the code says what AWS objects to.",
};

/** Every gap with where it is, AWS's own code, and what to do. */
export function GapList({ gaps }: { gaps: Gap[] }) {
  return (
    <div class="scroll-x">
      <table class="plain gaps">
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Missing</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {gaps.map((gap) => (
            <tr key={[gap.account, gap.region, gap.service, gap.operation, gap.code].join("|")}>
              <td>
                <strong>{regionName(gap.region)}</strong>
                {gap.account && <div class="faint mono">{gap.account}</div>}
              </td>
              <td>
                <code>
                  {gap.service}:{gap.operation}
                </code>
                <div class="faint">{gap.resource_types.length > 0 ? gap.resource_types.join(", ") : "—"}</div>
              </td>
              <td>
                <strong>{label(gap.status)}</strong> {gap.code && <code>{gap.code}</code>}
                {gap.message && <div class="gap-message">{gap.message}</div>}
                <div class="faint">{ADVICE[gap.status] ?? ""}</div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function regionName(region: string): string {
  if (region === "*") return "every region";
  return region;
}
