import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MISSING, number } from "../model/format";

/**
 * Parts of what is loaded, with how many each holds; null is unknown. Where there is room they wrap, so that twenty of
 * them can all be seen. Where there is not they scroll, and fade out at a side that has more.
 */
export function Tabs(props: {
  value: string;
  options: { value: string; label: string; count: number | null }[];
  onChange: (value: string) => void;
}) {
  const row = useRef<HTMLDivElement>(null);
  const [more, setMore] = useState("");
  const measure = () => row.current && setMore(sidesWithMore(row.current));
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (row.current) observer.observe(row.current);
    return () => observer.disconnect();
  }, [props.options.length]);
  useEffect(() => {
    row.current?.querySelector('[aria-pressed="true"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [props.value, props.options.length]);
  return (
    <div class="tabs-room">
      <div class={`tabs ${more}`} ref={row} onScroll={measure}>
        {props.options.map((option) => (
          <button
            type="button"
            key={option.value}
            aria-pressed={option.value === props.value}
            onClick={() => props.onChange(option.value)}
          >
            {option.label} <span class="count">{option.count === null ? MISSING : number(option.count)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function sidesWithMore({ scrollLeft, scrollWidth, clientWidth }: HTMLElement): string {
  // Zoomed pages scroll by fractions of a pixel.
  const [before, after] = [scrollLeft > 1, scrollLeft + clientWidth < scrollWidth - 1];
  return `${before ? "more-before" : ""} ${after ? "more-after" : ""}`;
}
