import type { BottlenecksData } from "../api/types";
import { exactUsd, usd } from "../model/decimal";
import { number } from "../model/format";
import { before, noSum } from "../model/savings";
import type { Asked } from "../state/api";
import { linkTo } from "../state/navigation";
import { Tile } from "./tile";

/** The sum of what all findings save, and of how many it is known: the others are a click away. */
export function SavingsTile({ asked }: { asked: Asked<BottlenecksData> }) {
  const answer = asked.answers[0];
  const summary = answer?.data.summary.savings;
  const why = summary ? noSum(summary) : "AWS’s price list was not read";
  const { monthly_usd = "0", findings = 0, unknown = 0 } = summary ?? {};
  return (
    <Tile
      asked={asked}
      label="Could be saved a month"
      href={linkTo("findings", { sort: "savings" })}
      value={
        why === null
          ? {
              text: usd(monthly_usd),
              before: before(summary ?? {}, answer?.meta.partial ?? false),
              note: findings + unknown === 0 ? "nothing found to save" : `${number(findings)} with a figure`,
              title: `${exactUsd(monthly_usd)} a month by AWS’s list prices`,
            }
          : { why }
      }
      beside={
        unknown > 0
          ? { text: `${number(unknown)} without`, href: linkTo("findings", { sort: "savings", _saves: "unknown" }) }
          : undefined
      }
    />
  );
}
