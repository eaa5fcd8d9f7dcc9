/** The palette of Okabe and Ito, as custom properties with a shade each for light and dark ground. */
export const SERIES = 8;

export function seriesClass(index: number): string {
  return `series-${index % SERIES}`;
}

/** The colour of a series for a canvas, which knows no classes. */
export function seriesColour(index: number): string {
  return property(`--series-${index % SERIES}`);
}

export function property(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
