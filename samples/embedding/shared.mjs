// Embeds shared.wat: memory, table and global belong to the embedder and are
// used from both sides. node shared.mjs shared.wasm, or a bundle of it that was
// packed with --layout=separate.

import fs from "node:fs";

// A function of the embedder's that a table can hold comes from a module too.
const kMaximum = new Uint8Array([
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f,
  3, 2, 1, 0,
  7, 7, 1, 3, 0x6d, 0x61, 0x78, 0, 0,
  10, 14, 1, 12, 0,
  0x20, 0, 0x20, 1, 0x20, 0, 0x20, 1, 0x4a, 0x1b, 0x0b,
]);

const memory = new WebAssembly.Memory({initial: 1, maximum: 4});
const operators = new WebAssembly.Table(
    {element: "anyfunc", initial: 2, maximum: 8});
const calls = new WebAssembly.Global({value: "i32", mutable: true}, 100);
const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
const {exports} =
    new WebAssembly.Instance(module, {env: {memory, operators, calls}});

const {max} = new WebAssembly.Instance(
    new WebAssembly.Module(kMaximum)).exports;
operators.set(0, max);
console.log("the app's data:", ...new Uint32Array(memory.buffer, 64, 3));
console.log("its operator, called here:", operators.get(1)(50, 8));
console.log("by the app:", exports.fold(64, 3, 1));
new Uint32Array(memory.buffer, 128, 4).set([5, 99, 7, 12]);
console.log("our data and operator:", exports.fold(128, 4, 0));
console.log("calls:", calls.value);
calls.value = 0;
exports.fold(0, 0, 0);
console.log("calls, set back:", calls.value);
console.log("grown from pages:", exports.more(), memory.buffer.byteLength);
console.log("and here:", memory.grow(1), exports.more(), exports.more());
