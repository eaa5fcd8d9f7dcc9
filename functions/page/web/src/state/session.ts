import { computed, signal } from "@preact/signals";
import { baseOf, type Credentials, call, describe } from "../api/client";
import { Failure, needsSignIn } from "../api/errors";
import type { Account, AccountsData, Meta } from "../api/types";
import { type Description, readDescription } from "../model/description";
import { route } from "./navigation";

/**
 * Who is signed in. Key and token live in memory; they are written to sessionStorage only on request, and never to a URL
 * or to localStorage, which outlives the tab.
 */
const NAME = "stratoscope";

export const base = baseOf(document);
export const credentials = signal<Credentials | null>(null);
export const accounts = signal<Account[]>([]);
export const accountsMeta = signal<Meta | null>(null);
/** Whether somebody has signed in by the form, rather than with what the tab had kept. */
export const entered = signal(false);
export const description = signal<Description | null>(null);
export const descriptionFailure = signal<Failure | null>(null);
/** Why signing in again is needed in the middle of work; the work stays beneath. */
export const interruption = signal<Failure | null>(null);

export const account = computed<Account | null>(() => {
  const wanted = route.value.account;
  return accounts.value.find((one) => (wanted === null ? one.home : one.id === wanted)) ?? null;
});

/** The path of a route for the chosen account; the home account has the short ones. */
export function pathFor(path: string): string {
  const wanted = route.value.account;
  const home = accounts.value.find((one) => one.home);
  return wanted === null || wanted === home?.id ? path : `/accounts/${wanted}${path}`;
}

/** Whether the scopes of the token open this route. Unknown until the accounts are listed, and then assumed. */
export function allowed(path: string): boolean {
  const known = account.value;
  return known === null || known.routes.length === 0 || known.routes.some((one) => one.endsWith(path));
}

export async function signIn(given: Credentials, keep: boolean): Promise<void> {
  const answer = await call<AccountsData>(base, "/accounts", given);
  accounts.value = answer.data.accounts;
  accountsMeta.value = answer.meta;
  credentials.value = given;
  if (keep) sessionStorage.setItem(NAME, JSON.stringify(given));
  else sessionStorage.removeItem(NAME);
}

export function signOut(): void {
  sessionStorage.removeItem(NAME);
  credentials.value = null;
  accounts.value = [];
  accountsMeta.value = null;
  interruption.value = null;
  entered.value = false;
}

/**
 * Loads the description and the accounts. With what was kept for this tab, the view asks at once: a token that has expired
 * meanwhile is found out by that as well.
 */
export async function start(): Promise<void> {
  const kept = readKept();
  if (kept) credentials.value = kept;
  await Promise.all([loadDescription(), kept ? resumeKept(kept) : null]);
}

async function resumeKept(kept: Credentials): Promise<void> {
  try {
    await signIn(kept, true);
  } catch (error) {
    if (error instanceof Failure && needsSignIn(error)) interruption.value = error;
  }
}

export async function loadDescription(): Promise<void> {
  descriptionFailure.value = null;
  try {
    description.value = readDescription(await describe(base));
  } catch (error) {
    descriptionFailure.value =
      error instanceof Failure ? error : new Failure("internal", "The description is unreadable.");
  }
}

function readKept(): Credentials | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(NAME) ?? "null");
    if (typeof kept !== "object" || kept === null) return null;
    const { key, token } = kept as Partial<Credentials>;
    return typeof key === "string" && typeof token === "string" ? { key, token } : null;
  } catch {
    return null;
  }
}
