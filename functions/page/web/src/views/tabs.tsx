import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MISSING, number, plural } from "../model/format";

export interface Tab {
  value: string;
  label: string;
  count: number | null;
  /** What is counted, where the tabs beside it count something else. */
  noun?: string;
  /** A name for this tab and those after it of the same group, shown once before them. */
  group?: string;
}

/**
 * Parts of what is loaded, with how many each holds; null is unknown. Where there is room they wrap, so that twenty of
 * them can all be seen. Where there is not they scroll, and fade out at a side that has more.
 */
export function Tabs(props: { value: string; options: Tab[]; onChange: (value: string) => void }) {
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
        {props.options.map((option, index) => (
          <Fragment key={option.value}>
            {option.group && option.group !== props.options[index - 1]?.group && (
              <span class="tab-group">{option.group}</span>
            )}
            <button
              type="button"
              aria-pressed={option.value === props.value}
              onClick={() => props.onChange(option.value)}
            >
              {option.label} <span class="count">{counted(option)}</span>
            </button>
          </Fragment>
        ))}
      </div>
    </div>
  );
}

function counted({ count, noun }: Tab): string {
  if (count === null) return MISSING;
  return noun === undefined ? number(count) : plural(count, noun);
}

function sidesWithMore({ scrollLeft, scrollWidth, clientWidth }: HTMLElement): string {
  // Zoomed pages scroll by fractions of a pixel.
  const [before, after] = [scrollLeft > 1, scrollLeft + clientWidth < scrollWidth - 1];
  return `${before ? "more-before" : ""} ${after ? "more-after" : ""}`;
}
