import { computed, type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, callPath, type Query } from "../api/client";
import { Failure, needsSignIn } from "../api/errors";
import { everyPage, mergeMeta } from "../api/pages";
import type { Answer, Meta } from "../api/types";
import { base, credentials, interruption, signOut } from "./session";

/**
 * Calls that are shared by whatever shows them, cancelled when nothing shows them any more, and kept so that going back
 * neither waits nor costs again.
 */

export interface CallState<Data> {
  /** One for each page that has arrived. */
  answers: Answer<Data>[];
  loading: boolean;
  failure: Failure | null;
}

interface Entry {
  path: string;
  query: Query;
  paged: boolean;
  state: Signal<CallState<never>>;
  controller: AbortController | null;
  users: number;
  used: number;
}

/** Calls that nothing shows any more; one can hold 50,000 rows. */
const KEPT = 12;
const NOTHING: CallState<never> = { answers: [], loading: false, failure: null };
const entries = new Map<string, Entry>();
const shown = signal(0);

/** What is on the screen, as one: as of when, how many calls, which price and gaps. */
export const screen = computed<{ meta: Meta | null; loading: boolean; failed: boolean }>(() => {
  shown.value;
  const used = [...entries.values()].filter((entry) => entry.users > 0);
  const states = used.map((entry) => entry.state.value);
  return {
    meta: mergeMeta(states.flatMap((state) => state.answers.map((answer) => answer.meta))),
    loading: states.some((state) => state.loading),
    failed: states.some((state) => state.failure !== null),
  };
});

/** Calls a route while the component is on the screen; a path of null calls nothing. */
export function useCall<Data>(
  path: string | null,
  query: Query = {},
  options: { paged?: boolean } = {},
): CallState<Data> {
  const signedIn = credentials.value !== null;
  const paged = options.paged ?? false;
  const id = path === null ? null : idOf(path, query, paged);
  const entry = path === null || id === null ? null : entryOf(id, path, query, paged);
  // The id stands for path and query, and for the entry.
  useEffect(() => {
    if (!entry || !signedIn) return;
    // It may have been dropped between drawing and this.
    if (id !== null) entries.set(id, entry);
    entry.users += 1;
    entry.used = performance.now();
    shown.value += 1;
    const { answers, failure } = entry.state.peek();
    if (entry.controller === null && (answers.length === 0 || failure)) run(entry, false);
    return () => release(entry);
  }, [id, signedIn]);
  return (entry?.state.value ?? NOTHING) as CallState<Data>;
}

/** Calls everything on the screen again, past the gateway's cache where the token may. */
export function refresh(): void {
  for (const [id, entry] of entries) {
    if (entry.users > 0) run(entry, true);
    else entries.delete(id);
  }
}

export function retry(path: string, query: Query, paged = false): void {
  const entry = entries.get(idOf(path, query, paged));
  if (entry) run(entry, false);
}

/** After signing in again: what failed is called again, what is there stays. */
export function resume(): void {
  for (const entry of entries.values()) if (entry.users > 0 && entry.state.peek().failure) run(entry, false);
}

/** Nothing of one person may be there for the next. */
export function leave(): void {
  for (const entry of entries.values()) entry.controller?.abort();
  entries.clear();
  shown.value += 1;
  signOut();
}

function idOf(path: string, query: Query, paged: boolean): string {
  return `${paged ? "every page of " : ""}${callPath(path, query)}`;
}

function entryOf(id: string, path: string, query: Query, paged: boolean): Entry {
  const known = entries.get(id);
  if (known) return known;
  const state = signal<CallState<never>>({ ...NOTHING, loading: true });
  const entry = { path, query, paged, state, controller: null, users: 0, used: performance.now() };
  entries.set(id, entry);
  return entry;
}

function release(entry: Entry): void {
  entry.users -= 1;
  shown.value += 1;
  if (entry.users > 0) return;
  // A widget that is only drawn anew takes the call over within the same task.
  queueMicrotask(() => {
    if (entry.users > 0 || entry.controller === null) return;
    entry.controller.abort();
    drop(entry);
  });
  const unused = [...entries.values()].filter((one) => one.users === 0).sort((a, b) => a.used - b.used);
  for (const one of unused.slice(0, Math.max(0, unused.length - KEPT))) drop(one);
}

function drop(entry: Entry): void {
  for (const [id, one] of entries) if (one === entry) entries.delete(id);
}

async function run(entry: Entry, fresh: boolean): Promise<void> {
  const given = credentials.peek();
  if (!given) return;
  entry.controller?.abort();
  const controller = new AbortController();
  entry.controller = controller;
  const before = entry.state.peek().failure ? [] : entry.state.peek().answers;
  entry.state.value = { answers: before, loading: true, failure: null };
  const answers: Answer<never>[] = [];
  const options = { signal: controller.signal, fresh };
  try {
    if (entry.paged) {
      // The overview shows the first page: opening the table then goes on from there.
      const first = fresh ? undefined : entries.get(idOf(entry.path, entry.query, false))?.state.peek().answers[0];
      await everyPage<never>(base, entry.path, entry.query, given, { ...options, first }, (answer) => {
        answers.push(answer);
        // While it is called again, the earlier rows stay until all new ones are there.
        if (before.length === 0) entry.state.value = { answers: [...answers], loading: true, failure: null };
      });
    } else answers.push(await call<never>(base, callPath(entry.path, entry.query), given, options));
    if (entry.controller === controller) entry.state.value = { answers, loading: false, failure: null };
  } catch (error) {
    if (controller.signal.aborted || entry.controller !== controller) return;
    const failure = error instanceof Failure ? error : new Failure("internal", String(error));
    if (needsSignIn(failure)) interruption.value = failure;
    entry.state.value = { answers: answers.length > 0 ? answers : before, loading: false, failure };
  } finally {
    if (entry.controller === controller) entry.controller = null;
  }
}

/** Whether a call has been answered, and there are no pages after those that are here. */
export function isWhole(path: string, query: Query, paged: boolean): boolean {
  shown.value;
  const answers = entries.get(idOf(path, query, paged))?.state.value.answers as Answer<{
    next_cursor?: string | null;
  }>[];
  return answers?.at(-1)?.data.next_cursor === null;
}

/** What has been answered on a path before. */
export function answersOf<Data>(path: string): Answer<Data>[] {
  shown.value;
  return [...entries.values()]
    .filter((entry) => entry.path === path)
    .flatMap((entry) => entry.state.value.answers as Answer<Data>[]);
}
