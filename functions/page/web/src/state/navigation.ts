import { signal } from "@preact/signals";
import { formatRoute, parseRoute, type Route, type View } from "../model/route";

/** Where the viewer is. The fragment is the truth; this follows it, so that "back" and links work. */
export const route = signal<Route>(parseRoute(location.hash));

window.addEventListener("hashchange", () => {
  if (location.hash !== formatRoute(route.value)) route.value = parseRoute(location.hash);
});

/** Opens a route. What is typed or opened within a view replaces the entry of the history: "back" would only undo letters. */
export function go(next: Route, replace = false): void {
  const fragment = formatRoute(next);
  if (fragment === location.hash) return;
  if (replace) history.replaceState(null, "", fragment);
  else location.hash = fragment;
  // Not only at the event that follows: a key that is pressed before it must find the view already changed.
  route.value = parseRoute(fragment);
}

/** Opens a view of the same account with these parameters. The filter for regions stays: it stands above all views. */
export function open(view: View, parameters: Record<string, string> = {}): void {
  go({ view, account: route.value.account, parameters: { ...kept(), ...parameters } });
}

export function linkTo(view: View, parameters: Record<string, string> = {}): string {
  return formatRoute({ view, account: route.value.account, parameters: { ...kept(), ...parameters } });
}

/** Changes parameters of the present view; an empty value removes one. "Back" undoes it, unless it replaces the entry. */
export function change(parameters: Record<string, string>, replace = false): void {
  const { view, account } = route.value;
  go({ view, account, parameters: { ...route.value.parameters, ...parameters } }, replace);
}

function kept(): Record<string, string> {
  const regions = route.value.parameters["regions"];
  return regions ? { regions } : {};
}
