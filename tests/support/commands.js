// Runs the commands of command.py, plain or by the generic VM, once for each
// number that the selector is to have, and prints a JSON line for each run.
// Usage: node commands.js PLAN
"use strict";

const fs = require("fs");
const crypto = require("crypto");
const {bundleInfo, TrapWord} = require("./bundle.js");

const plan = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const kSuccess = 0, kBadDescriptor = 8, kNotSupported = 52;
const kFolder = 3, kFile = 4;
const kArguments = ["vm.wasm\0", "app.irk\0"];
const kMarkBytes = 8;

class Exit extends Error {}

// As much of WASI as the VM needs to find its program. `loaded` is called when
// it has read all of it.
class Host {
  constructor(file, loaded) {
    this.file = file;
    this.at = 0;
    this.loaded = loaded;
    this.errors = "";
    this.imports = new Proxy({}, {
      get: (_, name) => (...args) => this[name] ?
          this[name](new DataView(this.memory.buffer), ...args) : kNotSupported,
    });
  }
  args_sizes_get(view, count, bytes) {
    view.setUint32(count, kArguments.length, true);
    view.setUint32(bytes, kArguments.join("").length, true);
    return kSuccess;
  }
  args_get(view, argv, buffer) {
    kArguments.forEach((text, i) => {
      view.setUint32(argv + 4 * i, buffer, true);
      new Uint8Array(view.buffer).set(Buffer.from(text), buffer);
      buffer += text.length;
    });
    return kSuccess;
  }
  fd_prestat_get(view, fd, prestat) {
    if (fd !== kFolder) {
      return kBadDescriptor;
    }
    view.setUint32(prestat, 0, true);
    view.setUint32(prestat + 4, 1, true);
    return kSuccess;
  }
  fd_prestat_dir_name(view, fd, name) {
    view.setUint8(name, ".".charCodeAt(0));
    return kSuccess;
  }
  path_open(view, ...args) {
    view.setUint32(args.at(-1), kFile, true);
    return kSuccess;
  }
  // Calls move(buffer) for each one, which returns how many bytes it moved.
  forEachBuffer(view, iovecs, count, result, move) {
    let bytes = 0;
    for (let i = 0; i < count; ++i) {
      const at = view.getUint32(iovecs + 8 * i, true);
      const size = view.getUint32(iovecs + 8 * i + 4, true);
      bytes += move(Buffer.from(view.buffer, at, size));
    }
    view.setUint32(result, bytes, true);
    return kSuccess;
  }
  fd_read(view, fd, iovecs, count, got) {
    return this.forEachBuffer(view, iovecs, count, got, (buffer) => {
      const part = this.file.subarray(this.at, this.at + buffer.length);
      buffer.set(part);
      this.at += part.length;
      return part.length;
    });
  }
  fd_close() {
    this.loaded(this.memory.buffer);
    return kSuccess;
  }
  fd_write(view, fd, iovecs, count, written) {
    return this.forEachBuffer(view, iovecs, count, written, (buffer) => {
      this.errors += buffer.toString("latin1");
      return buffer.length;
    });
  }
  proc_exit(view, code) {
    throw new Exit(`exit code ${code}: ${this.errors}`);
  }
}

const digest = (buffer, base) => {
  const bytes = new Uint8Array(buffer, base);
  const hash = crypto.createHash("md5").update(bytes).digest("hex");
  return `${bytes.length / 65536} pages, ${hash}`;
};
const hex = (value) => BigInt.asUintN(64, value).toString(16);

const modules = new Map();
function moduleOf(path) {
  if (!modules.has(path)) {
    modules.set(path, new WebAssembly.Module(fs.readFileSync(path)));
  }
  return modules.get(path);
}

function runPlain({wasm, names}, selected) {
  let exports = null;
  const outcome = outcomeOf(() => {
    const stub = new Proxy({}, {
      get: () => () => { throw new WebAssembly.RuntimeError("unreachable"); }});
    const imports = new Proxy({}, {get: () => stub});
    exports = new WebAssembly.Instance(moduleOf(wasm), imports).exports;
    if (selected !== null) {
      exports[plan.selector].value = BigInt(selected);
    }
    exports._start();
  }, () => 0);
  if (exports) {
    outcome.globals = names.map((name) => hex(exports[name].value));
    const memory = exports[plan.memoryExport];
    outcome.memory = memory ? digest(memory.buffer, 0) : null;
  }
  return outcome;
}

let globalsBase = 0; // in the VM's memory

function runProgram({irk, places}, selected) {
  const module = moduleOf(plan.vm);
  const info = bundleInfo(module);
  const file = fs.readFileSync(irk);
  const host = new Host(file, (buffer) => {
    if (!globalsBase) {
      const mark = Buffer.alloc(kMarkBytes);
      mark.writeBigUInt64LE(BigInt(plan.mark));
      globalsBase = Buffer.from(buffer).indexOf(mark) - places[0];
    }
    if (selected !== null) {
      new DataView(buffer).setBigInt64(globalsBase + places[0],
                                       BigInt(selected), true);
    }
  });
  const {exports} = new WebAssembly.Instance(
      module, {wasi_snapshot_preview1: host.imports});
  host.memory = exports.memory;
  const trapWord = new TrapWord(info, host.memory);
  const outcome = outcomeOf(() => exports._start(), () => trapWord.read());
  outcome.errors = host.errors;
  if (globalsBase) {
    const view = new DataView(host.memory.buffer);
    outcome.globals = places.map(
        (place) => hex(view.getBigUint64(globalsBase + place, true)));
  }
  outcome.memory = digest(host.memory.buffer, info.guestBase);
  return outcome;
}

function outcomeOf(action, trapNumber) {
  try {
    action();
    return {ended: true};
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError ||
        error instanceof RangeError) {
      return {trap: error.message, vm: trapNumber()};
    }
    return {error: String(error)};
  }
}

for (const program of plan.programs) {
  for (const selected of program.selections) {
    const outcome = (program.irk ? runProgram : runPlain)(program, selected);
    fs.writeSync(1, JSON.stringify({id: program.id, selected, ...outcome}) +
                 "\n");
  }
}
