import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { openapi } from "./openapi";
import { declarations } from "./schema";

/** What the page takes each response of a route for. */
const RESPONSES = {
  ResourcesResponse: "page.Answer<page.ResourcesData>",
  MetricsResponse: "page.Answer<page.MetricsData>",
  CostsResponse: "page.Answer<page.CostsData>",
  BottlenecksResponse: "page.Answer<page.BottlenecksData>",
  AccountsResponse: "page.Answer<page.AccountsData>",
  Failure: "page.ErrorBody",
  Refusal: "page.ErrorBody",
};

const folder = mkdtempSync(join(tmpdir(), "types-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What the compiler objects to if responses of this description are given to the page. */
function objections(schemas: string): string {
  const given = Object.entries(RESPONSES).map(
    ([sent, taken]) => `export const as${sent} = (sent: api.${sent}): ${taken} => sent;`,
  );
  const types = JSON.stringify(path("../src/api/types.ts"));
  const imports = ['import type * as api from "./api.ts";', `import type * as page from ${types};`];
  writeFileSync(join(folder, "api.ts"), schemas);
  writeFileSync(join(folder, "page.ts"), [...imports, ...given].join("\n"));
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--allowImportingTsExtensions", "--types", ""];
  try {
    execFileSync(path("../node_modules/.bin/tsc"), [...options, "page.ts"], { cwd: folder, encoding: "utf8" });
    return "";
  } catch (error) {
    return String((error as { stdout: unknown }).stdout);
  }
}

// The compiler takes seconds on a busy machine.
describe("the types of responses", { timeout: 60_000 }, () => {
  const schemas = declarations(openapi());

  it("take whatever the description allows", () => {
    expect(objections(schemas)).toBe("");
  });

  it.each([
    ["is gone", '"month_to_date": ', '"month": '],
    ["may be missing", '"total_cost": number', '"total_cost"?: number'],
    ["may be null", '"severity": Severity', '"severity": Severity | null'],
    ["has another type", '"estimated_cost_usd": string', '"estimated_cost_usd": number'],
  ])("do not take a field that %s", (_, before, after) => {
    expect(schemas).toContain(before);
    expect(objections(schemas.replaceAll(before, after))).toMatch(/error TS2322/);
  });
});
