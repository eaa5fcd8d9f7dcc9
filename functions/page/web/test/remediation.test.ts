import { describe, expect, it } from "vitest";
import { commandsInShort, stepTitle } from "../src/model/remediation";

const of = (...kinds: string[]) => ({
  steps: kinds.map((kind) => ({ kind, what: "Does it.", command: `aws ${kind}` })),
  irreversible: null,
  notes: [],
});

describe("the commands that fix a finding", () => {
  it.each([
    [["check"], "1 command, safest first"],
    [["check", "change"], "2 commands, safest first; the last ones change something"],
    [["check", "dry_run", "change", "delete"], "4 commands, safest first; the last ones delete"],
  ])("are counted with the most that they do: %s", (kinds, short) => {
    expect(commandsInShort(of(...kinds))).toBe(short);
  });

  it.each([
    ["dry_run", "Dry run: Does it."],
    ["delete", "Delete: Does it."],
    ["newer_than_this_page", "newer_than_this_page: Does it."],
  ])("have titles: %s", (kind, title) => {
    expect(stepTitle({ kind, what: "Does it.", command: "aws" })).toBe(title);
  });
});
