import { signal } from "@preact/signals";

/** Regions that a response has named, to offer in filters: the description cannot know which are enabled. */
export const knownRegions = signal<string[]>([]);

export function learnRegions(byRegion: Record<string, unknown>): void {
  const all = new Set([
    ...knownRegions.value,
    ...Object.keys(byRegion).filter((name) => name !== "global" && name !== "*"),
  ]);
  if (all.size !== knownRegions.value.length) knownRegions.value = [...all].sort();
}
