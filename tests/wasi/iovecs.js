// Lists of buffers: checked and copied one by one, into whatever room there is.
"use strict";

const assert = require("node:assert");
const {Machine} = require("./machine.js");
const {validCall} = require("./calls.js");

const kList = 0x2000;
const kSpareBytes = 16;

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

// With less room than iovecs the host gets the first ones, at least one.
function testRoom(report, module, entry) {
  for (const room of [0, 8, 16, 24, 32, 80, 800]) {
    for (const misalignment of [0, 1, 2, 3]) {
      report.test(`${entry.name}: ${room} bytes of scratch, list at ` +
                  `${misalignment} modulo 4`, () => {
        const machine = new Machine(
            module, {stackBytes: 1024, stackUsed: 1024 - room});
        const iovecs = many(200);
        const list = kList + misalignment;
        const seen = seenIovecs(machine, entry, list, iovecs);
        const count = seen.iovecs.length;
        assert.ok(count >= Math.max(1, room / 8 - 1), `${count} of them`);
        assert.deepStrictEqual(seen.iovecs,
                               translated(machine, iovecs.slice(0, count)));
        assert.strictEqual(seen.list % 4, misalignment);
        if (room < kSpareBytes) {
          assert.ok(seen.list + 8 * count <= machine.heapBase);
          for (const [start, end] of seen.changes) {
            assert.ok(start >= seen.list && end <= seen.list + 8 * count);
          }
          const stateEnd = machine.state + 32;
          assert.ok(seen.list >= stateEnd ||
                    seen.list + 8 * count <= machine.state, "not VM state");
        } else {
          assert.ok(machine.isScratch(seen.list, 8 * count));
          assert.deepStrictEqual(seen.changes, []);
        }
      });
    }
  }
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
    testBadBuffers(report, module, entry);
    testBadLists(report, module, entry);
    testOverlap(report, module, entry);
  }
}

module.exports = {run};
