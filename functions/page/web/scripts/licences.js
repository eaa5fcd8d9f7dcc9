// Fails if an installed package has a licence that is not permissive. Only production dependencies reach the browser,
// but the tools are checked too, since whoever builds the page installs them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PERMISSIVE = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0"]);
/** Run while building or testing, never distributed: MPL-2.0 obliges only who changes its files. */
const TOOLS = new Map([
  ["axe-core", "MPL-2.0"],
  ["lightningcss", "MPL-2.0"],
]);

/** Whether an SPDX expression can be met by permissive licences alone. */
function permissive(expression) {
  return expression
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((licence) => PERMISSIVE.has(licence.trim())));
}

function* packages(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.name.startsWith("@")) {
      yield* packages(path);
      continue;
    }
    let manifest;
    try {
      manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    } catch {
      continue;
    }
    yield manifest;
    try {
      yield* packages(join(path, "node_modules"));
    } catch {
      // It has no packages of its own.
    }
  }
}

const refused = [];
let checked = 0;
for (const { name, version, license } of packages("node_modules")) {
  checked += 1;
  const licence = typeof license === "string" ? license : "none";
  const tool = [...TOOLS].some(([prefix, allowed]) => name.startsWith(prefix) && licence === allowed);
  if (!tool && !permissive(licence)) refused.push(`${name} ${version}: ${licence}`);
}
if (checked === 0) refused.push("nothing is installed: run `npm ci` first");
if (refused.length > 0) {
  console.error(`Licences that are not allowed:\n${refused.join("\n")}`);
  process.exit(1);
}
console.log(`${checked} packages, all with permissive licences`);
