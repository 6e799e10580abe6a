// A host of WASI 0.1 that is a model: it does something with every byte that
// it is told to read or write, by signature alone, always the same for the same
// input. It serves a plain module and its bundle, and takes down what it was
// told in addresses of the guest.
"use strict";

const {kFault} = require("./machine.js");

// Buffers into which the host writes; all others it reads.
const kWritten = {
  fd_prestat_dir_name: ["path"],
  fd_readdir: ["buf"],
  path_readlink: ["buf"],
  random_get: ["buf"],
};
const kReads = ["fd_pread", "fd_read", "sock_recv"];

class ModelHost {
  // options: base (linear address of guest address 0), strings (what argv and
  // environ hold), errno (of all functions), share (of the buffers' bytes that
  // a call handles), resultsFirst.
  constructor(entries, options) {
    this.options = {strings: ["first", "", "third=3"], errno: 0, share: 1,
                    resultsFirst: false, ...options};
    this.log = [];
    this.imports = {};
    for (const entry of entries) {
      this.imports[entry.name] = (...args) => this.serve(entry, args);
    }
  }

  // A plain module's host answers bad pointers with `fault`. The bundle's host
  // never sees one, except that the VM asks for sizes into its own memory.
  serve(entry, args) {
    const memory = this.memory;
    const base = this.options.base;
    const size = memory ? memory.buffer.byteLength : base;
    const view = memory && new DataView(memory.buffer);
    const bytes = memory && new Uint8Array(memory.buffer);
    const isSizes = entry.name.endsWith("_sizes_get");
    const forVm = isSizes && base && args[0] >>> 0 < base;
    const seen = [];
    const inputs = [];
    const outputs = [];
    let bad = false;
    const check = (address, length, what) => {
      address >>>= 0;
      if (forVm) {
        return;
      }
      if (address < base || address + length > size) {
        bad = true;
      }
      seen.push(address - base, length);
      what.push([address, length]);
    };
    let at = 0;
    const counts = {};
    entry.parameters.forEach((p) => {
      if (p.kind === "i32" || p.kind === "i64") {
        counts[p.name] = args[at];
        seen.push(args[at]);
      }
      at += p.kind === "buffer" || p.kind === "iovecs" ? 2 : 1;
    });
    at = 0;
    const results = [];
    let strings;
    for (const p of entry.parameters) {
      const first = args[at++];
      if (p.kind === "buffer") {
        const isOut = (kWritten[entry.name] || []).includes(p.name);
        check(first, args[at++] >>> 0, isOut ? outputs : inputs);
      } else if (p.kind === "out") {
        check(first, p.size, results);
      } else if (p.kind === "items") {
        check(first, (counts[p.count] >>> 0) * p.size,
              p.name === "in" ? inputs : outputs);
      } else if (p.kind === "strings") {
        strings = strings || args;
      } else if (p.kind === "iovecs") {
        const count = args[at++] >>> 0;
        const list = first >>> 0;
        seen.push(count);
        // The bundle's list lies in the VM's memory.
        if (!base) {
          bad = bad || list + 8 * count > size;
        }
        for (let i = 0; i < count && !bad; i++) {
          check(view.getUint32(list + 8 * i, true),
                view.getUint32(list + 8 * i + 4, true),
                kReads.includes(entry.name) ? outputs : inputs);
        }
      }
    }
    if (strings) {
      return this.serveStrings(entry, strings, seen);
    }
    if (bad) {
      if (base) {
        throw new Error(`${entry.name}: the host was given ${args}`);
      }
      return kFault;
    }
    if (forVm) {
      return this.writeSizes(view, args);
    }
    const hash = inputs.map(([a, n]) => n && fnv(bytes.subarray(a, a + n)));
    this.log.push([entry.name, seen.join(), hash.join()].join(" "));
    return this.write(entry, {inputs, outputs, results, bytes, view, args});
  }

  write(entry, {inputs, outputs, results, bytes, view, args}) {
    const total = [...inputs, ...outputs].reduce((sum, [, n]) => sum + n, 0);
    let rest = Math.ceil(total * this.options.share);
    const handled = rest;
    const writeOutputs = () => {
      outputs.forEach(([a, n], i) => {
        const part = Math.min(n, rest);
        rest -= part;
        for (let j = 0; j < part; j++) {
          bytes[a + j] = 0x41 + (i * 7 + j) % 57;
        }
      });
    };
    const writeResults = () => {
      results.forEach(([a, n], i) => {
        for (let j = 0; j < n; j++) {
          bytes[a + j] = (handled + i) >>> (8 * (j % 4));
        }
      });
    };
    if (!bytes) {
      return this.options.errno;
    }
    if (entry.name.endsWith("_sizes_get")) {
      this.writeSizes(view, args);
    } else if (this.options.resultsFirst) {
      writeResults();
      writeOutputs();
    } else {
      writeOutputs();
      writeResults();
    }
    return this.options.errno;
  }

  writeSizes(view, args) {
    const {strings} = this.options;
    const sizes = [strings.length,
                   strings.reduce((sum, s) => sum + s.length + 1, 0)];
    if (view) {
      sizes.forEach((n, i) => view.setUint32(args[i] >>> 0, n, true));
    }
    return 0;
  }

  // args_get and environ_get: strings first, the addresses over them.
  serveStrings(entry, args, seen) {
    const {base, strings, errno} = this.options;
    const size = this.memory ? this.memory.buffer.byteLength : base;
    const [array, buffer] = args.map((a) => a >>> 0);
    const text = Buffer.from(strings.map((s) => s + "\0").join(""));
    if ([[array, 4 * strings.length], [buffer, text.length]].some(
        ([a, n]) => a < base || a + n > size)) {
      if (base) {
        throw new Error(`${entry.name}: the host was given ${args}`);
      }
      return kFault;
    }
    this.log.push([entry.name, array - base, buffer - base].join(" "));
    if (errno) {
      return errno;
    }
    if (text.length) {
      new Uint8Array(this.memory.buffer).set(text, buffer);
    }
    let at = buffer;
    strings.forEach((s, i) => {
      new DataView(this.memory.buffer).setUint32(array + 4 * i, at, true);
      at += s.length + 1;
    });
    return 0;
  }
}

function fnv(bytes) {
  let hash = 0x811c9dc5;
  for (const b of bytes) {
    hash = Math.imul(hash ^ b, 0x01000193) >>> 0;
  }
  return hash;
}

module.exports = {ModelHost};
