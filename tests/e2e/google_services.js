// Stands in for the services of Google that the script in docs/clients.md calls: runs the script, which is the first
// argument, and prints the sheets that it filled.

"use strict";

const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const vm = require("node:vm");

const sheets = {};

// UrlFetchApp blocks until the response is there; Node's own functions don't.
function fetch(url, { headers, muteHttpExceptions }) {
  const given = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  const said = execFileSync("curl", ["-gsS", "-i", "-H", "@-", url], { input: given.join(""), maxBuffer: 2 ** 26 });
  const [, head, body] = /^([^]*?)\r\n\r\n([^]*)$/.exec(said.toString("utf8"));
  const [status, ...lines] = head.split("\r\n");
  const code = Number(status.split(" ")[1]);
  if (code !== 200 && !muteHttpExceptions) throw new Error(`Request failed: ${code}`);
  return {
    getResponseCode: () => code,
    getContentText: () => body,
    getAllHeaders: () => Object.fromEntries(lines.map((line) => line.split(/: (.*)/s, 2))),
  };
}

// RFC 4180, as Utilities.parseCsv reads it.
function parseCsv(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
    if (end === "") break;
  }
  return rows.slice(0, -1);
}

function sheet(name) {
  return {
    clearContents: () => Object.assign(sheets[name], { values: [] }),
    getRange: (row, column, height = 1, width = 1) => ({
      setValues(values) {
        if (values.length !== height || values.some((cells) => cells.length !== width)) {
          throw new Error("The number of cells in the data does not match the range");
        }
        sheets[name].values = values;
      },
      setNote: (note) => Object.assign(sheets[name], { note }),
    }),
  };
}

const book = {
  getSheetByName: (name) => (name in sheets ? sheet(name) : null),
  insertSheet(name) {
    sheets[name] = { values: [], note: "" };
    return sheet(name);
  },
};

const google = {
  PropertiesService: { getScriptProperties: () => ({ getProperty: (name) => process.env[name] }) },
  SpreadsheetApp: { getActiveSpreadsheet: () => book },
  UrlFetchApp: { fetch },
  Utilities: { parseCsv },
};

vm.createContext(google);
vm.runInContext(readFileSync(process.argv[2], "utf8"), google);
vm.runInContext(process.argv[3] || "update()", google);
console.log(JSON.stringify(sheets));
