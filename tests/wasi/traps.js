// Traps of the VM: the message on standard error, the number in VmState, the
// host's trap.
"use strict";

const assert = require("node:assert");
const {Machine, kShadowStack} = require("./machine.js");

// The wording of the specification's test suite, in the order of TrapKind.
const kTexts = [
  "unreachable", "call stack exhausted", "undefined element",
  "uninitialized element", "indirect call type mismatch",
  "out of bounds memory access", "out of bounds table access",
  "call of an import that was left out", "out of fuel", "broken frame",
];
const kHeaderBytes = 64;

function unsignedLeb(value) {
  const out = [];
  do {
    out.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value = Math.floor(value / 128);
  } while (value);
  return out;
}

function signedLeb(value) {
  for (const out = [];;) {
    const byte = value & 0x7f;
    value >>= 7;
    const end = value === (byte & 0x40 ? -1 : 0);
    out.push(byte | (end ? 0 : 0x80));
    if (end) {
      return out;
    }
  }
}

// An image (vm/layout.h) of functions {entry, name, locations: [[pc, guest
// offset]...]}, without code.
function makeImage(functions) {
  const codeEnd = Math.max(kHeaderBytes,
                           ...functions.map((f) => f.entry + 1000));
  const records = codeEnd + codeEnd % 4;
  const out = new Array(records + 12 * functions.length).fill(0xcc);
  const put = (at, value) => {
    for (let i = 0; i < 4; i++) {
      out[at + i] = (value >>> (8 * i)) & 0xff;
    }
  };
  put(16, codeEnd);
  put(20, records);
  put(24, functions.length);
  functions.forEach(({entry, name, locations}, i) => {
    put(records + 12 * i, entry);
    put(records + 12 * i + 4, name === undefined ? 0 : out.length);
    if (name !== undefined) {
      out.push(...Buffer.from(name), 0);
    }
    put(records + 12 * i + 8, locations ? out.length : 0);
    if (locations) {
      out.push(...encodeLocations(entry, locations));
    }
  });
  return Uint8Array.from(out);
}

function encodeLocations(entry, locations) {
  const out = [];
  let at = entry - 1; // the first distance is stored plus one
  let offset = 0;
  for (const [pc, guest] of locations) {
    out.push(...unsignedLeb(pc - at), ...signedLeb(guest - offset));
    at = pc;
    offset = guest;
  }
  return [...out, 0, 0];
}

// A host's fd_write that takes at most `most` bytes at a time, and what it got.
function serve(machine, most = Infinity) {
  const written = [];
  machine.reply = (name, [fd, list, count, result]) => {
    assert.strictEqual(name, "fd_write");
    assert.strictEqual(fd, 2);
    let taken = 0;
    for (const [data, size] of machine.iovecsAt(list, count)) {
      const part = Math.min(size, most - taken);
      written.push(...machine.bytes(data, part));
      taken += part;
    }
    machine.store(result, taken);
    return 0;
  };
  return () => Buffer.from(written).toString("utf8");
}

function assertTrap(machine, name, kind, pc) {
  const before = machine.snapshot();
  machine.log = [];
  assert.throws(() => machine.exports[name](kind, pc),
                (error) => error instanceof WebAssembly.RuntimeError &&
                    /unreachable/i.test(error.message));
  assert.strictEqual(machine.trap(), kind + 1);
  // Nothing but the number and the printer's own variables has changed: a
  // debugger finds all as it was.
  const inside = (start, end, from, to) => start >= from && end <= to;
  for (const [start, end] of machine.changes(before)) {
    assert.ok(inside(start, end, 0, kShadowStack) ||
              inside(start, end, machine.state + 28, machine.heapBase),
              `${start} to ${end} changed`);
  }
}

const kFunctions = [
  {entry: 70},
  {entry: 90, name: "start"},
  {entry: 100, name: "größer::than<T>", locations: [[100, 0x1f3]]},
  {entry: 400, locations: [[402, 0x2000], [404, 0x1ff0], [700, 0x1234567]]},
  {entry: 800, name: "", locations: [[900, 77], [902, 78]]},
  {entry: 900 + 300, name: "a\x1b[31m\nb\x7f\t"},
  {entry: 2000, name: "N".repeat(3000), locations: [[2000, 1], [2600, 0xab]]},
];

const kPlaces = [
  [60, ""],
  [69, ""],
  [70, " in function 0"],
  [88, " in function 0"],
  [90, " in function 1 <start>"],
  [100, " in function 2 <größer::than<T>> at 0x1f3"],
  [102, " in function 2 <größer::than<T>>"],
  [398, " in function 2 <größer::than<T>>"],
  [400, " in function 3"],
  [402, " in function 3 at 0x2000"],
  [404, " in function 3 at 0x1ff0"],
  [406, " in function 3"],
  [700, " in function 3 at 0x1234567"],
  [702, " in function 3"],
  [900, " in function 4 <> at 0x4d"],
  [902, " in function 4 <> at 0x4e"],
  [904, " in function 4 <>"],
  [1200, " in function 5 <a?[31m?b??>"],
  [2000, ` in function 6 <${"N".repeat(3000)}> at 0x1`],
  [2600, ` in function 6 <${"N".repeat(3000)}> at 0xab`],
  [2000000000, ` in function 6 <${"N".repeat(3000)}>`],
  // With kBeforePc, of the instruction before.
  [2 ** 31 + 404, " in function 3 at 0x2000"],
  [2 ** 31 + 406, " in function 3 at 0x1ff0"],
];

function testPlaces(report, module) {
  const image = makeImage(kFunctions);
  for (const [pc, place] of kPlaces) {
    for (const most of [Infinity, 1, 7]) {
      report.test(`trap at ${pc}, ${most} bytes a write`, () => {
        const machine = new Machine(module, {image});
        const written = serve(machine, most);
        assertTrap(machine, "ireko_trap", 5, pc);
        assert.strictEqual(written(), `ireko: trap: ${kTexts[5]}${place}\n`);
      });
    }
  }
  // All in one instance, which can be called again after a trap.
  report.test("trap at each of 1000 functions", () => {
    const functions = Array.from({length: 1000}, (_, i) => (
        {entry: 64 + 8 * i, name: `f${i}`,
         locations: [[66 + 8 * i, 3 * i + 1]]}));
    const machine = new Machine(module, {image: makeImage(functions)});
    for (let i = 0; i < functions.length; i++) {
      const written = serve(machine);
      assertTrap(machine, "ireko_trap", 0, 66 + 8 * i);
      assert.strictEqual(
          written(), `ireko: trap: unreachable in function ${i} <f${i}> ` +
              `at 0x${(3 * i + 1).toString(16)}\n`);
    }
  });
  report.test("trap without functions", () => {
    const machine = new Machine(module, {image: makeImage([])});
    const written = serve(machine);
    assertTrap(machine, "ireko_trap", 1, 64);
    assert.strictEqual(written(), "ireko: trap: call stack exhausted\n");
  });
}

function testKinds(report, module) {
  const image = makeImage(kFunctions);
  kTexts.forEach((text, kind) => {
    report.test(`trap ${text}`, () => {
      const machine = new Machine(module, {image});
      const written = serve(machine);
      assertTrap(machine, "ireko_trap", kind, 100);
      assert.strictEqual(
          written(), `ireko: trap: ${text} in function 2 ` +
              "<größer::than<T>> at 0x1f3\n");
      assert.strictEqual(machine.log.length, 1, "in one write");
    });
    report.test(`quiet trap ${text}`, () => {
      const machine = new Machine(module, {image});
      machine.reply = () => assert.fail("the host was called");
      assertTrap(machine, "ireko_trap_quiet", kind, 100);
    });
  });
}

// A standard error that is closed, full or odd does not keep the trap away.
function testBadHosts(report, module) {
  const answers = {
    "fails": () => 8,
    "takes nothing": (machine, result) => machine.store(result, 0) ?? 0,
    "claims too much": (machine, result) => machine.store(result, ~0) ?? 0,
  };
  for (const [what, answer] of Object.entries(answers)) {
    report.test(`trap when fd_write ${what}`, () => {
      const machine = new Machine(module, {image: makeImage(kFunctions)});
      machine.reply = (_, args) => answer(machine, args[3]);
      assertTrap(machine, "ireko_trap", 2, 2000);
      assert.ok(machine.log.length < 20);
    });
  }
  report.test("traps in a row, and fd_write throws", () => {
    const machine = new Machine(module, {image: makeImage(kFunctions)});
    for (let i = 0; i < 1000; i++) {
      machine.reply = () => {
        throw new Error("host");
      };
      assert.throws(() => machine.exports.ireko_trap(0, 100), /host/);
    }
    const written = serve(machine);
    assertTrap(machine, "ireko_trap", 0, 100);
    assert.strictEqual(written(), "ireko: trap: unreachable in function 2 " +
        "<größer::than<T>> at 0x1f3\n");
  });
  report.test("trap with a full guest stack", () => {
    const machine = new Machine(module, {image: makeImage(kFunctions),
                                         stackBytes: 64, stackUsed: 64});
    const written = serve(machine);
    assertTrap(machine, "ireko_trap", 1, 90);
    assert.strictEqual(
        written(), "ireko: trap: call stack exhausted in function 1 <start>\n");
  });
}

function run(report, module) {
  testKinds(report, module);
  testPlaces(report, module);
  testBadHosts(report, module);
}

module.exports = {run, kTexts};
