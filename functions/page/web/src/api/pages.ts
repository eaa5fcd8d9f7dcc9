import { type Credentials, call, callPath, type Query } from "./client";
import type { Answer, Meta } from "./types";

/**
 * Follows `next_cursor` to the last page and hands each page over as it arrives, so that a table can be used before all
 * of it is there. A first page that is known already isn't asked for again.
 */
export async function everyPage<Data extends { next_cursor: string | null }>(
  base: string,
  path: string,
  query: Query,
  credentials: Credentials,
  options: { signal: AbortSignal; fresh?: boolean; first?: Answer<Data> | undefined },
  onPage: (answer: Answer<Data>, page: number) => void,
): Promise<void> {
  let cursor: string | null = null;
  let page = 0;
  do {
    const asked: Query = cursor === null ? query : { ...query, cursor };
    const known = page === 0 ? options.first : undefined;
    const answer: Answer<Data> = known ?? (await call<Data>(base, callPath(path, asked), credentials, options));
    page += 1;
    onPage(answer, page);
    cursor = answer.data.next_cursor ?? null;
  } while (cursor !== null);
}

/** Several responses as one: what they cost together, as of the earliest, with every gap once. */
export function mergeMeta(metas: Meta[]): Meta | null {
  const [first] = metas;
  if (!first) return null;
  const gaps = new Map<string, Meta["gaps"][number]>();
  const operations: Record<string, number> = {};
  let total = 0;
  let price = 0;
  let elapsed = 0;
  let generated = first.generated_at;
  for (const meta of metas) {
    for (const gap of meta.gaps) {
      const known = { ...gap, account: gap.account ?? meta.account };
      gaps.set([known.account, gap.region, gap.service, gap.operation, gap.code].join("|"), known);
    }
    for (const [operation, number] of Object.entries(meta.aws_requests.by_operation)) {
      operations[operation] = (operations[operation] ?? 0) + number;
    }
    total += meta.aws_requests.total;
    price += Number(meta.aws_requests.estimated_cost_usd);
    elapsed += meta.elapsed_ms;
    if (meta.generated_at < generated) generated = meta.generated_at;
  }
  return {
    ...first,
    partial: metas.some((meta) => meta.partial),
    gaps: [...gaps.values()],
    aws_requests: { total, by_operation: operations, estimated_cost_usd: price.toFixed(4) },
    generated_at: generated,
    elapsed_ms: elapsed,
  };
}
