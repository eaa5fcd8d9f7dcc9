/**
 * Reads the description of the interface. This is the only source of types, columns, metrics, rules and parameters: a
 * type that the collector gains appears in tables, filters and charts without a change here.
 */

import { splitList } from "./route";

export type ColumnKind = "text" | "id" | "number" | "bytes" | "time" | "flag" | "list" | "tags";

export interface Column {
  name: string;
  label: string;
  description: string;
  kind: ColumnKind;
  /** The unit that the name of the field ends with, such as GiB. */
  unit: string;
}

export type ParameterKind = "list" | "choice" | "flag" | "integer" | "date" | "text";

export interface Parameter {
  name: string;
  label: string;
  description: string;
  kind: ParameterKind;
  /** All values that are allowed, where they are known. */
  options: string[];
  /** The value of a list that stands for all others and excludes them; empty if it has none. */
  all: string;
  /** Values to offer for an open list: those that its description names. */
  mentioned: string[];
  minimum: number | null;
  maximum: number | null;
  /** What holds without it, for a person to read. */
  without: string;
}

export interface Metric {
  name: string;
  label: string;
  statistics: string[];
  shortestPeriod: number;
}

export interface Rule {
  name: string;
  label: string;
  type: string;
  severity: string;
  finding: string;
}

export interface Description {
  types: string[];
  /** What each type belongs to, such as compute; empty if the description does not say. */
  groups: Map<string, string>;
  columns: Map<string, Column[]>;
  parameters: Map<string, Parameter[]>;
  states: Map<string, string[]>;
  metrics: Map<string, Metric[]>;
  rules: Map<string, Rule>;
  version: string;
}

interface Node {
  [key: string]: unknown;
}

export function readDescription(document: unknown): Description {
  const root = node(document);
  const paths = node(root["paths"]);
  const operation = (path: string): Node => node(node(paths[path])["get"]);
  const parameters = new Map<string, Parameter[]>();
  for (const path of Object.keys(paths)) {
    if (!path.includes("{")) parameters.set(path, parametersOf(root, operation(path)));
  }
  const columns = typesOf(root, operation("/resources"));
  return {
    types: [...columns.keys()],
    groups: groupsOf(root, operation("/resources")),
    columns,
    parameters,
    states: inOrder(statesOf(root, operation("/resources")), columns),
    metrics: inOrder(metricsOf(root, operation("/metrics")), columns),
    rules: rulesOf(operation("/bottlenecks")),
    version: text(node(root["info"])["version"]),
  };
}

/** The parameters of a route; none if the description lacks the route. */
export function parametersAt(description: Description, path: string): Parameter[] {
  return description.parameters.get(path) ?? [];
}

/** The types that a choice means: a name that is no type stands for all of them. */
export function typesChosen(description: Description, chosen: string | undefined): string[] {
  const names = splitList(chosen);
  return names.every((name) => description.types.includes(name)) ? names : description.types;
}

export function hasParameter(description: Description, path: string, name: string): boolean {
  return parametersAt(description, path).some((parameter) => parameter.name === name);
}

/** A name with underscores or CamelCase in words: `launch_time` is "Launch time", `vpc_id` "VPC ID". */
export function label(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .split(/[_ ]/)
    .map((word, index) => {
      if (
        /^(aws|id|ip|arn|cpu|vpc|ec2|rds|s3|ebs|eip|iops|mb|gb|az|usd|io|ids|api|nat|elb|sns|sqs|ecs|eks)$/i.test(word)
      ) {
        return word === "ids" ? "IDs" : word.toUpperCase();
      }
      return index === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word.toLowerCase();
    });
  return words.join(" ");
}

function parametersOf(root: Node, operation: Node): Parameter[] {
  return list(operation["parameters"])
    .map((one) => resolve(root, one))
    .filter((one) => one["in"] === "query")
    .map((one) => {
      const schema = resolve(root, one["schema"]);
      const items = resolve(root, schema["items"]);
      const name = text(one["name"]);
      const fallback = schema["default"];
      // What holds without it has a place of its own on the page.
      const description = text(one["description"]).replace(/\.? Without it: .*$/s, "");
      return {
        name,
        label: label(name),
        description,
        kind: parameterKind(schema),
        options: strings(schema["type"] === "array" ? items["enum"] : schema["enum"]),
        all: text(resolve(root, node(schema["then"])["items"])["const"]),
        mentioned: mentionedIn(description),
        minimum: number(schema["minimum"]),
        maximum: number(schema["maximum"]),
        without: text(one["x-stratoscope-without"]) || (fallback === undefined ? "" : String(fallback)),
      };
    });
}

/**
 * An open list can have well-known values beside free ones, which its schema cannot say: `service`, `account` and so on
 * for a grouping, which may also be any tag. Its description names them; three of them make a list, one an example.
 */
function mentionedIn(prose: string): string[] {
  const names = [...prose.matchAll(/`([A-Za-z_]+)`/g)].map((match) => match[1] ?? "");
  return names.length >= 3 ? names : [];
}

function parameterKind(schema: Node): ParameterKind {
  const type = scalarType(schema);
  if (type === "array") return "list";
  if (type === "boolean") return "flag";
  if (type === "integer") return "integer";
  if (schema["format"] === "date") return "date";
  return strings(schema["enum"]).length > 0 ? "choice" : "text";
}

/** The types are the properties of /resources' data that are lists of rows; counts and cursor are not. */
function typesOf(root: Node, operation: Node): Map<string, Column[]> {
  const content = node(node(node(node(operation["responses"])["200"])["content"])["application/json"]);
  const envelope = properties(root, content["schema"]);
  const found = new Map<string, Column[]>();
  for (const [name, schema] of Object.entries(properties(root, envelope["data"]))) {
    const rows = alternatives(root, schema).find((one) => scalarType(one) === "array");
    if (!rows) continue;
    const fields = Object.entries(properties(root, rows["items"]));
    if (!fields.some(([field]) => field === "id")) continue;
    found.set(
      name,
      fields.map(([field, described]) => column(root, field, described)),
    );
  }
  return found;
}

const UNITS: [RegExp, string][] = [
  [/_gb$/, "GiB"],
  [/_mb$/, "MiB"],
  [/_seconds$/, "s"],
];

function column(root: Node, name: string, described: unknown): Column {
  const outer = node(described);
  const schema = alternatives(root, described).find((one) => scalarType(one) !== "null") ?? {};
  const type = scalarType(schema);
  const unit = UNITS.find(([ending]) => ending.test(name));
  return {
    name,
    label: label(unit ? name.replace(unit[0], "") : name.replace(/_bytes$/, "")),
    description: text(outer["description"]) || text(schema["description"]),
    kind: columnKind(name, type, text(schema["format"])),
    unit: unit?.[1] ?? "",
  };
}

function columnKind(name: string, type: string, format: string): ColumnKind {
  if (format === "date-time") return "time";
  if (type === "boolean") return "flag";
  if (type === "integer" || type === "number") return /_bytes$/.test(name) ? "bytes" : "number";
  if (type === "array") return "list";
  if (type === "object") return "tags";
  return /(^|_)(id|arn|ip)$/.test(name) ? "id" : "text";
}

/** Extensions are keyed by type, in any order; the page shows types in theirs. */
function inOrder<Value>(found: Map<string, Value>, types: Map<string, unknown>): Map<string, Value> {
  const place = (type: string) => [...types.keys()].indexOf(type);
  return new Map([...found].sort(([a], [b]) => place(a) - place(b)));
}

function statesOf(root: Node, operation: Node): Map<string, string[]> {
  const extension = extensionOf(root, operation, "x-stratoscope-states");
  return new Map(Object.entries(extension).map(([type, states]) => [type, strings(states)]));
}

function groupsOf(root: Node, operation: Node): Map<string, string> {
  const extension = extensionOf(root, operation, "x-stratoscope-groups");
  return new Map(Object.entries(extension).map(([type, group]) => [type, text(group)]));
}

function metricsOf(root: Node, operation: Node): Map<string, Metric[]> {
  const extension = extensionOf(root, operation, "x-stratoscope-metrics");
  return new Map(
    Object.entries(extension).map(([type, metrics]) => [
      type,
      list(metrics).map((one) => {
        const metric = node(one);
        const name = text(metric["name"]);
        return {
          name,
          label: label(name),
          statistics: strings(metric["statistics"]),
          shortestPeriod: number(metric["shortest_period"]) ?? 60,
        };
      }),
    ]),
  );
}

function rulesOf(operation: Node): Map<string, Rule> {
  const found = Object.entries(node(operation["x-stratoscope-rules"]));
  return new Map(
    found.map(([name, described]) => {
      const rule = node(described);
      const type = text(rule["resource_type"]);
      return [
        name,
        {
          name,
          label: label(name.startsWith(`${type}_`) ? name.slice(type.length + 1) : name),
          type,
          severity: text(rule["severity"]),
          finding: text(rule["finding"]),
        },
      ];
    }),
  );
}

function extensionOf(root: Node, operation: Node, name: string): Node {
  const carrier = list(operation["parameters"])
    .map((one) => resolve(root, one))
    .find((one) => name in one);
  return node(carrier?.[name]);
}

function properties(root: Node, schema: unknown): Node {
  const found: Node = {};
  for (const one of alternatives(root, schema)) {
    for (const part of list(one["allOf"])) Object.assign(found, properties(root, part));
    Object.assign(found, node(one["properties"]));
  }
  return found;
}

/** A schema, or the members of its `anyOf` or `oneOf`, with every reference followed. */
function alternatives(root: Node, schema: unknown): Node[] {
  const resolved = resolve(root, schema);
  const members = [...list(resolved["anyOf"]), ...list(resolved["oneOf"])];
  return members.length === 0 ? [resolved] : [resolved, ...members.flatMap((one) => alternatives(root, one))];
}

function resolve(root: Node, schema: unknown): Node {
  let current = node(schema);
  // A chain of references is short; a longer one is a circle.
  for (let depth = 0; depth < 16 && typeof current["$ref"] === "string"; depth += 1) {
    const target = current["$ref"]
      .replace(/^#\//, "")
      .split("/")
      .reduce((at: unknown, part) => node(at)[part.replaceAll("~1", "/").replaceAll("~0", "~")], root);
    const { $ref: _, ...beside } = current;
    current = { ...node(target), ...beside };
  }
  return current;
}

function scalarType(schema: Node): string {
  const type = schema["type"];
  if (Array.isArray(type)) return text(type.find((one) => one !== "null"));
  return text(type);
}

function node(value: unknown): Node {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function strings(value: unknown): string[] {
  return list(value).filter((one): one is string => typeof one === "string");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
