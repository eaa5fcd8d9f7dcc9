import { describe, expect, it } from "vitest";
import type { ResourcesData } from "../src/api/types";
import { label, parametersAt, readDescription } from "../src/model/description";
import { columnsFor, inventory } from "../src/model/inventory";
import { openapi } from "./openapi";

describe("the description of this version", () => {
  const description = readDescription(openapi());

  it("has the types in their order, each with what names a resource", () => {
    expect(description.types.slice(0, 3)).toEqual(["ec2", "rds", "s3"]);
    for (const type of description.types) {
      const names = description.columns.get(type)?.map(({ name }) => name) ?? [];
      expect(names, type).toEqual(expect.arrayContaining(["id", "region", "name", "arn", "tags"]));
    }
  });

  it("has a kind for each column", () => {
    const kinds = Object.fromEntries(
      ["ec2", "rds", "lambda", "ebs"].flatMap((type) =>
        (description.columns.get(type) ?? []).map(({ name, kind, unit }) => [
          `${type}.${name}`,
          unit ? `${kind} ${unit}` : kind,
        ]),
      ),
    );
    expect(kinds).toMatchObject({
      "ec2.id": "id",
      "ec2.launch_time": "time",
      "ec2.tags": "tags",
      "ec2.state": "text",
      "rds.storage_gb": "number GiB",
      "rds.multi_az": "flag",
      "lambda.code_size_bytes": "bytes",
      "lambda.memory_mb": "number MiB",
      "ebs.attached_to": "list",
    });
  });

  it("has the parameters of the four routes with their kinds", () => {
    const kinds = (path: string) =>
      Object.fromEntries(parametersAt(description, path).map(({ name, kind }) => [name, kind]));
    expect(kinds("/resources")).toMatchObject({ types: "list", regions: "list", states: "list", limit: "integer" });
    expect(kinds("/metrics")).toMatchObject({
      types: "list",
      resource_type: "choice",
      exists: "flag",
      hours: "integer",
    });
    expect(kinds("/costs")).toMatchObject({ metric: "choice", start: "date", forecast: "flag", group_by: "list" });
    expect(kinds("/bottlenecks")).toMatchObject({ types: "list", cpu_high: "integer" });
    const types = parametersAt(description, "/resources").find(({ name }) => name === "types");
    expect([types?.options, types?.all]).toEqual([[...description.types, "all"], "all"]);
    expect(parametersAt(description, "/resources").find(({ name }) => name === "states")?.all).toBe("");
  });

  it("offers for an open list what its description names, and nothing for an example", () => {
    const mentioned = (path: string, name: string) =>
      parametersAt(description, path).find((one) => one.name === name)?.mentioned;
    expect(mentioned("/costs", "group_by")).toEqual([
      "service",
      "account",
      "region",
      "usage_type",
      "record_type",
      "instance_type",
      "resource",
    ]);
    expect(mentioned("/metrics", "statistics")).toEqual(["Average", "Maximum", "Minimum", "Sum", "SampleCount"]);
    expect(mentioned("/resources", "tags")).toEqual([]);
    expect(mentioned("/resources", "regions")).toEqual([]);
  });

  it("says once what holds without a parameter", () => {
    const said = readDescription({
      paths: {
        "/things": {
          get: {
            parameters: [
              {
                name: "states",
                in: "query",
                description: "states: `on`. Without it: all. `x-states` has them by type.",
                "x-stratoscope-without": "all",
                schema: { type: "string" },
              },
            ],
          },
        },
      },
    });
    const [states] = parametersAt(said, "/things");
    expect(states?.description).toBe("states: `on`");
    expect(states?.without).toBe("all");
  });

  it("has metrics and states in the order of the types", () => {
    const measured = description.types.filter((type) => description.metrics.has(type));
    expect([...description.metrics.keys()]).toEqual(measured);
    expect([...description.states.keys()]).toEqual(description.types.filter((type) => description.states.has(type)));
  });

  it("has metrics, states and rules of known types only", () => {
    for (const types of [description.metrics.keys(), description.states.keys()]) {
      for (const type of types) expect(description.types).toContain(type);
    }
    expect(description.metrics.get("ec2")?.[0]).toMatchObject({ name: "cpu", label: "CPU" });
    expect(description.states.get("ec2")).toContain("running");
    expect(description.rules.get("ec2_idle")).toMatchObject({ type: "ec2", label: "Idle", severity: "medium" });
  });
});

describe("a type that the description gains", () => {
  /** A copy of the description to which the collector has added `queue`, with nothing of it in the page. */
  function withQueue(): Record<string, unknown> {
    const copy = openapi();
    const paths = copy["paths"] as Record<string, { get: Operation }>;
    const resources = paths["/resources"]?.get as Operation;
    const row = {
      type: "object",
      properties: {
        id: { type: "string" },
        region: { type: "string" },
        name: { type: ["string", "null"] },
        arn: { type: ["string", "null"] },
        tags: { type: ["object", "null"], additionalProperties: { type: "string" } },
        fifo: { type: "boolean", description: "Whether messages keep their order" },
        backlog_bytes: { type: ["integer", "null"] },
        created: { type: ["string", "null"], format: "date-time" },
      },
    };
    follow(
      copy,
      follow(copy, resources.responses["200"].content["application/json"].schema).properties["data"],
    ).properties["queue"] = {
      anyOf: [{ type: "array", items: row }, { type: "null" }],
    };
    const named = (operation: Operation, name: string) =>
      operation.parameters.find((one) => one.name === name) as Parameter;
    named(resources, "types").schema.items.enum.push("queue");
    (named(resources, "states")["x-stratoscope-states"] as Record<string, string[]>)["queue"] = ["open", "paused"];
    const metrics = paths["/metrics"]?.get as Operation;
    (named(metrics, "metrics")["x-stratoscope-metrics"] as Record<string, unknown[]>)["queue"] = [
      { name: "age_of_oldest", statistics: ["Maximum"], shortest_period: 300 },
    ];
    return copy;
  }
  const description = readDescription(withQueue());

  it("is among the types and the choices of the filter", () => {
    expect(description.types.at(-1)).toBe("queue");
    expect(parametersAt(description, "/resources").find(({ name }) => name === "types")?.options).toContain("queue");
    expect(description.states.get("queue")).toEqual(["open", "paused"]);
  });

  it("has columns, with what names a resource first and the ARN last", () => {
    expect(columnsFor(description, ["queue"]).map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      "name: text",
      "id: id",
      "region: text",
      "tags: tags",
      "fifo: flag",
      "backlog_bytes: bytes",
      "created: time",
      "arn: id",
    ]);
  });

  it("has metrics to chart", () => {
    expect(description.metrics.get("queue")).toEqual([
      { name: "age_of_oldest", label: "Age of oldest", statistics: ["Maximum"], shortestPeriod: 300 },
    ]);
  });

  it("has rows in the inventory", () => {
    const resource = { id: "q", region: "eu-west-1", name: null, arn: null, tags: null, fifo: true };
    const data = { queue: [resource], next_cursor: null, counts: {} } as unknown as ResourcesData;
    const all = inventory([{ data, meta: {} as never }], description.types);
    expect(all.rows).toEqual([{ type: "queue", resource }]);
  });
});

describe("a label", () => {
  it.each([
    ["launch_time", "Launch time"],
    ["vpc_id", "VPC ID"],
    ["cpu_credit_balance", "CPU credit balance"],
    ["UnblendedCost", "Unblended cost"],
    ["resource_ids", "Resource IDs"],
  ])("of %s is %s", (name, expected) => {
    expect(label(name)).toBe(expected);
  });
});

interface Parameter {
  name: string;
  schema: { items: { enum: string[] } };
  [extension: string]: unknown;
}

interface Operation {
  parameters: Parameter[];
  responses: { "200": { content: { "application/json": { schema: Schema } } } };
}

interface Schema {
  $ref?: string;
  properties: Record<string, unknown>;
}

function follow(root: Record<string, unknown>, schema: unknown): Schema {
  const { $ref } = schema as Schema;
  if ($ref === undefined) return schema as Schema;
  const found = $ref
    .slice(2)
    .split("/")
    .reduce((at: unknown, part) => (at as Record<string, unknown>)[part], root);
  return follow(root, found);
}
