// Runs the commands of one spec script in Node and prints one JSON line for
// each with what happened; run.py judges. Usage: node node_host.js PLAN
"use strict";

const fs = require("fs");
const {wrapFunction, readGlobal} = require("../support/wrapper.js");
const {toRef} = require("../support/shim.js");
const {bundleInfo, TrapWord, silentWasi} = require("../support/bundle.js");

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));

const silent = () => {};
const globalOf = (value, initial) =>
    new WebAssembly.Global({value, mutable: false}, initial);
const registry = {
  wasi_snapshot_preview1: silentWasi,
  spectest: {
    print: silent, print_i32: silent, print_i64: silent, print_f32: silent,
    print_f64: silent, print_i32_f32: silent, print_f64_f64: silent,
    global_i32: globalOf("i32", 666), global_i64: globalOf("i64", 666n),
    global_f32: globalOf("f32", 666.6), global_f64: globalOf("f64", 666.6),
    table: new WebAssembly.Table({element: "anyfunc", initial: 10,
                                  maximum: 20}),
    memory: new WebAssembly.Memory({initial: 1, maximum: 2}),
  },
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
