import { Failure, failureOf } from "./errors";
import type { Answer } from "./types";

export interface Credentials {
  key: string;
  token: string;
}

export type Query = Record<string, string>;

/** The path and query of a call. Commas stay as they are: `%2C` would take three bytes of the URL's limit. */
export function callPath(path: string, query: Query): string {
  const parts = Object.entries(query)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  return parts.length === 0 ? path : `${path}?${parts.join("&")}`;
}

/** The API's base, with a slash at its end, as the function that serves the page wrote it into the document. */
export function baseOf(document: Document): string {
  const base = document.documentElement.dataset["base"] ?? "/";
  return base.startsWith("%") ? "/" : base;
}

/** Calls the API. A `fresh` call asks the gateway to bypass its cache, which a token may lack the scope for. */
export async function call<Data>(
  base: string,
  path: string,
  credentials: Credentials,
  options: { signal?: AbortSignal; fresh?: boolean } = {},
): Promise<Answer<Data>> {
  const headers: Record<string, string> = {
    "x-api-key": credentials.key,
    authorization: `Bearer ${credentials.token}`,
  };
  if (options.fresh) headers["cache-control"] = "max-age=0";
  const response = await send(base + path.replace(/^\//, ""), headers, options.signal);
  const text = await response.text();
  if (!response.ok) throw failureOf(response.status, text, response.headers.get("x-amzn-requestid"));
  try {
    return JSON.parse(text) as Answer<Data>;
  } catch {
    throw new Failure("internal", "The response is not JSON. Is this the address of a Stratoscope API?");
  }
}

/** The description of the interface: public, so that the page can be drawn before anybody has signed in. */
export async function describe(base: string): Promise<unknown> {
  const response = await send(`${base}openapi.json`, {}, undefined);
  const text = await response.text();
  if (!response.ok) throw failureOf(response.status, text, response.headers.get("x-amzn-requestid"));
  return JSON.parse(text);
}

async function send(url: string, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, { headers, credentials: "omit", redirect: "error", signal: signal ?? null });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failure("offline", "Check the network, then try again.");
  }
}
