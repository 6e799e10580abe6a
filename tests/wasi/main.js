// node main.js RUNTIME TABLE FOLDER: runs the tests of the runtime module
// RUNTIME in this host; TABLE is the JSON of signatures.py, FOLDER holds the
// modules of guests.py. Prints failures and, as its
// last line, the totals as JSON.
"use strict";

const fs = require("node:fs");
const {Report} = require("./report.js");

const suites = ["pointers", "iovecs", "strings", "traps", "bundles"];

function main([runtime, table, folder]) {
  const module = new WebAssembly.Module(fs.readFileSync(runtime));
  const entries = JSON.parse(fs.readFileSync(table, "utf8"));
  const report = new Report();
  for (const suite of suites) {
    require(`./${suite}.js`).run(report, module, entries, folder);
  }
  console.log(JSON.stringify(report));
}

main(process.argv.slice(2));
