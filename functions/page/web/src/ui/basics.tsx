import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { MISSING } from "../model/format";
import { Icon, type IconName } from "./icon";

/** What is missing, with the reason for whoever asks. */
export function Missing({ why = "AWS gives no value" }: { why?: string }) {
  return (
    <span class="missing" title={why}>
      <span aria-hidden="true">{MISSING}</span>
      <span class="unseen">missing: {why}</span>
    </span>
  );
}

/** Beside a number that lacks what could not be read: the gaps say what. */
export function Incomplete({ when }: { when: boolean | undefined }) {
  return when ? <span class="incomplete">incomplete</span> : null;
}

/** A text of the API, in which code stands between backticks. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {text.split("`").map((part, index) =>
        // Every other part is code. The parts of a text keep their order.
        index % 2 === 1 ? <code key={index}>{part}</code> : part,
      )}
    </>
  );
}

export function Severity({ level }: { level: string }) {
  const known: IconName =
    level === "critical" || level === "high" || level === "medium" || level === "low" ? level : "gap";
  return (
    <span class={`severity severity-${known}`}>
      <Icon name={known} size={15} />
      {level}
    </span>
  );
}

export function IconButton(props: {
  icon: IconName;
  label: string;
  onClick: () => void;
  children?: ComponentChildren;
  pressed?: boolean;
  disabled?: boolean;
  class?: string;
}) {
  return (
    <button
      type="button"
      class={`button quiet ${props.children ? "" : "square"} ${props.class ?? ""}`}
      title={props.label}
      aria-label={props.children ? undefined : props.label}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
      {props.children}
    </button>
  );
}

/** Copies a text, and says so for a moment in place of its label. */
export function CopyButton({
  text,
  label,
  icon = "copy",
  short,
}: {
  text: string;
  label: string;
  icon?: IconName;
  short?: string;
}) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    setCopied(await toClipboard(text));
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setCopied(null), 1600);
  };
  const said = copied === null ? short : copied ? "Copied" : "Not allowed";
  return (
    <button
      type="button"
      class={`button quiet ${short ? "" : "square"}`}
      title={label}
      aria-label={short ? undefined : label}
      onClick={copy}
    >
      <Icon name={copied ? "check" : icon} />
      {short && <span>{said}</span>}
      <span class="unseen" role="status">
        {copied === null ? "" : copied ? "Copied" : "The browser does not allow copying"}
      </span>
    </button>
  );
}

async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS there is no clipboard API; a selection can be copied all the same.
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function Segments<Value extends string>(props: {
  label: string;
  value: Value;
  options: { value: Value; label: ComponentChildren; title?: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <fieldset class="segments">
      <legend class="unseen">{props.label}</legend>
      {props.options.map((option) => (
        <button
          type="button"
          key={option.value}
          title={option.title}
          aria-pressed={option.value === props.value}
          onClick={() => props.onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}

/** Saves a text as a file, without leaving the page. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(url);
}
