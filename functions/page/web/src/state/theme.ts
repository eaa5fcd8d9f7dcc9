import { effect, signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const NAME = "stratoscope-theme";
const prefersDark = matchMedia("(prefers-color-scheme: dark)");

export const theme = signal<Theme>(stored());
/** What is on the screen: charts on a canvas have to be drawn anew when it changes. */
export const dark = signal(false);

function stored(): Theme {
  try {
    return THEMES.find((one) => one === localStorage.getItem(NAME)) ?? "system";
  } catch {
    return "system";
  }
}

function apply(): void {
  dark.value = theme.value === "dark" || (theme.value === "system" && prefersDark.matches);
  document.documentElement.dataset["theme"] = dark.value ? "dark" : "light";
}

effect(apply);
prefersDark.addEventListener("change", apply);

export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
  try {
    localStorage.setItem(NAME, theme.value);
  } catch {
    // Private windows may refuse; the choice then holds until the page is closed.
  }
}
