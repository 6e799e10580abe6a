// Runs one batch of modules, each in several variants (the original and its
// bundles), and prints one JSON line for each variant with everything that can
// be observed; run.py compares. Usage: node drive.js BATCH
"use strict";

const fs = require("fs");
const crypto = require("crypto");
const {wrapFunction, readGlobal} = require("../support/wrapper.js");
const {hostFunction, hostGlobal, toRef} = require("../support/shim.js");
const {bundleInfo, TrapWord, silentWasi} = require("../support/bundle.js");

const batch = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const kDigits = {i32: 8, i64: 16, f32: 8, f64: 16, v128: 32};
// A host function calls back into the program at most this deep.
const kReentries = 2;
const kReentryExport = "reenter";
// What a bundle has counted: the module itself has no such export.
const kFuelExport = "ireko.fuel";

// What exported globals are set to, by type.
const kMeddled = {i32: 7, i64: 8n, f32: 1.5, f64: 2.5};

class HostError extends Error {}

// xorshift32: the same answers for every variant.
class Random {
  constructor(seed) { this.state = seed | 1; }
  next() {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x | 0;
    return x >>> 0;
  }
  bits(type) {
    if (type === "funcref") {
      return "null";
    }
    if (type === "externref") {
      return this.next() % 2 ? "null" : `extern:${this.next() % 100}`;
    }
    // Often small: an address or a counter of the program may depend on it.
    const small = this.next() % 2;
    if (type[0] === "f") {
      return floatBits(type, small ? this.next() % 100 : this.next() / 7);
    }
    const text = small ? (this.next() % 200).toString(16) :
        Array.from({length: 4}, () => this.next().toString(16).padStart(8, "0"))
            .join("");
    return text.padStart(kDigits[type], "0").slice(-kDigits[type]);
  }
}

function floatBits(type, value) {
  const view = new DataView(new ArrayBuffer(8));
  if (type === "f32") {
    view.setFloat32(0, value);
    return view.getUint32(0).toString(16).padStart(8, "0");
  }
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

// One instance with its own host.
class Run {
  constructor(job, module) {
    this.job = job;
    this.log = [];
    this.random = new Random(job.seed);
    this.reentries = 0;
    this.exports = null;
    this.hostGlobals = [];
    const imports = {wasi_snapshot_preview1: silentWasi};
    for (const item of job.imports) {
      imports[item.module] ??= {};
      imports[item.module][item.name] = this.provide(item);
    }
    this.info = bundleInfo(module);
    this.exports = new WebAssembly.Instance(module, imports).exports;
    this.trapWord = new TrapWord(this.info, this.exports[batch.memoryExport]);
  }

  provide({name, type}) {
    if (type.params) {
      return hostFunction(type.params, type.results,
                          (args) => this.answer(name, args, type.results));
    }
    const global =
        hostGlobal(type.value, type.mutable, this.random.bits(type.value));
    this.hostGlobals.push({global, ...type});
    return global;
  }

  answer(name, args, results) {
    this.log.push([name, ...args]);
    if (this.random.next() % 50 === 0) {
      throw new HostError("the host throws");
    }
    if (this.exports && this.exports[kReentryExport] &&
        this.reentries < kReentries && this.random.next() % 3 === 0) {
      ++this.reentries;
      const argument = this.random.next() % 100;
      const result = this.exports[kReentryExport](argument);
      this.log.push(["reentered", argument, result]);
      --this.reentries;
    }
    return results.map((type) => this.random.bits(type));
  }

  call(name, {params, results}, args) {
    this.wrappers ??= new Map();
    if (!this.wrappers.has(name)) {
      this.wrappers.set(name, wrapFunction(this.exports[name], params, results));
    }
    return this.wrappers.get(name).call(
        args.map((arg, i) => params[i].endsWith("ref") ? toRef(arg) : arg));
  }

  // What the last of so many calls did, and how all of them ended.
  observe(action, times) {
    const tally = {};
    let outcome = null;
    for (let i = 0; i < times; ++i) {
      this.log = [];
      this.reentries = 0;
      this.trapWord.clear();
      outcome = outcomeOf(action, () => this.trapWord.read());
      const [kind] = Object.keys(outcome);
      tally[kind] = (tally[kind] ?? 0) + 1;
    }
    const fuel = this.exports[kFuelExport];
    return {...outcome, log: this.log, tally, fuel: fuel && String(fuel())};
  }

  // The embedder changes what is exported; the program must see it.
  meddle() {
    const base = this.info?.guestBase ?? 0;
    const done = [];
    for (const {name, kind, type} of this.job.exports) {
      const item = this.exports[name];
      if (kind === "global" && type.mutable && kMeddled[type.value]) {
        item.value = kMeddled[type.value];
      } else if (kind === "memory") {
        done.push(attempt(() => item.grow(1) - base / 65536));
        const bytes = new Uint8Array(item.buffer, base);
        bytes.set([1, 2, 0xff, 4, 5].slice(0, bytes.length), 0);
      } else if (kind === "table") {
        done.push(attempt(() => item.grow(1)));
        if (item.length > 1) {
          item.set(0, null);
          // The other exports of generated programs give themselves new fuel.
          item.set(1, this.exports[kReentryExport] ??
                   this.exports[this.job.functions[0].name]);
        }
      }
    }
    return {values: done, log: []};
  }

  state() {
    const state = {globals: {}, tables: {}, memories: {}};
    state.host = this.hostGlobals.map(
        ({global, value, mutable}) => readGlobal(global, value, mutable));
    for (const {name, kind, type} of this.job.exports) {
      const item = this.exports[name];
      if (kind === "global") {
        state.globals[name] = readGlobal(item, type.value, type.mutable);
      } else if (kind === "table") {
        state.tables[name] = Array.from(
            {length: item.length}, (_, i) => item.get(i) === null ? "0" : "1")
            .join("");
      } else if (kind === "memory") {
        state.memories[name] = digest(item, this.info?.guestBase ?? 0);
      }
    }
    return state;
  }
}

const attempt = (action) => {
  try {
    return String(action());
  } catch {
    return "refused";
  }
};

function digest(memory, base) {
  const bytes = new Uint8Array(memory.buffer, base);
  const hash = crypto.createHash("md5").update(bytes).digest("hex");
  return `${bytes.length / 65536} pages, ${hash}`;
}

function outcomeOf(action, trapNumber) {
  try {
    return {values: action() ?? []};
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError ||
        error instanceof RangeError) {
      return {trap: error.message, vm: trapNumber()};
    }
    return {error: error instanceof HostError ? error.message : String(error)};
  }
}

// Each exported function gets an instance of its own, so that one that uses up
// its fuel or traps early does not hide the others.
function runVariant(job, path) {
  const module = new WebAssembly.Module(fs.readFileSync(path));
  const sections = [];
  const exported = WebAssembly.Module.exports(module)
      .filter(({name}) => ![batch.memoryExport, kFuelExport].includes(name))
      .map(({name, kind}) => `${kind} ${name}`).sort();
  for (const {name, type, calls, times} of job.functions) {
    let run = null;
    const start = outcomeOf(() => { run = new Run(job, module); }, () => 0);
    if (!run) {
      sections.push({name: "", records: [start], state: null});
      break;
    }
    const records = [{...start, log: run.log}];
    for (const args of calls) {
      if (args === calls.at(-1)) {
        records.push(run.meddle());
      }
      records.push(run.observe(() => run.call(name, type, args), times));
    }
    sections.push({name, records, state: run.state()});
  }
  return {exported, sections};
}

for (const job of batch.jobs) {
  for (const {variant, path} of job.variants) {
    let record = null;
    try {
      record = runVariant(job, path);
    } catch (error) {
      record = {broken: String(error)};
    }
    fs.writeSync(1, JSON.stringify({id: job.id, variant, ...record}) + "\n");
  }
}
