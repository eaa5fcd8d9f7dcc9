/**
 * The view and its filters stand in the URL's fragment, which no server ever sees. A name without an underscore is a
 * parameter of the API; one with an underscore belongs to the page: `#/resources?types=ec2&_find=shop`.
 */

export const VIEWS = ["overview", "resources", "findings", "costs", "metrics"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  view: View;
  /** The account whose data is shown; null is the home account. */
  account: string | null;
  parameters: Record<string, string>;
  /** What an address calls a view that there is none of. */
  unknown?: string;
}

export function parseRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#\/?/, "").split("?", 2);
  const view = VIEWS.find((one) => one === path) ?? "overview";
  const parameters: Record<string, string> = {};
  let account: string | null = null;
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === "_account") account = /^\d{12}$/.test(value) ? value : null;
    else if (value !== "") parameters[name] = value;
  }
  return { view, account, parameters, ...(view === path || path === "" ? {} : { unknown: path }) };
}

export function formatRoute(route: Route): string {
  const parts = Object.entries(route.parameters)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${readable(value)}`);
  if (route.account) parts.unshift(`_account=${route.account}`);
  return `#/${route.view}${parts.length > 0 ? `?${parts.join("&")}` : ""}`;
}

/** Commas, colons and slashes are safe in a fragment, and a link is nicer to read with them. */
function readable(value: string): string {
  return encodeURIComponent(value).replace(/%(2C|3A|2F|40)/g, (code) => decodeURIComponent(code));
}

/** The parameters that go to the API. */
export function apiParameters(parameters: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !name.startsWith("_")));
}

/** The values of a list, with `\,` as a comma within a value. */
export function splitList(text: string | undefined): string[] {
  if (!text) return [];
  const values: string[] = [];
  let value = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\" && at + 1 < text.length) {
      value += character + text.charAt(at + 1);
      at += 1;
    } else if (character === ",") {
      values.push(value);
      value = "";
    } else value += character;
  }
  values.push(value);
  return values.map((one) => one.trim()).filter((one) => one !== "");
}

/** The values of a list after a click on one of them. `all`, if there is such a value, excludes all others. */
export function toggled(values: string[], value: string, all: string): string[] {
  if (values.includes(value)) return values.filter((one) => one !== value);
  if (all === "") return [...values, value];
  return value === all ? [value] : [...values.filter((one) => one !== all), value];
}

/** A value as one of a list: the opposite of how a list is split. */
export function escaped(value: string): string {
  return value.replace(/[\\,]/g, "\\$&");
}

export function joinList(values: string[]): string {
  return [...new Set(values)].join(",");
}
