import type { PriceSums, Resource } from "../api/types";
import { exactUsd } from "../model/decimal";
import { number } from "../model/format";
import { amount, reasonsOf } from "../model/savings";
import { change } from "../state/navigation";
import { Incomplete, Missing } from "../ui/basics";
import { Evidence } from "./savings";

/** Asks for the prices. They change no row, so this is no filter, and clearing the filters leaves it. */
export function PriceToggle({ checked }: { checked: boolean }) {
  return (
    <label class="option" title="What each resource costs by AWS’s price list, which is free to read">
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => change({ prices: event.currentTarget.checked ? "true" : "" })}
      />
      <span>List prices</span>
    </label>
  );
}

/** What all matching resources cost together, on all pages, and of how many it is known. */
export function PriceLine({ sums, incomplete }: { sums: PriceSums; incomplete: boolean }) {
  const { monthly_usd, priced, unknown } = sums;
  if (priced + unknown === 0) return null;
  return (
    <div class="savings-line">
      <p>
        All together a month:{" "}
        {priced > 0 ? (
          <strong title={`${exactUsd(monthly_usd)} by AWS’s list prices, of all that the filters match`}>
            {amount(sums, incomplete)}
          </strong>
        ) : (
          <Missing why="No resource has a figure" />
        )}{" "}
        <Incomplete when={incomplete} />{" "}
        <span class="faint" title={reasonsOf(sums).join("\n")}>
          {number(priced)} with a figure{unknown > 0 && `, ${number(unknown)} without`}
        </span>
      </p>
    </div>
  );
}

/** The price of one resource with what it is computed from, or why it has none; nothing if nobody asked. */
export function PriceEvidence({ resource }: { resource: Resource }) {
  const { price, price_unknown: unknown } = resource;
  if (unknown) {
    return (
      <section>
        <h3>Price</h3>
        <p>
          <Missing why={unknown.message} /> <span>unknown: {unknown.message}</span>
        </p>
      </section>
    );
  }
  if (!price) return null;
  return (
    <section class="evidence" aria-label="What it costs">
      <h3>Price: {amount(price)} / month</h3>
      <Evidence cost={price} caption="How the price is computed" />
    </section>
  );
}
