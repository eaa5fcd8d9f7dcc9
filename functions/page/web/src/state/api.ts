import type { Query } from "../api/client";
import { callPath } from "../api/client";
import { curl } from "../model/curl";
import { type CallState, retry, useCall } from "./calls";
import { limited } from "./price";
import { base, pathFor } from "./session";

export interface Asked<Data> extends CallState<Data> {
  /** The call as it would be typed. */
  curl: string;
  again: () => void;
  path: string;
  query: Query;
}

/** Calls a route of the chosen account within the limit of what may be spent without asking. */
export function useApi<Data>(route: string | null, query: Query = {}, options: { paged?: boolean } = {}): Asked<Data> {
  const path = route === null ? null : pathFor(route);
  const asked = route === null ? query : limited(route, query);
  const state = useCall<Data>(path, asked, options);
  return {
    ...state,
    curl: route === null ? "" : curlOf(route, query),
    again: () => path !== null && retry(path, asked, options.paged),
    path: route ?? "",
    query,
  };
}

/** A call of the chosen account as a shell command. */
export function curlOf(route: string, query: Query): string {
  const path = callPath(pathFor(route), limited(route, query));
  return curl(new URL(base + path.replace(/^\//, ""), location.href).href);
}
