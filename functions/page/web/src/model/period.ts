/** Periods of a bill as parameters of /costs. Days are UTC days, and the end is exclusive. */

export interface Preset {
  id: string;
  label: string;
  parameters: Record<string, string>;
}

function iso(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function monthStart(now: Date, back: number): string {
  return iso(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)));
}

export function presets(now: Date): Preset[] {
  const none = { days: "", start: "", end: "" };
  return [
    ...[7, 30, 90].map((days) => ({
      id: `${days}d`,
      label: `Last ${days} days`,
      parameters: { ...none, days: days === 30 ? "" : String(days), granularity: "" },
    })),
    {
      id: "month",
      label: "This month",
      // On the first of a month no whole day has been billed, so today is included.
      parameters: {
        ...none,
        start: monthStart(now, 0),
        end: now.getUTCDate() === 1 ? iso(new Date(now.getTime() + 86_400_000)) : iso(now),
        granularity: "",
      },
    },
    {
      id: "last",
      label: "Last month",
      parameters: { ...none, start: monthStart(now, 1), end: monthStart(now, 0), granularity: "" },
    },
    {
      id: "6m",
      label: "Last 6 months",
      parameters: { ...none, start: monthStart(now, 6), end: monthStart(now, 0), granularity: "MONTHLY" },
    },
    {
      id: "12m",
      label: "Last 12 months",
      parameters: { ...none, start: monthStart(now, 12), end: monthStart(now, 0), granularity: "MONTHLY" },
    },
  ];
}

/** The preset that a query is, if it is one. */
export function presetOf(query: Record<string, string>, now: Date): Preset | null {
  const same = (preset: Preset) =>
    ["days", "start", "end"].every((name) => (query[name] ?? "") === (preset.parameters[name] ?? "")) &&
    (preset.parameters["granularity"] !== "MONTHLY" || query["granularity"] === "MONTHLY");
  return presets(now).find(same) ?? (query["days"] === "30" ? (presets(now)[1] ?? null) : null);
}
