// node main.js RUNTIME TABLE: runs the tests of the runtime module RUNTIME in
// this host; TABLE is the JSON of signatures.py. Prints failures and, as its
// last line, the totals as JSON.
"use strict";

const fs = require("node:fs");
const {Report} = require("./report.js");

const suites = ["pointers", "iovecs", "strings", "traps"];

function main([runtime, table]) {
  const module = new WebAssembly.Module(fs.readFileSync(runtime));
  const entries = JSON.parse(fs.readFileSync(table, "utf8"));
  const report = new Report();
  for (const suite of suites) {
    require(`./${suite}.js`).run(report, module, entries);
  }
  console.log(JSON.stringify(report));
}

main(process.argv.slice(2));
