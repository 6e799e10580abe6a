// Each function by its signature: a valid call reaches the host translated; a
// call with any pointer or length out of guest memory does not reach it.
"use strict";

const assert = require("node:assert");
const {Machine, kPage} = require("./machine.js");
const {validCall} = require("./calls.js");

const kErrno = 44;

function hasStrings(entry) {
  return entry.parameters.some((p) => p.kind === "strings");
}

// The host's arguments are what `host` says, and nothing that it may write to
// or read from is VM state.
function assertHostCall(machine, entry, host) {
  assert.strictEqual(machine.log.length, 1);
  const {name, args} = machine.log[0];
  assert.strictEqual(name, entry.name);
  assert.strictEqual(args.length, host.length);
  host.forEach((expected, i) => {
    if (expected.iovecs) {
      const count = expected.iovecs.length;
      assert.ok(machine.isScratch(args[i], count * 8), "iovecs in scratch");
      assert.deepStrictEqual(machine.iovecsAt(args[i], count),
                             expected.iovecs);
    } else {
      assert.strictEqual(args[i], expected, `argument ${i}`);
    }
  });
}

// The host fills what it was given, so that results are seen to arrive.
function fillResults(machine, pointers) {
  return (_, args) => {
    for (const p of pointers) {
      if (p.kind === "iovecs") {
        for (const [data, size] of p.iovecs) {
          machine.bytes(machine.guestBase + data, size).fill(0xee);
        }
      } else {
        machine.bytes(args[p.at], p.bytes).fill(0xee);
      }
    }
    return kErrno;
  };
}

function filledAreas(machine, pointers) {
  return pointers
      .flatMap((p) => p.kind === "iovecs" ? p.iovecs : [[p.address, p.bytes]])
      .map(([a, n]) => [machine.guestBase + a, machine.guestBase + a + n])
      .sort((a, b) => a[0] - b[0]);
}

function testValid(report, module, entry) {
  report.test(`${entry.name}: passes through`, () => {
    const machine = new Machine(module);
    const {args, pointers, host} = validCall(machine, entry);
    const exit = {};
    machine.reply = entry.hasResult ? fillResults(machine, pointers) :
                                      () => { throw exit; };
    // No byte of the pattern is already what the host writes.
    for (const [start, end] of filledAreas(machine, pointers)) {
      machine.bytes(start, end - start).fill(0x11);
    }
    const before = machine.snapshot();
    if (entry.hasResult) {
      assert.strictEqual(machine.call(entry.name, ...args), kErrno);
      assert.deepStrictEqual(machine.changes(before),
                             filledAreas(machine, pointers));
    } else {
      assert.throws(() => machine.call(entry.name, ...args),
                    (error) => error === exit);
    }
    assertHostCall(machine, entry, host);
  });
}

// Guest addresses of a result, about each limit that an adapter could get
// wrong.
function addresses(machine, bytes) {
  const size = machine.guestSize;
  const guest = (linear) => (linear - machine.guestBase) >>> 0;
  return [
    0, 1, 2, 3, size - bytes - 1, size - bytes, size - bytes + 1, size - 1,
    size, size + 1, 0x7ffffff0, 0x80000000, 0xfffffff0, 0xffffffff,
    0x100000000 - bytes, guest(0), guest(machine.state), guest(machine.sp),
    guest(machine.guestBase - 1),
  ].filter((address) => address <= 0xffffffff).map((address) => [address]);
}

// The same for arrays: [address, number of elements].
function ranges(machine, bytes) {
  const size = machine.guestSize;
  const most = Math.floor(size / bytes);
  const rest = size - most * bytes;
  const wrapping = Math.ceil(0x100000000 / bytes);
  const guest = (linear) => (linear - machine.guestBase) >>> 0;
  return [
    [0, 0], [7, 0], [size, 0], [size + 1, 0], [0xfffffff0, 0],
    [0xffffffff, 0],
    [0, 1], [size - bytes, 1], [size - bytes + 1, 1], [size, 1],
    [0xffffffff, 1], [guest(0), 1], [guest(machine.state), 1],
    [guest(machine.state), 4], [0xfffffff0, 0x20],
    [0, most], [rest, most], [rest + 1, most], [0, most + 1],
    [0, wrapping], [0, wrapping + 1], [64, wrapping], [1, 0x80000000],
    [0, 0x7fffffff], [0, 0xffffffff], [100, 0xffffffff],
    [0xffffffff, 0xffffffff],
  ].filter(([address, count]) => address <= 0xffffffff && count <= 0xffffffff);
}

// Whether everything that a call points at is guest memory. Iovecs' buffers
// are not looked at.
function fits(machine, pointers, args) {
  return pointers.every((p) => {
    const bytes = p.kind === "out" ? p.size :
        (args[p.countAt] >>> 0) * elementBytes(p);
    return (args[p.at] >>> 0) + bytes <= machine.guestSize;
  });
}

function elementBytes(p) {
  return {buffer: 1, iovecs: 8}[p.kind] ?? p.size;
}

// Tries values for one pointer, and for its count if it has one, with
// everything else in order.
function testPointer(report, machine, entry, p, where) {
  const values = p.kind === "out" ? addresses(machine, p.size) :
                                    ranges(machine, elementBytes(p));
  for (const [address, count] of values) {
    const {args, pointers} = validCall(machine, entry);
    args[p.at] = address | 0;
    if (count !== undefined) {
      args[p.countAt] = count | 0;
    }
    const name = `${entry.name}: ${p.name}${where} = ` +
        `0x${address.toString(16)}` +
        (count === undefined ? "" : `, 0x${count.toString(16)}`);
    if (!fits(machine, pointers, args)) {
      report.test(name, () => machine.assertFault(entry.name, ...args));
    } else if (p.kind !== "iovecs" || count === 0) {
      report.test(name, () => assertTranslated(machine, entry, args, p));
    }
  }
}

function assertTranslated(machine, entry, args, p) {
  assert.strictEqual(machine.call(entry.name, ...args), 0);
  assert.strictEqual(machine.log.length, 1);
  const seen = machine.log[0].args;
  if (p.kind !== "iovecs") {
    // A host address has 32 bits: the end of a memory of 4 GiB is 0.
    assert.strictEqual(seen[p.at],
                       (machine.guestBase + (args[p.at] >>> 0)) >>> 0);
  }
  if (p.kind !== "out") {
    assert.strictEqual(seen[p.countAt], args[p.countAt] >>> 0);
  }
}

function testPointers(report, module, entry) {
  const machine = new Machine(module);
  const {pointers} = validCall(machine, entry);
  for (const p of pointers) {
    testPointer(report, machine, entry, p, "");
  }
  if (pointers.length === 0) {
    return;
  }
  report.test(`${entry.name}: memory has grown`, () => {
    const fresh = new Machine(module);
    const {args} = validCall(fresh, entry);
    const last = pointers.at(-1);
    args[last.at] = fresh.guestSize + 8;
    fresh.assertFault(entry.name, ...args);
    fresh.memory.grow(1);
    assertTranslated(fresh, entry, args, last);
  });
  report.test(`${entry.name}: several pointers overlap`, () => {
    const fresh = new Machine(module);
    const {args, host} = validCall(fresh, entry);
    const plain = pointers.filter((p) => p.kind !== "iovecs");
    for (const p of plain) {
      args[p.at] = plain[0].address;
      host[p.at] = fresh.guestBase + plain[0].address;
    }
    assert.strictEqual(fresh.call(entry.name, ...args), 0);
    assertHostCall(fresh, entry, host);
  });
  report.test(`${entry.name}: no guest memory`, () => {
    const fresh = new Machine(module, {guestPages: 0});
    const {args} = validCallWithoutMemory(entry);
    fresh.assertFault(entry.name, ...args);
  });
}

// A call whose pointers are all 0, for a guest without memory.
function validCallWithoutMemory(entry) {
  const nowhere = {guestBase: 0, setIovecs() {}};
  const {args, pointers} = validCall(nowhere, entry);
  for (const p of pointers) {
    args[p.at] = 0;
  }
  return {args};
}

// The largest memory there is: its size is 0 in 32 bits.
function testLargest(report, module, entries) {
  const machine = new Machine(module);
  const pages = 65536 - machine.memory.buffer.byteLength / kPage;
  try {
    machine.memory.grow(pages);
  } catch (error) {
    report.skip("memory of 4 GiB", `the host has none (${error.message})`);
    return;
  }
  // Comparing 4 GiB takes too long; what lies below the guest is compared.
  const below = () => Buffer.from(
      Buffer.from(machine.memory.buffer, 0, machine.sp));
  const whole = below();
  machine.snapshot = () => null;
  machine.changes = () => below().equals(whole) ? [] : ["something"];
  for (const entry of entries.filter((e) => !hasStrings(e))) {
    for (const p of validCall(machine, entry).pointers) {
      testPointer(report, machine, entry, p, " of 4 GiB");
    }
  }
}

function run(report, module, entries) {
  for (const entry of entries) {
    if (hasStrings(entry)) {
      continue;
    }
    testValid(report, module, entry);
    testPointers(report, module, entry);
  }
  testLargest(report, module, entries);
}

module.exports = {run};
