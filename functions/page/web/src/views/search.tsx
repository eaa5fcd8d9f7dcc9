import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icon";

/** Searches what is loaded. The URL follows a moment later, so that typing stays light. */
export function Search({
  value,
  onChange,
  label,
}: {
  value: string;
  onChange: (value: string) => void;
  label: string;
}) {
  const [typed, setTyped] = useState(value);
  const timer = useRef(0);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label class="search">
      <span class="unseen">{label}</span>
      <Icon name="search" />
      <input
        type="search"
        placeholder="Search"
        title="Search  /"
        value={typed}
        onKeyDown={(event) => {
          // Leaves the box with what it found, whose rows then take `j` and `k`.
          if (event.key === "Enter") event.currentTarget.blur();
          // The browser would empty the box on its own, and say so to nobody. The next Esc leaves the box.
          if (event.key !== "Escape" || typed === "") return;
          event.preventDefault();
          clearTimeout(timer.current);
          setTyped("");
          onChange("");
        }}
        onInput={(event) => {
          const text = event.currentTarget.value;
          setTyped(text);
          clearTimeout(timer.current);
          timer.current = window.setTimeout(() => onChange(text), 40);
        }}
      />
      <kbd>/</kbd>
    </label>
  );
}
