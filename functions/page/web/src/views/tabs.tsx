import { MISSING, number } from "../model/format";

/** Parts of what is loaded, with how many each holds; null is unknown. */
export function Tabs(props: {
  value: string;
  options: { value: string; label: string; count: number | null }[];
  onChange: (value: string) => void;
}) {
  return (
    <div class="tabs">
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
  );
}
