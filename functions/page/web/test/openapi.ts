import { readFileSync } from "node:fs";

/** A fresh copy of the description that the API serves. */
export function openapi(): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL("../../../../docs/openapi.json", import.meta.url), "utf8"));
}
