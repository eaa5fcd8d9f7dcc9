import type { ComponentChildren } from "preact";
import type { Asked } from "../state/api";
import { Incomplete, Missing } from "../ui/basics";

interface TileProps {
  asked: Asked<unknown>;
  label: string;
  href: string;
  /** The number, or why there is none. */
  value: { text: string; before?: string; note?: ComponentChildren; title?: string } | { why: string };
  /** A link in the note, to elsewhere than the tile's. */
  beside?: { text: string; href: string } | undefined;
}

/** One number of the overview. It says in words why a number is missing, since a touch screen has no tooltip. */
export function Tile({ asked, label, href, value, beside }: TileProps) {
  const answer = asked.answers[0];
  const absent = absence(asked) ?? ("why" in value && answer ? value.why : null);
  const shown = answer && "text" in value ? value : null;
  const title = shown?.title ?? absent ?? undefined;
  const number = (
    <>
      <span class="tile-label">{label}</span>
      <span class="tile-value">
        {shown?.before && <span class="tile-before">{shown.before}</span>}
        {absent !== null ? <Missing why={absent} /> : (shown?.text ?? <span class="bone tile-bone" />)}
        <Incomplete when={answer?.meta.partial} />
      </span>
    </>
  );
  const note = absent ?? shown?.note ?? "\u00a0";
  if (!beside) {
    return (
      <a class="tile" href={href} title={title}>
        {number}
        <span class="tile-note">{note}</span>
      </a>
    );
  }
  return (
    <div class="tile two">
      <a class="tile-whole" href={href} title={title}>
        {number}
      </a>
      <p class="tile-note">
        {note}, <a href={beside.href}>{beside.text}</a>
      </p>
    </div>
  );
}

function absence(asked: Asked<unknown>): string | null {
  if (asked.path === "") return "This token does not open it";
  return asked.answers.length === 0 ? (asked.failure?.message ?? null) : null;
}
