import type { ResourcesData } from "../api/types";

export interface Cross {
  types: { name: string; total: number | null }[];
  /** Regions that have something, or of which something is missing, most first. */
  regions: { name: string; total: number | null; counts: (number | null)[] }[];
  /** How many regions were listed and have nothing. */
  empty: number;
  total: number | null;
}

/**
 * Counts of each type in each region. The response counts types and regions for all pages, but both together only by its
 * rows: a cell is unknown, not 0, where rows are on later pages or could not be listed.
 */
export function crossCounts(data: ResourcesData, types: string[]): Cross {
  const { counts } = data;
  const known = types.filter((type) => type in counts.by_type);
  const cells = new Map<string, number>();
  for (const type of known) {
    const list = data[type];
    if (!Array.isArray(list)) continue;
    for (const { region } of list) cells.set(`${type} ${region}`, (cells.get(`${type} ${region}`) ?? 0) + 1);
  }
  const whole = data.next_cursor === null;
  const shown = known.filter((type) => counts.by_type[type] !== 0);
  const regions = Object.entries(counts.by_region)
    .filter(([, total]) => total !== 0)
    .sort((a, b) => (b[1] ?? -1) - (a[1] ?? -1) || a[0].localeCompare(b[0]))
    .map(([name, total]) => ({
      name,
      total,
      counts: shown.map((type) => {
        if (counts.by_type[type] === null || total === null) return cells.get(`${type} ${name}`) ?? null;
        const count = cells.get(`${type} ${name}`) ?? 0;
        return whole || count === counts.by_type[type] ? count : null;
      }),
    }));
  return {
    types: shown.map((name) => ({ name, total: counts.by_type[name] ?? null })),
    regions,
    empty: Object.values(counts.by_region).filter((total) => total === 0).length,
    total: counts.total,
  };
}
