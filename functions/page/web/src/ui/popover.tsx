import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icon";

/** A button that opens a small panel beneath it. It closes with Esc, a click beside it, or when the focus moves on. */
export function Popover(props: {
  label: ComponentChildren;
  title: string;
  class?: string;
  caret?: boolean;
  invalid?: boolean;
  describedBy?: string;
  children: (close: () => void) => ComponentChildren;
}) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!isOpen) return;
    const beside = (event: Event) => {
      // Pressing a label moves the focus to what is focusable around it, which is not a move elsewhere.
      const { target } = event;
      if (!(target instanceof Node) || !root.current) return;
      const around = event.type === "focusin" && target.contains(root.current);
      if (!around && !root.current.contains(target)) setOpen(false);
    };
    document.addEventListener("pointerdown", beside);
    document.addEventListener("focusin", beside);
    panel.current?.querySelector<HTMLElement>("input, button, select")?.focus();
    keepInside(panel.current);
    return () => {
      document.removeEventListener("pointerdown", beside);
      document.removeEventListener("focusin", beside);
    };
  }, [isOpen]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only catches the Esc of what is inside
    <div
      class="popover"
      ref={root}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        event.stopPropagation();
        close();
      }}
    >
      <button
        ref={button}
        type="button"
        class={`button ${props.class ?? ""}`}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        aria-invalid={props.invalid}
        aria-describedby={props.describedBy}
        title={props.title}
        onClick={() => setOpen(!isOpen)}
      >
        {props.label}
        {props.caret !== false && <Icon name="down" size={12} />}
      </button>
      {isOpen && (
        <div class="panel" role="dialog" aria-label={props.title} ref={panel}>
          {props.children(close)}
        </div>
      )}
    </div>
  );
}

/** A panel that would leave the window to the right opens to the left instead. */
function keepInside(panel: HTMLDivElement | null): void {
  if (panel && panel.getBoundingClientRect().right > document.documentElement.clientWidth - 8)
    panel.classList.add("leftwards");
}
