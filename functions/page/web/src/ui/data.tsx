import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./icon";

/** More rows than a person reads; the CSV of a view has all of them. */
const MOST = 1000;

/** The numbers of a chart as a table, for whoever cannot see it or wants them exactly. Drawn only when asked for. */
export function Data(props: { label: string; header: string[]; rows: () => ComponentChildren[][] }) {
  const [isOpen, setOpen] = useState(false);
  const rows = isOpen ? props.rows() : [];
  return (
    <div class="data">
      <button type="button" class="disclosure" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={isOpen ? "down" : "right"} size={14} />
        {isOpen ? "Hide data" : "Show data"}
      </button>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section class="data-scroll" tabIndex={0} aria-label={`${props.label}, data`}>
          <table class="plain numbers">
            <thead>
              <tr>
                {props.header.map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, MOST).map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column}>{cell}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {rows.length > MOST && (
            <p class="faint">
              The first {MOST} of {rows.length}: the CSV has all.
            </p>
          )}
        </section>
      )}
    </div>
  );
}
