import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Query } from "../api/client";
import { type Failure, refusedPrice } from "../api/errors";
import { approve } from "../state/price";
import { Prose } from "./basics";
import { GapList } from "./gaps";
import { Icon, type IconName } from "./icon";

/** True once something has lasted: a response within 300 ms needs no sign of waiting. */
export function useDelayed(active: boolean, milliseconds = 300): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!active) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), milliseconds);
    return () => clearTimeout(timer);
  }, [active, milliseconds]);
  return active && late;
}

/** Holds the place of what is coming, so that nothing jumps when it arrives. */
export function Skeleton({ lines = 6, tall = false }: { lines?: number; tall?: boolean }) {
  const late = useDelayed(true);
  return (
    <div class={`skeleton ${tall ? "tall" : ""} ${late ? "late" : ""}`} role="status">
      <span class="unseen">{late ? "Loading" : ""}</span>
      {Array.from({ length: tall ? 1 : lines }, (_, index) => (
        <div key={index} class={`bone bone-${index % 4}`} />
      ))}
    </div>
  );
}

export function Notice(props: {
  icon?: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
  tone?: "bad" | "calm";
}) {
  return (
    <div class={`notice ${props.tone ?? "calm"}`} role={props.tone === "bad" ? "alert" : undefined}>
      {props.icon && <Icon name={props.icon} size={24} />}
      <p class="notice-title">{props.title}</p>
      {props.children && <div class="notice-text">{props.children}</div>}
      {props.action && <div class="notice-action">{props.action}</div>}
    </div>
  );
}

const TITLES: Record<Failure["kind"], string> = {
  key: "The API key is wrong",
  token: "The token is wrong or has expired",
  scope: "This token does not open this view",
  account: "This account is not available",
  parameter: "The API does not accept this filter",
  rate: "Too many requests at the moment",
  quota: "The month’s quota of this key is used up",
  nothing: "AWS returned nothing of what was asked",
  unreachable: "The account does not let Stratoscope in",
  internal: "The API failed",
  missing: "The API has no such route",
  offline: "No connection to the API",
};

const ADVICE: Partial<Record<Failure["kind"], string>> = {
  scope: "Ask whoever manages the deployment for a token with the scope of this route, or choose another account.",
  rate: "The usage plan of the key limits how often it may call. Wait a few seconds, then try again.",
  quota: "It starts again with the next month. Whoever manages the deployment can raise it.",
};

/** What failed, in place of what would stand there, with what to do about it. */
export function FailureNotice({
  failure,
  onRetry,
  path,
  query,
}: {
  failure: Failure;
  onRetry?: () => void;
  path?: string;
  query?: Query;
}) {
  const usd = refusedPrice(failure);
  if (usd !== null && path && query) return <PriceQuestion usd={usd} failure={failure} path={path} query={query} />;
  const { gaps, requestId } = failure.details;
  const again = onRetry && failure.kind !== "scope" && failure.kind !== "quota" && failure.kind !== "parameter";
  return (
    <Notice
      tone="bad"
      icon="gap"
      title={TITLES[failure.kind]}
      action={
        again && (
          <button type="button" class="button" onClick={onRetry}>
            Try again
          </button>
        )
      }
    >
      <p>
        <Prose text={ADVICE[failure.kind] ?? failure.message} />
      </p>
      {gaps && gaps.length > 0 && <GapList gaps={gaps} />}
      {requestId && failure.kind === "internal" && (
        <p class="faint">
          Request <code>{requestId}</code>
        </p>
      )}
    </Notice>
  );
}

/** The same above what is still there: the rows of before, or of the pages that arrived. */
export function FailureBanner({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  return (
    <div class="banner" role="alert">
      <Icon name="gap" />
      <span>
        <strong>{TITLES[failure.kind]}.</strong> {ADVICE[failure.kind] ?? failure.message.replace(/[.]?$/, ".")} What is
        shown had arrived before.
      </span>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

/** What an address names and is not there, above what is; closing it is the way back to a true address. */
export function NotFound(props: { what: string; onClose: () => void; children: ComponentChildren }) {
  return (
    <div class="banner" role="status">
      <Icon name="search" />
      <span>
        <strong>Not found:</strong> <bdi class="mono wrap">{props.what.slice(0, 300)}</bdi>. {props.children}
      </span>
      <button type="button" class="button" onClick={props.onClose}>
        Close
      </button>
    </div>
  );
}

/** Nothing above ten cents is spent without a yes. */
function PriceQuestion({ usd, failure, path, query }: { usd: string; failure: Failure; path: string; query: Query }) {
  return (
    <Notice
      icon="costs"
      title={`AWS would bill $${usd} for this`}
      action={
        <button type="button" class="button primary" onClick={() => approve(path, query, usd)}>
          Measure for up to ${usd}
        </button>
      }
    >
      <p>
        <Prose text={failure.message} />
      </p>
      <p>Nothing has been billed. Narrow the filters, or agree to the price.</p>
    </Notice>
  );
}
