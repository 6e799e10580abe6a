// Each function called in a plain module and in its bundle, under the same
// model of a host: the same errno, the same calls of the host, the same guest
// memory, and not one byte changed below it.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const path = require("node:path");
const {align, kPage, kReserve} = require("./machine.js");
const {ModelHost} = require("./model.js");

const kStackUsed = 4096; // bytes of guest stack that a call may write to
const kClasses = ["good", "errno", "partial", "wrap", "past the end", "empty",
                  "misaligned", "overlap", "grown", "0 pages", "no memory"];
// VmState (vm/layout.h) in u32s: where stackBase is, and pc and fp, which hold
// what ran last.
const kStackBase = 1, kPcAt = 20, kRunAfter = 28;

class Side {
  constructor(module, entries, options) {
    const [info] = WebAssembly.Module.customSections(module, "ireko");
    const fields = info && new DataView(info);
    this.base = info ? fields.getUint32(24, true) : 0;
    this.state = info && fields.getUint32(4, true);
    this.host = new ModelHost(entries, {...options, base: this.base});
    const instance = new WebAssembly.Instance(
        module, {wasi_snapshot_preview1: this.host.imports});
    this.exports = instance.exports;
    this.memory = this.host.memory = this.exports.memory;
    if (!this.base && info) { // a guest without memory ends where it begins
      this.base = this.host.options.base =
          align(fields.getUint32(8, true) + fields.getUint32(12, true), kPage);
    }
  }

  guest() {
    return this.memory ?
        Buffer.from(this.memory.buffer).subarray(this.base) : Buffer.alloc(0);
  }

  // All of the VM's memory but what a call may leave behind: the topmost frame
  // and the runtime's scratch, pc and fp.
  vm() {
    if (!this.base || !this.memory) {
      return Buffer.alloc(0);
    }
    const whole = Buffer.from(this.memory.buffer);
    const stackBase = whole.readUInt32LE(this.state + 4 * kStackBase);
    const stackEnd = whole.readUInt32LE(this.state + 4 * kStackBase + 4);
    return Buffer.concat([
      whole.subarray(0, stackBase),
      whole.subarray(stackBase + kStackUsed, stackEnd),
      whole.subarray(stackEnd + kReserve, this.state + kPcAt),
      whole.subarray(this.state + kRunAfter, this.base),
    ]);
  }

  call(name, args) {
    this.host.log = [];
    try {
      const result = this.exports[name](...args);
      return result === undefined ? "none" : result >>> 0;
    } catch (error) {
      return String(error.message);
    }
  }
}

class Pair {
  constructor(modules, entries, options) {
    this.sides = modules.map((m) => new Side(m, entries, options));
  }

  // Lays out memory, in guest addresses; `fill` is called for both.
  prepare(fill) {
    for (const side of this.sides) {
      const guest = side.guest();
      for (let i = 0; i < guest.length; i += 4096) {
        guest.writeUInt8((i >>> 12) * 31 & 0xff, i);
      }
      if (guest.length) {
        fill(guest);
      }
    }
  }

  compare(name, args) {
    const [plain, bundle] = this.sides;
    const below = bundle.vm();
    // By way of a guest function, and the import that is exported again.
    for (const way of ["call_", "direct_"]) {
      const expected = plain.call(way + name, args);
      const actual = bundle.call(way + name, args);
      assert.strictEqual(actual, expected, `${way}${name}(${args})`);
      assert.deepStrictEqual(bundle.host.log, plain.host.log);
      assert.ok(bundle.guest().equals(plain.guest()), "guest memory differs");
      assert.ok(bundle.vm().equals(below), "the VM's memory has changed");
      assert.strictEqual(bundle.exports.touch(), plain.exports.touch());
    }
  }
}

// A good call: arguments, and what of them are pointers.
function layOut(entry) {
  const args = [];
  const pointers = [];
  let next = 0x1000;
  const area = (kind, extra) => {
    pointers.push({kind, at: args.length, address: next, ...extra});
    args.push(next);
    next += 0x200;
  };
  const counts = [];
  for (const p of entry.parameters) {
    switch (p.kind) {
      case "i32":
        args.push(args.length + 3);
        break;
      case "i64":
        args.push(0x123456789n + BigInt(args.length));
        break;
      case "out":
        area("out", {size: p.size});
        break;
      case "strings":
        area("strings", {size: 14});
        break;
      case "buffer":
        area("buffer", {size: 1, count: args.length + 1});
        args.push(24);
        break;
      case "iovecs":
        area("iovecs", {size: 8, count: args.length + 1});
        args.push(3);
        break;
      case "items":
        area("items", {size: p.size, counted: p.count});
        break;
      default:
        throw new Error(p.kind);
    }
    counts[p.name] = args.length - 1;
  }
  for (const p of pointers.filter((p) => p.counted)) {
    p.count = counts[p.counted];
    args[p.count] = 2;
  }
  return {args, pointers};
}

const kIovecs = [[0x3000, 40], [0x3100, 0], [0x3200, 17]];

function setIovecs(guest, list, iovecs) {
  iovecs.forEach(([data, size], i) => {
    const at = list + 8 * i;
    if (at + 8 <= guest.length) {
      guest.writeUInt32LE(data >>> 0, at);
      guest.writeUInt32LE(size >>> 0, at + 4);
    }
  });
}

// All calls of a function, as {kind (of kClasses), args, list, iovecs}.
function cases(entry, size) {
  const {args, pointers} = layOut(entry);
  const result = [];
  const list = pointers.find((p) => p.kind === "iovecs");
  const add = (kind, changes, iovecs = kIovecs) => {
    const changed = [...args];
    changes.forEach(([i, value]) => (changed[i] = value | 0));
    result.push({kind, args: changed, iovecs,
                 list: list && changed[list.at] >>> 0});
  };
  const bytesOf = (p) => p.count === undefined ? p.size :
      p.size * (args[p.count] >>> 0);
  add("good", []);
  add("errno", []);
  add("partial", []);
  for (const p of pointers) {
    const bytes = bytesOf(p);
    for (const address of [2 ** 32 - bytes, 2 ** 32 - 1, 2 ** 32 - 8,
                           2 ** 32 - bytes - 1, 0x80000000, 0xfffe0000]) {
      add("wrap", [[p.at, address]]);
    }
    for (const distance of [-bytes - 1, -bytes, -bytes + 1, -1, 0, 1]) {
      add("past the end", [[p.at, size + distance]]);
    }
    for (const by of [1, 2, 3, 4, 7]) {
      add("misaligned", [[p.at, p.address + by]]);
    }
    if (p.count !== undefined) {
      for (const address of [0, p.address, size - 1, size]) {
        add("empty", [[p.at, address], [p.count, 0]]);
      }
      for (const count of [2 ** 32 / p.size, 2 ** 32 / p.size + 1, 0x80000000,
                           0xffffffff, 0xfffff000]) {
        add("wrap", [[p.count, Math.min(count, 0xffffffff)]]);
      }
      add("past the end", [[p.at, 0], [p.count, Math.floor(size / p.size) + 1]],
          []);
    }
    for (const q of pointers.filter((q) => q !== p)) {
      for (const by of [-9, -4, -1, 0, 1, 4, 8, 13]) {
        add("overlap", [[p.at, q.address + by]]);
      }
    }
  }
  if (list) {
    for (const [kind, iovec] of [
      ["wrap", [0xfffffff0, 0x20]], ["wrap", [0xffffffff, 1]],
      ["wrap", [8, 0xfffffff8]], ["wrap", [0xfffff000, 0xfff]],
      ["past the end", [size, 1]], ["past the end", [size - 1, 2]],
      ["past the end", [size - 1, 1]], ["past the end", [0, size + 1]],
      ["empty", [size, 0]], ["empty", [0, 0]], ["misaligned", [0x3001, 3]],
      ["overlap", [list.address, 24]], ["overlap", [list.address + 3, 9]],
      ["overlap", [pointers.at(-1).address - 2, 8]]]) {
      for (const i of [0, 1, 2]) {
        add(kind, [], kIovecs.map((good, j) => i === j ? iovec : good));
      }
    }
    add("empty", [], [[1, 0], [2, 0], [3, 0]]);
    add("overlap", [], [[0x3000, 64], [0x3010, 64], [0x3000, 5]]);
  }
  return result;
}

function isApplicable(entry, kind) {
  const pointers = entry.parameters.filter((p) => !/^i\d\d$/.test(p.kind));
  const hasCount = pointers.some(
      (p) => ["buffer", "iovecs", "items"].includes(p.kind));
  switch (kind) {
    case "good":
    case "no memory":
    case "0 pages":
      return true;
    case "errno":
      return entry.hasResult;
    case "empty":
      return hasCount;
    case "partial":
      return hasCount;
    case "overlap":
      return pointers.length > 1 ||
          pointers.some((p) => p.kind === "iovecs");
    default:
      return pointers.length > 0;
  }
}

const kErrnos = [...Array(77).keys()].slice(1).concat([255, 65535, 0x7fffffff]);

function testFunction(report, modules, entries, entry, covered) {
  const check = (kind, pair, call, what = "") => {
    covered[entry.name][kind] = (covered[entry.name][kind] || 0) + 1;
    report.test(`${entry.name}: ${kind}${what}, ${call.args}`, () => {
      pair.prepare((guest) => call.list !== undefined &&
          setIovecs(guest, call.list, call.iovecs));
      pair.compare(entry.name, call.args);
    });
  };
  const options = [{}, {resultsFirst: true}];
  for (const option of options) {
    const pair = new Pair(modules.pages2, entries, option);
    for (const call of cases(entry, 2 * kPage)) {
      if (["errno", "partial"].includes(call.kind)) {
        continue;
      }
      check(call.kind, pair, call);
    }
  }
  const [good] = cases(entry, 2 * kPage);
  if (isApplicable(entry, "errno")) {
    for (const errno of kErrnos) {
      check("errno", new Pair(modules.pages2, entries, {errno}), good);
    }
  }
  if (isApplicable(entry, "partial")) {
    for (const share of [0, 0.01, 0.3, 0.99]) {
      check("partial", new Pair(modules.pages2, entries, {share}), good);
    }
  }
  if (isApplicable(entry, "grown")) {
    const pair = new Pair(modules.pages2, entries, {});
    const calls = cases(entry, 2 * kPage).concat(cases(entry, 3 * kPage))
                      .filter((c) => c.kind === "past the end");
    for (const call of calls) {
      check("grown", pair, call, ", before");
    }
    for (const side of pair.sides) {
      assert.strictEqual(side.exports.grow(1), 2);
    }
    for (const call of calls) {
      check("grown", pair, call, ", after");
    }
  }
  for (const [kind, pages] of [["0 pages", "pages0"], ["no memory", "none"]]) {
    const pair = new Pair(modules[pages], entries, {strings: []});
    const zero = {...good, args: good.args.map(
        (a) => typeof a === "bigint" ? a : 0)};
    for (const call of [good, zero, ...cases(entry, 0).filter(
        (c) => c.kind === "past the end")]) {
      check(kind, pair, call);
    }
  }
}

function run(report, _, entries, folder) {
  const modules = {};
  for (const name of ["pages2", "pages0", "none"]) {
    modules[name] = ["plain", "bundle"].map((kind) => new WebAssembly.Module(
        fs.readFileSync(path.join(folder, `${name}.${kind}.wasm`))));
  }
  const covered = {};
  for (const entry of entries) {
    covered[entry.name] = {};
    testFunction(report, modules, entries, entry, covered);
    for (const kind of kClasses.filter((k) => isApplicable(entry, k))) {
      report.test(`${entry.name}: there are calls for '${kind}'`,
                  () => assert.ok(covered[entry.name][kind]));
    }
  }
  fs.writeFileSync(path.join(folder, "coverage.json"),
                   JSON.stringify({classes: kClasses, covered}));
}

module.exports = {run};
