import type { ErrorBody, Gap } from "./types";

/**
 * What went wrong, as far as a person can act on it. The gateway refuses a call with nothing but a message, so its words
 * decide which kind of 403 or 429 it is. An unknown token gets an explicit deny.
 */
export type FailureKind =
  | "key"
  | "token"
  | "scope"
  | "account"
  | "parameter"
  | "rate"
  | "quota"
  | "nothing"
  | "unreachable"
  | "internal"
  | "missing"
  | "offline";

export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly details: { status?: number; parameter?: string; gaps?: Gap[]; requestId?: string } = {},
  ) {
    super(message);
    this.name = "Failure";
  }
}

/** Reads the failure from a response that is not a 2xx. */
export function failureOf(status: number, text: string, requestId: string | null): Failure {
  const body = parsed(text);
  const said = body.error?.message ?? body.message ?? body.Message ?? "";
  const id = body.request_id ?? requestId ?? undefined;
  const details = {
    status,
    ...(body.error?.parameter ? { parameter: body.error.parameter } : {}),
    // Like those of `meta`, whose fields the description names.
    ...(body.error?.gaps ? { gaps: body.error.gaps as Gap[] } : {}),
    ...(id ? { requestId: id } : {}),
  };
  return new Failure(kindOf(status, body.error?.code, said), said || `HTTP ${status}`, details);
}

function kindOf(status: number, code: string | undefined, said: string): FailureKind {
  switch (status) {
    case 400:
      return "parameter";
    case 401:
      return "token";
    case 403:
      if (code === "AccountNotAllowed") return "account";
      if (said === "Forbidden") return "key";
      if (/explicit deny/i.test(said)) return "token";
      return /not authorized/i.test(said) ? "scope" : "missing";
    case 404:
      return code === "UnknownAccount" ? "account" : "missing";
    case 429:
      return /limit exceeded/i.test(said) ? "quota" : "rate";
    case 502:
      if (code === "AccountUnreachable") return "unreachable";
      return code === "NothingCollected" ? "nothing" : "internal";
    default:
      return "internal";
  }
}

function parsed(text: string): ErrorBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as ErrorBody) : {};
  } catch {
    return {};
  }
}

/** Whether signing in anew is what helps. */
export function needsSignIn(failure: Failure): boolean {
  return failure.kind === "key" || failure.kind === "token";
}

/** The price that the API refused to cause, from its message about `max_cost_usd`. */
export function refusedPrice(failure: Failure | null): string | null {
  if (failure?.details.parameter !== "max_cost_usd") return null;
  return /\$(\d+(?:\.\d+)?)/.exec(failure.message)?.[1] ?? null;
}
