import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { View } from "../model/route";
import { linkTo, route } from "../state/navigation";
import { allowed, entered } from "../state/session";
import { Icon, type IconName, Mark } from "../ui/icon";
import { TopBar } from "./topbar";

export const PLACES: { view: View; name: string; icon: IconName; route: string | null }[] = [
  { view: "overview", name: "Overview", icon: "overview", route: null },
  { view: "resources", name: "Resources", icon: "resources", route: "/resources" },
  { view: "findings", name: "Findings", icon: "findings", route: "/bottlenecks" },
  { view: "costs", name: "Costs", icon: "costs", route: "/costs" },
  { view: "metrics", name: "Metrics", icon: "metrics", route: "/metrics" },
];

export function Shell({ children }: { children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const drawn = useRef(false);
  const shown = route.value.unknown === undefined ? route.value.view : null;
  const name = PLACES.find(({ view }) => view === shown)?.name ?? "Not found";
  useEffect(() => {
    document.title = `${name} – Stratoscope`;
    // Another view begins at its top, for the eye as for a screen reader.
    // The form for signing in had the focus, and is gone.
    if (drawn.current || entered.peek()) {
      main.current?.focus({ preventScroll: true });
      main.current?.scrollTo(0, 0);
    }
    drawn.current = true;
  }, [name]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the view
      </button>
      <nav class="rail" aria-label="Views">
        <a class="brand" href={linkTo("overview")} aria-label="Stratoscope">
          <Mark />
          <span aria-hidden="true">Stratoscope</span>
        </a>
        <ul>
          {PLACES.map((place) => {
            const shut = place.route !== null && !allowed(place.route);
            return (
              <li key={place.view}>
                <a
                  href={linkTo(place.view)}
                  aria-current={shown === place.view ? "page" : undefined}
                  class={shut ? "shut" : ""}
                  title={shut ? `${place.name}: this token does not open it` : place.name}
                >
                  <Icon name={place.icon} size={20} />
                  <span>{place.name}</span>
                  {shut && <Icon name="lock" size={14} />}
                </a>
              </li>
            );
          })}
        </ul>
      </nav>
      <div class="stage">
        <TopBar />
        <main id="main" ref={main} tabIndex={-1} class="view" aria-label={name}>
          {children}
        </main>
      </div>
    </div>
  );
}
