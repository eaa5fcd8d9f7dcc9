import type { Resource } from "../api/types";
import { exactUsd } from "./decimal";
import { amount } from "./savings";

/** The fields of a resource that are its price, or why it has none: one column, and a section of the details. */
export const PRICE_FIELDS = ["price", "price_unknown"];

/** The columns that the API's own CSV has of a price, in its order. */
export const PRICE_HEADER = [
  "price_monthly_usd",
  "price_bound",
  "price_bound_reason",
  "price_unit_price",
  "price_unit",
  "price_quantity",
  "price_sku",
  "price_parts",
  "price_not_included",
  "price_unknown",
];

export function priceCells({ price, price_unknown: unknown }: Resource): unknown[] {
  const figure = [price?.monthly_usd, price?.bound, price?.bound_reason];
  const unit = [price?.unit_price, price?.unit, price?.quantity, price?.sku];
  return [...figure, ...unit, price?.parts, price?.not_included, unknown?.reason];
}

/** What resources are sorted by: a number, or nothing where the price is unknown, which comes last. */
export function priceKey({ price }: Resource): number | null {
  return price ? Number(price.monthly_usd) : null;
}

/** What the table says of a price, and what it says to whoever asks; null of a type that has none. */
export function priceText({ price, price_unknown: unknown }: Resource): { text: string; title: string } | null {
  if (unknown) return { text: "unknown", title: unknown.message };
  if (!price) return null;
  const title = [`${exactUsd(price.monthly_usd)} a month by AWS’s list price`, price.bound_reason ?? ""];
  return { text: amount(price), title: title.filter(Boolean).join("; ") };
}

/** A resource as a search looks at it: the words of why it has no price would find what nobody means. */
export function withoutPrice(resource: Resource): Record<string, unknown> {
  if (!resource.price && !resource.price_unknown) return resource;
  const { price: _, price_unknown: __, ...rest } = resource;
  return rest;
}
