import type { ComponentChildren } from "preact";
import type { Column } from "../model/description";
import { bytes, exact, middle, number, plain, time, utc } from "../model/format";
import { Missing } from "./basics";

/** A value as its column wants it. */
export function Cell({ column, value }: { column: Column; value: unknown }): ComponentChildren {
  if (value === null)
    return <Missing why={column.name === "tags" ? "The tags are unavailable: see the gaps" : "AWS gives no value"} />;
  if (value === undefined) return <Missing why="Not set" />;
  if (value === "") return <Missing why="Empty" />;
  switch (column.kind) {
    case "time":
      return typeof value === "string" ? <span title={utc(value)}>{time(value)}</span> : plain(value);
    case "bytes":
      return typeof value === "number" ? <span title={`${exact(value)} bytes`}>{bytes(value)}</span> : plain(value);
    case "number":
      return typeof value === "number" ? <Amount value={value} unit={column.unit} /> : plain(value);
    case "flag":
      return value === true ? "yes" : value === false ? "no" : plain(value);
    case "tags":
      return <Tags value={value} />;
    case "id":
      return <Id text={plain(value)} length={column.name === "arn" ? 44 : 26} />;
    default:
      return <Text value={value} />;
  }
}

function Amount({ value, unit }: { value: number; unit: string }) {
  return (
    <span title={exact(value)}>
      {number(value)}
      {unit && <span class="unit"> {unit}</span>}
    </span>
  );
}

export function Id({ text, length }: { text: string; length: number }) {
  const short = middle(text, length);
  return (
    <span class="mono" title={short === text ? undefined : text}>
      <bdi>{short}</bdi>
    </span>
  );
}

/** A name of AWS may be 2 KB long or run from right to left; neither may disturb what stands beside it. */
export function Text({ value }: { value: unknown }) {
  const text = plain(value);
  if (text === "") return <Missing why="None" />;
  return (
    <bdi class="text" title={text.length > 24 ? text.slice(0, 600) : undefined}>
      {text.length > 200 ? `${text.slice(0, 200)}…` : text}
    </bdi>
/** What a resource is and where: beneath its name, wherever that stands. */
export function Place({ type, region }: { type: string; region: string | null }) {
  return (
    <>
      {type} · <Region name={region} />
    </>
  );
}

export function Region({ name }: { name: string | null }): ComponentChildren {
  return name ?? <Missing why="AWS gives no region" />;
}

  );
}

function Tags({ value }: { value: unknown }) {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) return <span class="faint">none</span>;
  return (
    <span
      class="tags"
      title={entries
        .map(([key, one]) => `${key}=${one}`)
        .join("\n")
        .slice(0, 1200)}
    >
      {entries.slice(0, 3).map(([key, one]) => (
        <bdi class="tag" key={key}>
          {middle(key, 20)}
          {one !== "" && <span class="tag-value">{middle(String(one), 24)}</span>}
        </bdi>
      ))}
      {entries.length > 3 && <span class="faint">+{entries.length - 3}</span>}
    </span>
  );
}
