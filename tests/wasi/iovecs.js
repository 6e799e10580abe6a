// Lists of buffers: checked and copied one by one, into whatever room there is.
"use strict";

const assert = require("node:assert");
const {Machine} = require("./machine.js");
const {validCall} = require("./calls.js");

const kList = 0x2000;
// So many fit when the guest stack is full (kLeastIovecs in vm/guest.h).
const kLeast = 1024;

// A call of `entry` with the list of `iovecs` at `list`.
function callArgs(machine, entry, list, iovecs) {
  const {args, pointers} = validCall(machine, entry);
  const p = pointers.find((q) => q.kind === "iovecs");
  machine.setIovecs(list, iovecs);
  args[p.at] = list;
  args[p.countAt] = iovecs.length;
  return {args, p};
}

// Calls, and returns what the host saw: {list, iovecs}.
function seenIovecs(machine, entry, list, iovecs) {
  const {args, p} = callArgs(machine, entry, list, iovecs);
  const before = machine.snapshot();
  let seen;
  machine.reply = (_, host) => {
    seen = {list: host[p.at],
            iovecs: machine.iovecsAt(host[p.at], host[p.countAt])};
    assert.ok(machine.isHeld(host[p.at], 8 * host[p.countAt]), "held");
    assert.strictEqual(host[p.at] % 4, list % 4);
    return 0;
  };
  assert.strictEqual(machine.call(entry.name, ...args), 0);
  machine.reply = () => 0;
  return {...seen, changes: machine.changes(before)};
}

function translated(machine, iovecs) {
  return iovecs.map(([data, size]) => [machine.guestBase + data, size]);
}

function many(count) {
  return Array.from({length: count}, (_, i) => [(i * 37) % 60000, i % 100]);
}

function testMany(report, module, entry) {
  for (const count of [0, 1, 2, 1000, 100000]) {
    report.test(`${entry.name}: ${count} iovecs`, () => {
      const machine = new Machine(
          module, {stackBytes: 8 * (count + 200), guestPages: 16});
      const iovecs = many(count);
      const seen = seenIovecs(machine, entry, kList, iovecs);
      assert.deepStrictEqual(seen.iovecs, translated(machine, iovecs));
      assert.ok(machine.isScratch(seen.list, 8 * count));
      assert.deepStrictEqual(seen.changes, []);
    });
  }
}

// With less room than iovecs the host gets the first ones that are not empty.
function testRoom(report, module, entry) {
  for (const room of [0, 8, 16, 24, 800]) {
    const least = kLeast + room / 8;
    for (const misalignment of [0, 1, 2, 3]) {
      const options = {stackBytes: 1024, stackUsed: 1024 - room};
      const where = `${entry.name}: ${room} bytes of stack, list at ` +
          `${misalignment} modulo 4`;
      const list = kList + misalignment;
      report.test(`${where}, all fit`, () => {
        const machine = new Machine(module, options);
        const iovecs = many(least);
        const seen = seenIovecs(machine, entry, list, iovecs);
        assert.deepStrictEqual(seen.iovecs, translated(machine, iovecs));
        assert.deepStrictEqual(seen.changes, []);
      });
      report.test(`${where}, one too many`, () => {
        const machine = new Machine(module, options);
        const iovecs = many(least + 1);
        const seen = seenIovecs(machine, entry, list, iovecs);
        assert.deepStrictEqual(
            seen.iovecs, translated(machine, iovecs.filter(([, n]) => n)));
        assert.deepStrictEqual(seen.changes, []);
      });
      report.test(`${where}, far too many`, () => {
        const machine = new Machine(module, options);
        const iovecs = many(3 * least);
        const seen = seenIovecs(machine, entry, list, iovecs);
        assert.deepStrictEqual(seen.iovecs, translated(
            machine, iovecs.filter(([, n]) => n).slice(0, least)));
        assert.deepStrictEqual(seen.changes, []);
      });
      report.test(`${where}, the bad one does not fit`, () => {
        const machine = new Machine(module, options);
        const iovecs = many(3 * least);
        iovecs[iovecs.length - 1] = [machine.guestSize, 1];
        const {args} = callArgs(machine, entry, list, iovecs);
        machine.assertFault(entry.name, ...args);
      });
    }
  }
  // A host that finds nothing to do would report the end of a file.
  for (const [what, sizes, expected] of [
      ["the last of them has bytes", [...Array(3000).fill(0), 7], [[3000, 7]]],
      ["all are empty", Array(3000).fill(0), [[2999, 0]]]]) {
    report.test(`${entry.name}: full stack, ${what}`, () => {
      const machine = new Machine(module, {stackBytes: 64, stackUsed: 64});
      const seen = seenIovecs(machine, entry, kList,
                              sizes.map((size, i) => [i, size]));
      assert.deepStrictEqual(seen.iovecs, translated(machine, expected));
    });
  }
}

// The host calls the guest, whose frames come to lie at sp.
function testReentrance(report, module, entry) {
  report.test(`${entry.name}: the host calls the guest meanwhile`, () => {
    const machine = new Machine(module);
    const iovecs = many(100);
    const {args, p} = callArgs(machine, entry, kList, iovecs);
    machine.reply = (_, host) => {
      const sp = machine.sp + 8 * 101;
      assert.strictEqual(machine.load(machine.state + 16), sp);
      machine.bytes(sp, machine.scratchEnd - sp).fill(0xa5);
      assert.deepStrictEqual(machine.iovecsAt(host[p.at], host[p.countAt]),
                             translated(machine, iovecs));
      return 0;
    };
    const before = machine.snapshot();
    assert.strictEqual(machine.call(entry.name, ...args), 0);
    assert.deepStrictEqual(machine.changes(before), []);
  });
}

function testBadBuffers(report, module, entry) {
  const machine = new Machine(module);
  const size = machine.guestSize;
  const good = [0x3000, 16];
  const bad = [
    [size, 1], [size + 1, 0], [size - 1, 2], [0xffffffff, 0], [0xffffffff, 1],
    [0xfffffff0, 0x20], [0xfffffff0, 0xf], [0, size + 1], [0, 0xffffffff],
    [1, 0xffffffff], [0x80000000, 0x80000000],
    [(machine.state - machine.guestBase) >>> 0, 4],
    [(0 - machine.guestBase) >>> 0, 4],
  ];
  for (const buffer of bad) {
    for (const index of [0, 1, 9]) {
      report.test(`${entry.name}: iovec ${index} is ` +
                  buffer.map((n) => `0x${n.toString(16)}`).join(", "), () => {
        const iovecs = Array.from({length: 10}, () => good);
        iovecs[index] = buffer;
        const {args} = callArgs(machine, entry, kList, iovecs);
        machine.assertFault(entry.name, ...args);
      });
    }
  }
  const edges = [[size, 0], [size - 1, 1], [0, 0], [0, size], [0, 1]];
  report.test(`${entry.name}: iovecs at the edges of memory`, () => {
    const seen = seenIovecs(machine, entry, kList, edges);
    assert.deepStrictEqual(seen.iovecs, translated(machine, edges));
  });
  report.test(`${entry.name}: list at the end of memory`, () => {
    const fresh = new Machine(module);
    const iovecs = [good, [1, 2], [3, 4]];
    const seen = seenIovecs(fresh, entry, size - 24, iovecs);
    assert.deepStrictEqual(seen.iovecs, translated(fresh, iovecs));
  });
  report.test(`${entry.name}: a buffer appears when memory has grown`, () => {
    const fresh = new Machine(module);
    const beyond = [[size, 100]];
    const {args} = callArgs(fresh, entry, kList, beyond);
    fresh.assertFault(entry.name, ...args);
    fresh.memory.grow(1);
    const seen = seenIovecs(fresh, entry, kList, beyond);
    assert.deepStrictEqual(seen.iovecs, translated(fresh, beyond));
  });
}

// Each iovec that could be read is valid, {0, 0}: only the length of the list
// itself can be what is wrong.
function testBadLists(report, module, entry) {
  const machine = new Machine(module);
  machine.bytes(machine.guestBase, machine.guestSize).fill(0);
  const size = machine.guestSize;
  const bad = [
    [0, size / 8 + 1], [8, size / 8], [0, 0x20000000], [0, 0x20000001],
    [64, 0x20000008], [0, 0x40000001], [0, 0x80000000], [0, 0xffffffff],
    [size - 8, 2], [size - 7, 1], [0xfffffff8, 1], [0xfffffff8, 2],
  ];
  for (const [list, count] of bad) {
    report.test(`${entry.name}: empty iovecs at 0x${list.toString(16)}, 0x` +
                count.toString(16), () => {
      const {args, p} = callArgs(machine, entry, kList, []);
      args[p.at] = list | 0;
      args[p.countAt] = count | 0;
      machine.assertFault(entry.name, ...args);
    });
  }
}

// The host may write over the guest's list while it works on the copy.
function testOverlap(report, module, entry) {
  report.test(`${entry.name}: a buffer covers the list`, () => {
    const machine = new Machine(module);
    const iovecs = [[kList, 64], [kList + 4, 8], [kList, 0x1000]];
    const {args, p} = callArgs(machine, entry, kList, iovecs);
    machine.reply = (_, host) => {
      machine.bytes(machine.guestBase + kList, 0x1000).fill(0xff);
      assert.deepStrictEqual(machine.iovecsAt(host[p.at], host[p.countAt]),
                             translated(machine, iovecs));
      return 0;
    };
    assert.strictEqual(machine.call(entry.name, ...args), 0);
  });
}

function run(report, module, entries) {
  const withIovecs = entries.filter(
      (e) => e.parameters.some((p) => p.kind === "iovecs"));
  report.test("functions with iovecs", () => assert.deepStrictEqual(
      withIovecs.map((e) => e.name).sort(),
      ["fd_pread", "fd_pwrite", "fd_read", "fd_write", "sock_recv",
       "sock_send"]));
  for (const entry of withIovecs) {
    testMany(report, module, entry);
    testRoom(report, module, entry);
    testReentrance(report, module, entry);
    testBadBuffers(report, module, entry);
    testBadLists(report, module, entry);
    testOverlap(report, module, entry);
  }
}

module.exports = {run};
