import { seriesClass } from "./colours";

/** One period of a stack: costs upwards from zero, credits downwards. */
export function Bar(props: {
  values: (number | null)[];
  y: (value: number) => number;
  x: number;
  step: number;
  estimated: boolean;
  faded: boolean;
}) {
  let [up, down] = [0, 0];
  // A few months would otherwise be walls.
  const wide = Math.min(72, props.step - Math.min(4, props.step * 0.25));
  const left = props.x + (props.step - wide) / 2;
  return (
    <g class={`bar ${props.estimated ? "estimated" : ""} ${props.faded ? "faded" : ""}`}>
      {props.values.map((value, index) => {
        if (value === null || value === 0) return null;
        const from = value > 0 ? up : down;
        if (value > 0) up += value;
        else down += value;
        const [top, bottom] = [props.y(Math.max(from, from + value)), props.y(Math.min(from, from + value))];
        return (
          <rect
            key={index}
            x={left}
            y={top}
            width={Math.max(1, wide)}
            height={Math.max(0, bottom - top)}
            class={seriesClass(index)}
          />
        );
      })}
    </g>
  );
}
