// Runs the commands of one spec script in Node and prints one JSON line for
// each with what happened; run.py judges. Usage: node node_host.js PLAN
"use strict";

const fs = require("fs");
const {wrapFunction, readGlobal} = require("../support/wrapper.js");
const {toRef} = require("../support/shim.js");
const {bundleInfo, TrapWord, silentWasi} = require("../support/bundle.js");

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));

const instanceOf = (path) => new WebAssembly.Instance(
    new WebAssembly.Module(fs.readFileSync(path)));
const registry = {
  wasi_snapshot_preview1: silentWasi,
  spectest: instanceOf(plan.spectest).exports,
};

let current = null;
const named = new Map();

class Instance {
  constructor(path) {
    const module = new WebAssembly.Module(fs.readFileSync(path));
    this.exports = new WebAssembly.Instance(module, registry).exports;
    this.trapWord =
        new TrapWord(bundleInfo(module), this.exports[plan.memoryExport]);
    this.wrappers = new Map();
  }

  invoke(field, {params, results}, args) {
    if (!this.wrappers.has(field)) {
      this.wrappers.set(field,
                        wrapFunction(this.exports[field], params, results));
    }
    return this.wrappers.get(field).call(
        args.map((arg, i) => params[i].endsWith("ref") ? toRef(arg) : arg));
  }
}

function target(command) {
  const instance = command.module ? named.get(command.module) : current;
  if (!instance) {
    throw new Error("no such instance");
  }
  return instance;
}

const actions = {
  module(command) {
    current = null;
    current = new Instance(command.wasm);
    if (command.name) {
      named.set(command.name, current);
    }
    return {values: []};
  },
  instantiate(command) {
    new Instance(command.wasm);
    return {values: []};
  },
  register(command) {
    registry[command.as] = target(command).exports;
    return {values: []};
  },
  invoke(command) {
    const values =
        target(command).invoke(command.field, command.type, command.args);
    return {values};
  },
  get(command) {
    const {value, mutable} = command.type;
    const global = target(command).exports[command.field];
    return {values: [readGlobal(global, value, mutable)]};
  },
};

function outcomeOf(command) {
  const instances = [...named.values(), current].filter(Boolean);
  instances.forEach((instance) => instance.trapWord.clear());
  try {
    return actions[command.do](command);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError ||
        error instanceof RangeError) {
      const raised = instances.map((instance) => instance.trapWord.read());
      return {trap: error.message, vm: raised.find(Boolean) ?? 0};
    }
    if (error instanceof WebAssembly.LinkError || error instanceof TypeError) {
      return {link: error.message};
    }
    return {error: String(error)};
  }
}

for (const command of plan.commands) {
  // Unbuffered, so that what was done is known when the process dies.
  fs.writeSync(1, JSON.stringify({i: command.i, ...outcomeOf(command)}) + "\n");
}
