// args_get and environ_get: the host writes addresses, of which the guest must
// see its own kind.
"use strict";

const assert = require("node:assert");
const {Machine, kFault} = require("./machine.js");

const kArray = 0x1000;
const kBuffer = 0x2000;
const kErrno = 29;

// A host that has `strings`, and answers `get` with `result`.
function serve(machine, strings, result = 0) {
  const bytes = Buffer.from(strings.map((s) => s + "\0").join(""));
  machine.reply = (name, [first, second]) => {
    if (name.endsWith("_sizes_get")) {
      for (const at of [first, second]) {
        assert.ok(machine.isHeld(at, 4), "sizes are for the VM only");
      }
      machine.store(first, strings.length);
      machine.store(second, bytes.length);
      return 0;
    }
    if (result === 0) {
      let at = second;
      strings.forEach((s, i) => {
        machine.store(first + 4 * i, at);
        at += Buffer.byteLength(s) + 1;
      });
      machine.bytes(second, bytes.length).set(bytes);
    }
    return result;
  };
  return bytes;
}

function guestStrings(machine, array, count) {
  return Array.from({length: count}, (_, i) => {
    const at = machine.load(machine.guestBase + array + 4 * i);
    assert.ok(at < machine.guestSize);
    const bytes = Buffer.from(machine.bytes(
        machine.guestBase + at, Math.min(100, machine.guestSize - at)));
    return bytes.toString("utf8", 0, bytes.indexOf(0));
  });
}

function testFunction(report, module, name) {
  const sizes = name.replace("_get", "_sizes_get");
  const lists = [[], ["app"], ["", "", ""], ["a.wasm", "--größe", "x=1 y"],
                 Array.from({length: 300}, (_, i) => `KEY${i}=${i * i}`)];
  for (const strings of lists) {
    for (const array of [kArray, kArray + 1]) {
      report.test(`${name}: ${strings.length} strings at ${array}`, () => {
        const machine = new Machine(module);
        const bytes = serve(machine, strings);
        const before = machine.snapshot();
        assert.strictEqual(machine.call(name, array, kBuffer), 0);
        assert.deepStrictEqual(machine.log.map((c) => c.name), [sizes, name]);
        assert.deepStrictEqual(
            machine.log[1].args,
            [machine.guestBase + array, machine.guestBase + kBuffer]);
        assert.deepStrictEqual(guestStrings(machine, array, strings.length),
                               strings);
        const inside = (start, end, address, length) =>
            start >= machine.guestBase + address &&
            end <= machine.guestBase + address + length;
        for (const [start, end] of machine.changes(before)) {
          assert.ok(inside(start, end, array, 4 * strings.length) ||
                    inside(start, end, kBuffer, bytes.length),
                    `${start} to ${end} changed`);
        }
      });
    }
  }
}

function testBad(report, module, name) {
  const strings = ["one", "two", "three"]; // 12 bytes of array, 14 of buffer
  const machine = new Machine(module);
  const size = machine.guestSize;
  const wrapped = (0 - machine.guestBase) >>> 0;
  serve(machine, strings);
  const bad = [
    [size - 11, 0], [size, 0], [0xffffffff, 0], [0xfffffff4, 0], [wrapped, 0],
    [(machine.state - machine.guestBase) >>> 0, 0],
    [0, size - 13], [0, size], [0, 0xffffffff], [0, 0xfffffff2], [0, wrapped],
    [0, (machine.state - machine.guestBase) >>> 0],
    [0xfffffff0, 0xfffffff0],
  ];
  for (const [array, buffer] of bad) {
    report.test(`${name}: 0x${array.toString(16)}, 0x${buffer.toString(16)}`,
                () => machine.assertFault(name, array | 0, buffer | 0));
  }
  for (const [array, buffer] of [[size - 12, 0], [16, size - 14]]) {
    report.test(`${name}: ends with memory at ${array}, ${buffer}`, () => {
      assert.strictEqual(machine.call(name, array, buffer), 0);
      assert.deepStrictEqual(guestStrings(machine, array, 3), strings);
    });
  }
  report.test(`${name}: a host with absurdly many strings`, () => {
    const fresh = new Machine(module);
    for (const [count, bytes] of [[0x40000000, 4], [0x40000001, 4],
                                  [0xffffffff, 4], [1, 0xffffffff]]) {
      fresh.reply = (called, [first, second]) => {
        assert.ok(called.endsWith("_sizes_get"));
        fresh.store(first, count);
        fresh.store(second, bytes);
        return 0;
      };
      fresh.assertFault(name, kArray, kBuffer);
    }
  });
  report.test(`${name}: memory has grown`, () => {
    const fresh = new Machine(module);
    serve(fresh, strings);
    fresh.assertFault(name, size, 0);
    fresh.memory.grow(1);
    assert.strictEqual(fresh.call(name, size, 0), 0);
    assert.deepStrictEqual(guestStrings(fresh, size, 3), strings);
  });
}

function testErrors(report, module, name) {
  report.test(`${name}: the host fails`, () => {
    const machine = new Machine(module);
    serve(machine, ["one"], kErrno);
    const before = machine.snapshot();
    assert.strictEqual(machine.call(name, kArray, kBuffer), kErrno);
    assert.deepStrictEqual(machine.changes(before), []);
  });
  report.test(`${name}: the host knows no sizes`, () => {
    const machine = new Machine(module);
    machine.reply = () => kErrno;
    const before = machine.snapshot();
    assert.strictEqual(machine.call(name, kArray, kBuffer), kErrno);
    assert.strictEqual(machine.log.length, 1);
    assert.deepStrictEqual(machine.changes(before), []);
  });
  // The host writes the strings first and the addresses over them, or the
  // other way round. What is no address stays as it is.
  for (const distance of [-6, -4, 0, 1, 4, 8, 11]) {
    report.test(`${name}: buffer ${distance} bytes behind the array`, () => {
      const strings = ["first", "second", "third"];
      const machine = new Machine(module);
      const buffer = kArray + distance;
      serve(machine, strings);
      const before = machine.snapshot();
      assert.strictEqual(machine.call(name, kArray, buffer), 0);
      for (const [start, end] of machine.changes(before)) {
        assert.ok(start >= machine.guestBase + kArray - 6 &&
                  end <= machine.guestBase + kArray + 32);
      }
      // serve() writes the strings last.
      let at = buffer;
      strings.forEach((s, i) => {
        const overwritten = kArray + 4 * i + 4 > buffer &&
            kArray + 4 * i < buffer + 19;
        if (!overwritten) {
          assert.strictEqual(
              machine.load(machine.guestBase + kArray + 4 * i), at);
        }
        at += s.length + 1;
      });
      assert.strictEqual(
          Buffer.from(machine.bytes(machine.guestBase + buffer, 19)).toString(),
          "first\0second\0third\0");
    });
  }
  report.test(`${name}: the host throws`, () => {
    const machine = new Machine(module);
    machine.reply = () => {
      throw new Error("host");
    };
    for (let i = 0; i < 1000; i++) {
      machine.setState({sp: machine.sp});
      const before = machine.snapshot();
      assert.throws(() => machine.call(name, kArray, kBuffer), /host/);
      machine.setState({sp: machine.sp});
      assert.deepStrictEqual(machine.changes(before), []);
    }
  });
  report.test(`${name}: no guest memory`, () => {
    const machine = new Machine(module, {guestPages: 0});
    serve(machine, ["one"]);
    machine.assertFault(name, 0, 0);
    serve(machine, []);
    assert.strictEqual(machine.call(name, 0, 0), 0);
    assert.strictEqual(machine.call(name, 1, 0), kFault);
  });
}

function run(report, module, entries) {
  const names = entries.filter((e) => e.parameters.some(
      (p) => p.kind === "strings")).map((e) => e.name);
  report.test("functions with strings", () => assert.deepStrictEqual(
      names, ["args_get", "environ_get"]));
  for (const name of names) {
    testFunction(report, module, name);
    testBad(report, module, name);
    testErrors(report, module, name);
  }
}

module.exports = {run};
