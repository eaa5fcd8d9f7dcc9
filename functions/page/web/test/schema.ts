/** The schemas of a description as TypeScript, to compare what the page expects of a response with what it may be. */

interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}

/** A type for each schema of the description, by its name there. */
export function declarations(description: Record<string, unknown>): string {
  const { schemas } = description["components"] as { schemas: Record<string, Schema> };
  return Object.entries(schemas)
    .map(([name, schema]) => `export type ${name} = ${typeOf(schema)};`)
    .join("\n");
}

function typeOf(schema: Schema): string {
  if (schema.$ref) return schema.$ref.replace("#/components/schemas/", "");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  return types.map((type) => named(type, schema)).join(" | ") || "unknown";
}

function named(type: string, schema: Schema): string {
  if (type === "integer") return "number";
  if (type === "array") return `(${schema.items ? typeOf(schema.items) : "unknown"})[]`;
  return type === "object" ? objectOf(schema) : type;
}

/** Fields with names of their own beside others of some kind are two types: an index would have to allow for both. */
function objectOf({ properties = {}, patternProperties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(
    ([name, one]) => `${JSON.stringify(name)}${required.includes(name) ? "" : "?"}: ${typeOf(one)}`,
  );
  const others = Object.values(patternProperties).map(typeOf);
  if (typeof additionalProperties === "object") others.push(typeOf(additionalProperties));
  else if (additionalProperties === true) others.push("unknown");
  const own = `{ ${fields.join("; ")} }`;
  if (others.length === 0) return own;
  const index = `{ [name: string]: ${others.join(" | ")} }`;
  return fields.length === 0 ? index : `(${own} & ${index})`;
}
