/**
 * The parts of the API's responses that the page itself relies on; everything else it reads from the description. A test
 * gives them whatever the description allows, so what may be missing or null there is so here.
 */

export interface Gap {
  account?: string | null;
  region: string;
  service: string;
  operation: string;
  status: string;
  code: string | null;
  message: string | null;
  resource_types: string[];
}

export interface Meta {
  account: string | null;
  partial: boolean;
  gaps: Gap[];
  aws_requests: { total: number; by_operation: Record<string, number>; estimated_cost_usd: string };
  generated_at: string;
  elapsed_ms: number;
  [more: string]: unknown;
}

export interface Answer<Data> {
  data: Data;
  meta: Meta;
}

export interface Resource {
  id: string;
  /** Null for a bucket whose region S3 omitted. */
  region: string | null;
  name: string | null;
  arn: string | null;
  tags: Record<string, string> | null;
  /** What it costs by the price list; only with `prices=true`, as is why it has no price. */
  price?: Savings;
  price_unknown?: Unpriced;
  [field: string]: unknown;
}

export interface Unpriced {
  reason: string;
  message: string;
}

export interface Counts {
  total: number | null;
  by_type: Record<string, number | null>;
  by_region: Record<string, number | null>;
  by_state?: Record<string, Record<string, number> | null>;
  /** Only with `prices=true`. */
  prices?: PriceSums;
}

/** What all matching resources cost together; those without a price are in no sum. */
export interface PriceSums {
  monthly_usd: string;
  bound?: string;
  priced: number;
  unknown: number;
  unknown_by_reason: Record<string, number>;
}

/** `data` of /resources: one list for each type, or null where nothing of it could be listed. */
export type ResourcesData = { next_cursor: string | null; counts: Counts } & {
  [type: string]: Resource[] | null | string | Counts;
};

export interface ResourceRef {
  resource_type: string;
  id: string;
  region: string | null;
  name: string | null;
  arn: string | null;
}

export interface Window {
  start: string;
  end: string;
  period_seconds: number;
}

export interface RemediationStep {
  kind: string;
  what: string;
  command: string;
}

/** Commands of the AWS CLI, safest first, or why there are none. */
export interface Remediation {
  steps: RemediationStep[];
  irreversible: string | null;
  notes: string[];
  why_none?: string;
}

export interface Finding {
  rule: string;
  severity: string;
  /** Who found it: `stratoscope`, or AWS itself. */
  source: string;
  resource: ResourceRef;
  metric: string;
  statistic: string | null;
  observed: number;
  threshold: number;
  unit: string;
  window: Window | null;
  coverage: { expected: number; found: number } | null;
  recommendation: string;
  /** What the recommendation saves; absent if that is unknown, and for what is not about money. */
  savings?: Savings;
  /** Whether it is the finding of its resource that counts in sums. */
  savings_counted?: boolean;
  savings_unknown?: Unpriced;
  /** What AWS itself recommends for the resource. */
  aws_recommendation?: AwsRecommendation;
  remediation: Remediation;
  not_observed: string[];
  changed_thresholds?: Record<string, { value: number; default: number; unit: string }>;
  /** The exception that is about it and does not suppress it. */
  exception?: {
    by: string;
    parameter: string | null;
    why: string;
    reason: string | null;
    until: string | null;
    message: string;
  };
}

export interface AwsRecommendation {
  action: string;
  /** Null if AWS has no figure in US dollars. */
  monthly_usd: string | null;
  /** Whether the figure counts the account's discounts: `before` or `after` them; null if that is unknown. */
  discounts: string | null;
  current: string | null;
  recommended: string | null;
  lookback_days: number | null;
  derived_by: string | null;
  effort: string | null;
  restart_needed: boolean | null;
  rollback_possible: boolean | null;
  refreshed_at: string | null;
}

/** What something saves or costs. Amounts, prices and quantities are decimal numbers as text. */
export interface Savings {
  monthly_usd: string;
  basis: string;
  /** `upper` if it is the most that it can be; absent if it is exact. */
  bound?: string;
  bound_reason?: string;
  /** The price of one unit; of what has several parts, these have it. */
  unit_price?: string;
  unit?: string;
  quantity?: string;
  sku?: string;
  parts?: CostPart[];
  /** What would be billed instead. */
  instead?: CostPart[];
  region: string;
  priced_at: string;
  covered_by_commitment: boolean | null;
  not_included: string[];
}

export interface CostPart {
  part: string;
  monthly_usd: string;
  unit_price: string;
  unit: string;
  quantity: string;
  sku: string;
}

/** Each resource counts once, with the largest saving of its findings. */
export interface SavingsSummary {
  monthly_usd: string;
  bound?: string;
  resources: number;
  findings: number;
  unknown: number;
  unknown_by_reason: Record<string, number>;
}

/** A finding that somebody accepts until a day. */
export interface SuppressedFinding {
  resource: ResourceRef;
  rule: string;
  severity: string;
  by: string;
  parameter: string | null;
  reason: string;
  until: string;
  /** Only with `suppressed=show`. */
  finding?: Finding;
}

/** The exceptions that suppress nothing, or not all that they are about; of each list the first 100. */
export interface Exceptions {
  by_tag: boolean;
  problem_count: number;
  problems: ExceptionProblem[];
  ended_count: number;
  ended: EndedException[];
}

export interface ExceptionProblem {
  by: string;
  parameter: string | null;
  entry: number | null;
  resource: ResourceRef | null;
  problem: string;
}

export interface EndedException {
  by: string;
  parameter: string | null;
  resource: ResourceRef;
  rule: string;
  reason: string;
  until: string;
}

/** The commitments that AWS recommends to buy, and what they save together. */
export interface Purchases {
  count: number;
  monthly_usd: string;
  /** How many of them have no figure. */
  unknown: number;
}

export interface NotJudged {
  resource: ResourceRef;
  reason: string;
  rules: Record<string, string>;
}

export interface BottlenecksData {
  findings: Finding[];
  not_judged: NotJudged[];
  /** Absent, as `exceptions` is, where a deployment knows no exceptions. */
  suppressed?: { count: number; by_rule: Record<string, number>; findings: SuppressedFinding[] };
  exceptions?: Exceptions;
  /** Absent where AWS's own recommendations are unknown, or no part of the response. */
  purchases?: Purchases;
  next_cursor: string | null;
  summary: {
    findings: number;
    by_severity: Record<string, number>;
    by_rule: Record<string, number>;
    by_type: Record<string, { resources: number; with_findings: number; not_judged: number } | null>;
    /** Absent with `savings=none`, and where a deployment does not know savings. */
    savings?: SavingsSummary;
  };
  rules: Record<string, { severity: string; finding?: string; source?: string; [more: string]: unknown }>;
}

export type Datapoint = { Timestamp: string; Unit?: string } & { [statistic: string]: number | string | undefined };

export interface SeriesState {
  expected: number;
  found: number;
  status: string;
}

export interface MeasuredResource extends ResourceRef {
  sort_value?: number | null;
  metrics: Record<string, Datapoint[]>;
  series: Record<string, SeriesState>;
}

/** By id for resources that were chosen by their ids, in order for those that filters found. */
export type MetricsData = MeasuredResource[] | Record<string, Record<string, Datapoint[]>>;

export interface AccountsData {
  accounts: Account[];
}

export interface Account {
  id: string;
  name: string | null;
  home: boolean;
  reachable: boolean | null;
  checked_at: string | null;
  gap: Gap | null;
  routes: string[];
}

/** A group's cost, or with two groupings the costs of the second grouping within it. */
export type GroupCost = number | { [group: string]: number };

export interface CostsData {
  start: string;
  end: string;
  granularity: string;
  metric: string;
  total_cost: number;
  currency: string | null;
  estimated: boolean;
  periods: Record<string, { end: string; cost: number; estimated: boolean; groups: Record<string, GroupCost> }>;
  credits_and_refunds: { amount: number; share: number | null; by_record_type: Record<string, number> } | null;
  month_to_date: { cost: number; start: string; end: string; estimated: boolean } | null;
  comparison: Comparison | null;
  forecast?: {
    start?: string;
    end?: string;
    mean?: number;
    lower?: number;
    upper?: number;
    interval_percent?: number;
    currency?: string | null;
    unavailable?: string;
    message?: string;
  } | null;
  movers?: Movers;
  anomalies?: Anomalies;
  budgets?: Budget[];
  as_of: string;
  [more: string]: unknown;
}

/** What rose and fell since the days before; `largest` and `others` add up to `change`. */
export interface Movers {
  by: string;
  start: string;
  end: string;
  before: number;
  now: number;
  change: number;
  explained: number | null;
  largest: Mover[];
  others: { count: number; before: number; now: number; change: number };
}

export interface Mover {
  name: string;
  charge_type: string;
  record_type: string | null;
  before: number;
  now: number;
  change: number;
  change_percent: number | null;
  usage: UsageChange | null;
}

export interface UsageChange {
  unit: string | null;
  before: number | null;
  now: number | null;
  by_quantity: number | null;
  by_price: number | null;
  not_split: string | null;
}

export interface Anomalies {
  monitored: boolean;
  impact: number;
  found: Anomaly[];
}

export interface Anomaly {
  id: string;
  start: string | null;
  end: string | null;
  impact: number | null;
  actual: number | null;
  expected: number | null;
  dimension_value: string | null;
  root_causes: {
    service: string | null;
    region: string | null;
    account: string | null;
    usage_type: string | null;
    impact: number | null;
  }[];
}

export interface Budget {
  name: string;
  type: string;
  period: string;
  limit: number | null;
  actual: number | null;
  forecast: number | null;
  used_percent: number | null;
  unit: string | null;
}

export interface Comparison {
  start: string;
  end: string;
  total_cost: number;
  change: number;
  change_percent: number | null;
  by_charge_type: Record<
    string,
    { before: number; now: number; change: number; change_percent: number | null } | null
  > | null;
}

/** A response that is not a 2xx: of the API, or of the gateway before it, which has nothing but a message. */
export interface ErrorBody {
  message?: string | null;
  Message?: string | null;
  error?: { code?: string; message?: string; parameter?: string | null; gaps?: object[] | null };
  request_id?: string;
}
