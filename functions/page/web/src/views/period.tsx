import { useState } from "preact/hooks";
import { days as dates, dayBefore } from "../model/format";
import { presetOf, presets } from "../model/period";
import { change } from "../state/navigation";
import { Popover } from "../ui/popover";

/** Which days: a usual period, or any two dates. */
export function Period({ query }: { query: Record<string, string> }) {
  const now = new Date();
  const preset = presetOf(query, now);
  const { start, end, days } = query;
  const text = preset?.label ?? (start && end ? dates(start, end, true) : `Last ${days} days`);
  return (
    <Popover title="Period" class={`pill ${days || start || end ? "set" : ""}`} label={<strong>{text}</strong>}>
      {(close) => (
        <>
          <ul class="menu">
            {presets(now).map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  aria-current={one.id === preset?.id ? "true" : undefined}
                  onClick={() => {
                    change(one.parameters);
                    close();
                  }}
                >
                  {one.label}
                </button>
              </li>
            ))}
          </ul>
          <Dates start={start ?? ""} end={end ? dayBefore(end) : ""} close={close} />
        </>
      )}
    </Popover>
  );
}

/** A person means the last day to be included; the API's `end` is the day after it. */
function Dates(props: { start: string; end: string; close: () => void }) {
  const [start, setStart] = useState(props.start);
  const [last, setLast] = useState(props.end);
  const apply = (event: Event) => {
    event.preventDefault();
    const after = new Date(`${last}T00:00:00Z`);
    after.setUTCDate(after.getUTCDate() + 1);
    change({ days: "", start, end: after.toISOString().slice(0, 10) });
    props.close();
  };
  return (
    <form class="dates" onSubmit={apply}>
      <label>
        <span class="faint small">First day</span>
        <input
          class="input"
          type="date"
          required
          value={start}
          onInput={(event) => setStart(event.currentTarget.value)}
        />
      </label>
      <label>
        <span class="faint small">Last day</span>
        <input
          class="input"
          type="date"
          required
          min={start}
          value={last}
          onInput={(event) => setLast(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary" disabled={start === "" || last === ""}>
        Apply
      </button>
    </form>
  );
}
