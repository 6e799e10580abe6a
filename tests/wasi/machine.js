// The runtime module by itself, in a memory as the rewriter would lay it out,
// with a host that only takes notes. Everything that no adapter may change is
// filled with a pattern and compared.
"use strict";

const assert = require("node:assert");

const kPage = 65536;
const kShadowStack = 8192;
// Scratch behind the guest stack (kStackReserve in vm/layout.h).
const kReserve = 8200;
const kFault = 21;
// VmState, in u32s (vm/layout.h).
const kState = {image: 0, stackBase: 1, stackEnd: 2, guestBase: 3, sp: 4,
                pc: 5, fp: 6, trap: 7};

class Machine {
  // options: stackBytes (of guest stack, a multiple of 8), stackUsed (of it,
  // below sp), guestPages, image (bytes).
  constructor(module, options = {}) {
    const {stackBytes = 4096, stackUsed = 1024, guestPages = 4,
           image = new Uint8Array(64)} = options;
    this.log = [];
    // Called with (name, args) for each host call; its result is the host's.
    this.reply = () => 0;
    const host = new Proxy({}, {
      get: (_, name) => (...args) => {
        args = args.map((a) => typeof a === "bigint" ? a : a >>> 0);
        this.log.push({name, args});
        return this.reply(name, args);
      },
    });
    const global = (value, mutable = false) =>
        new WebAssembly.Global({value: "i32", mutable}, value);
    const env = {
      memory: new WebAssembly.Memory({initial: 1}),
      __indirect_function_table:
          new WebAssembly.Table({initial: 0, element: "anyfunc"}),
      __stack_pointer: global(kShadowStack, true),
      __memory_base: global(kShadowStack),
      __table_base: global(0),
    };
    const instance = new WebAssembly.Instance(
        module, {wasi_snapshot_preview1: host, env});
    this.exports = instance.exports;
    this.memory = env.memory;
    this.state = kShadowStack + this.exports.ireko_vm.value;
    this.heapBase = kShadowStack + dataSize(module);
    this.image = align(this.heapBase, 64);
    this.stackBase = align(this.image + image.length, 64);
    this.stackEnd = this.stackBase + stackBytes;
    this.sp = this.stackBase + stackUsed;
    // A page of nothing in between, so that an access past the stack's end is
    // not one to the guest's memory.
    this.scratchEnd = this.stackEnd + kReserve;
    this.guestBase = align(this.scratchEnd, kPage) + kPage;
    const pages = this.guestBase / kPage + guestPages;
    this.memory.grow(pages - this.memory.buffer.byteLength / kPage);
    const bytes = new Uint8Array(this.memory.buffer);
    for (let i = this.heapBase; i < bytes.length; i++) {
      bytes[i] = pattern(i);
    }
    bytes.set(image, this.image);
    this.setState({image: this.image, stackBase: this.stackBase,
                   stackEnd: this.stackEnd, guestBase: this.guestBase,
                   sp: this.sp, pc: 0x1234, fp: this.stackBase, trap: 0});
  }

  setState(fields) {
    for (const [name, value] of Object.entries(fields)) {
      this.view().setUint32(this.state + 4 * kState[name], value, true);
    }
  }

  trap() {
    return this.load(this.state + 4 * kState.trap);
  }

  view() {
    return new DataView(this.memory.buffer);
  }

  get guestSize() {
    return this.memory.buffer.byteLength - this.guestBase;
  }

  // Linear addresses.
  load(address) {
    return this.view().getUint32(address, true);
  }
  store(address, value) {
    this.view().setUint32(address, value, true);
  }
  bytes(address, length) {
    return new Uint8Array(this.memory.buffer, address, length);
  }

  // Guest addresses.
  setBytes(address, values) {
    this.bytes(this.guestBase + address, values.length).set(values);
  }
  setIovecs(list, iovecs) {
    iovecs.forEach(([data, size], i) => {
      this.store(this.guestBase + list + 8 * i, data);
      this.store(this.guestBase + list + 8 * i + 4, size);
    });
  }
  // What the host was given, as linear addresses.
  iovecsAt(linear, count) {
    const result = [];
    for (let i = 0; i < count; i++) {
      result.push([this.load(linear + 8 * i), this.load(linear + 8 * i + 4)]);
    }
    return result;
  }

  call(name, ...args) {
    this.log = [];
    const result = this.exports[`ireko_wasi_${name}`](...args);
    return result === undefined ? result : result >>> 0;
  }

  isScratch(address, length) {
    return address >= this.sp && address + length <= this.scratchEnd;
  }

  // The same during a host call, when the host is to find it as it is: a call
  // of the guest would put its frame behind it.
  isHeld(address, length) {
    return this.isScratch(address, length) &&
        address + length <= this.load(this.state + 4 * kState.sp);
  }

  // Everything but scratch, to be compared afterwards.
  snapshot() {
    const whole = Buffer.from(this.memory.buffer);
    return {
      runtime: Buffer.from(whole.subarray(0, this.sp)),
      rest: Buffer.from(whole.subarray(this.scratchEnd, this.guestBase)),
      guest: Buffer.from(whole.subarray(this.guestBase)),
    };
  }

  // Changed linear addresses since `before`, as [start, end) in order; gaps of
  // less than 8 bytes are closed.
  changes(before) {
    const whole = Buffer.from(this.memory.buffer);
    const result = [];
    const compare = (old, start) => {
      const now = whole.subarray(start, start + old.length);
      if (old.equals(now)) {
        return;
      }
      for (let i = 0; i < old.length; i++) {
        if (old[i] !== now[i]) {
          const last = result.at(-1);
          if (last && start + i - last[1] < 8) {
            last[1] = start + i + 1;
          } else {
            result.push([start + i, start + i + 1]);
          }
        }
      }
    };
    compare(before.runtime, 0);
    compare(before.rest, this.scratchEnd);
    compare(before.guest, this.guestBase);
    return result;
  }

  // The call must fail with `fault`, unseen by the host and without a trace.
  // args_get and environ_get may ask for sizes before.
  assertFault(name, ...args) {
    const before = this.snapshot();
    assert.strictEqual(this.call(name, ...args), kFault);
    assert.deepStrictEqual(
        this.log.filter((c) => !c.name.endsWith("_sizes_get")), []);
    assert.deepStrictEqual(this.changes(before), []);
  }
}

// From the section for dynamic linking: type of the subsection, its size, then
// the data's size as LEB128.
function dataSize(module) {
  const [section] = WebAssembly.Module.customSections(module, "dylink.0");
  const bytes = new Uint8Array(section).subarray(2);
  let size = 0;
  for (let i = 0, more = true; more; i++) {
    size |= (bytes[i] & 0x7f) << 7 * i;
    more = bytes[i] >= 0x80;
  }
  return size;
}

function align(n, to) {
  return Math.ceil(n / to) * to;
}

function pattern(i) {
  return (i * 31 + (i >>> 8) * 7 + 0x5a) & 0xff;
}

module.exports = {Machine, kPage, kFault, kReserve, kShadowStack, align};
