import { describe, expect, it } from "vitest";
import { readDescription } from "../src/model/description";
import { typeGroups } from "../src/model/typegroups";
import { openapi } from "./openapi";

interface Described {
  paths: Record<string, { get: { parameters: Record<string, unknown>[] } }>;
}

/** The description with these groups, whatever it says itself. */
function grouped(groups: Record<string, string>): Record<string, unknown> {
  const description = openapi();
  for (const parameter of (description as unknown as Described).paths["/resources"]?.get.parameters ?? []) {
    delete parameter["x-stratoscope-groups"];
    if (parameter["name"] === "types" && Object.keys(groups).length > 0) parameter["x-stratoscope-groups"] = groups;
  }
  return description;
}

describe("types", () => {
  it("are in the groups of the description, in one order whatever the description's is", () => {
    const { types, groups } = readDescription(
      grouped({
        s3: "storage",
        eip: "network",
        dynamodb: "database",
        ec2: "compute",
        rds: "database",
        lambda: "compute",
      }),
    );
    const of = typeGroups(types, groups);
    expect(of.map(({ name }) => name)).toEqual(["compute", "database", "storage", "network", "other"]);
    expect(of.slice(0, 4).map((group) => group.types)).toEqual([
      ["ec2", "lambda"],
      ["rds", "dynamodb"],
      ["s3"],
      ["eip"],
    ]);
    // Each type once, and those that the description leaves out at the end.
    expect(of.flatMap((group) => group.types).sort()).toEqual([...types].sort());
    expect(of[4]?.types).toContain("ebs");
  });

  it("stay together where the description has no groups", () => {
    const { types, groups } = readDescription(grouped({}));
    expect(typeGroups(types, groups)).toEqual([{ name: "", types }]);
    expect(typeGroups([], groups)).toEqual([]);
  });

  it("keep a group that the page has never heard of", () => {
    expect(
      typeGroups(
        ["a", "b", "c"],
        new Map([
          ["a", "other"],
          ["b", "quantum"],
          ["c", "network"],
        ]),
      ),
    ).toEqual([
      { name: "network", types: ["c"] },
      { name: "quantum", types: ["b"] },
      { name: "other", types: ["a"] },
    ]);
  });
});
