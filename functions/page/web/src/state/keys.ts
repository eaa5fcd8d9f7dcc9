import { signal } from "@preact/signals";
import type { View } from "../model/route";
import { open, route } from "./navigation";

/** Keys for whoever does not want to leave the keyboard. They rest while a text is typed or a dialog is open. */

export const helpOpen = signal(false);

const GO: Record<string, View> = { o: "overview", r: "resources", f: "findings", c: "costs", m: "metrics" };
const rowListeners = new Set<(key: "j" | "k" | "Enter") => void>();
const escapeListeners: (() => void)[] = [];
let afterG = 0;

/** The table in view takes `j`, `k` and Enter. */
export function onRowKey(listener: (key: "j" | "k" | "Enter") => void): () => void {
  rowListeners.add(listener);
  return () => rowListeners.delete(listener);
}

/** What opened last closes first. */
export function onEscape(listener: () => void): () => void {
  escapeListeners.push(listener);
  return () => {
    escapeListeners.splice(escapeListeners.indexOf(listener), 1);
  };
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    if (typing(event.target)) (event.target as HTMLElement).blur();
    else escapeListeners.at(-1)?.();
    return;
  }
  if (typing(event.target)) {
    if (event.target instanceof HTMLInputElement && !/^(checkbox|radio)$/.test(event.target.type)) return;
    if (!(event.target instanceof HTMLInputElement)) return;
  }
  if (event.timeStamp - afterG < 1200 && GO[event.key]) {
    afterG = 0;
    const view = GO[event.key];
    if (view && route.value.view !== view) open(view);
    event.preventDefault();
    return;
  }
  afterG = event.key === "g" ? event.timeStamp : 0;
  if (event.key === "/") {
    const search = document.querySelector<HTMLInputElement>("input[type=search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  } else if (event.key === "?") helpOpen.value = true;
  else if (event.key === "j" || event.key === "k") for (const listener of rowListeners) listener(event.key);
  else if (event.key === "Enter" && event.target === document.body)
    for (const listener of rowListeners) listener("Enter");
}

document.addEventListener("keydown", pressed);
