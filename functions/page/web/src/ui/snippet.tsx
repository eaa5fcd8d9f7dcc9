import { CopyButton } from "./basics";

/** Text to be copied whole. It wraps, so that nothing of it is hidden. */
export function Snippet({ text, label, wanting }: { text: string; label: string; wanting?: string | undefined }) {
  return (
    <figure class="snippet" aria-label={label}>
      <figcaption>
        <span>{label}</span>
        {wanting ? (
          <span class="faint">{wanting}</span>
        ) : (
          <CopyButton text={text} label={`Copy: ${label}`} short="Copy" />
        )}
      </figcaption>
      <pre>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
