import type { ComponentChildren } from "preact";

/** A name and its value in a list of fields. */
export function Detail({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
