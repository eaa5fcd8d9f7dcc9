import type { ComponentChildren } from "preact";
import type { Column } from "../model/description";
import { bytes, exact, middle, number, plain, time, utc } from "../model/format";
import { Missing } from "./basics";

/** A value as its column wants it; `whole` where it may take several lines. */
export function Cell({
  column,
  value,
  whole = false,
}: {
  column: Column;
  value: unknown;
  whole?: boolean;
}): ComponentChildren {
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
      return <Id text={plain(value)} length={whole ? 44 : column.name === "arn" ? 34 : 23} />;
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

/** A name of AWS may be 2 KB long or run from right to left; neither may disturb what stands beside it. */
export function Text({ value }: { value: unknown }) {
  const text = plain(value);
  if (text === "") return <Missing why="None" />;
  return (
    <bdi class="text" title={text.length > 12 ? text.slice(0, 600) : undefined}>
      {text.length > 200 ? `${text.slice(0, 200)}…` : text}
    </bdi>
  );
}

/** Tags that people chose come first; `Name` stands in the row already, and AWS's own say least. */
function tagRank(key: string): number {
  return key.startsWith("aws:") ? 2 : key === "Name" ? 1 : 0;
}

function Tags({ value }: { value: unknown }) {
  const all = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const entries = all.sort(([a], [b]) => tagRank(a) - tagRank(b));
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
        <bdi class={`tag ${key.length + String(one).length > 16 ? "long" : ""}`} key={key}>
          {middle(key, 18)}
          {one !== "" && <span class="tag-value">{middle(String(one), 18)}</span>}
        </bdi>
      ))}
      {entries.length > 3 && <span class="faint">+{entries.length - 3}</span>}
    </span>
  );
}
