// Pieces of binary WebAssembly modules, for the small modules by which the tests
// exchange values with the programs under test.
//
// Values pass through the small module's own memory, one cell of 16 bytes each,
// and are exchanged as hexadecimal strings, most significant digit first.
// References can not; "null", "func" and "extern:N" describe them.
"use strict";

const kTypeByte = {
  i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b,
  funcref: 0x70, externref: 0x6f,
};
const kLoad = {
  i32: [0x28, 2, 0], i64: [0x29, 3, 0], f32: [0x2a, 2, 0], f64: [0x2b, 3, 0],
  v128: [0xfd, 0, 4, 0],
};
const kStore = {
  i32: [0x36, 2, 0], i64: [0x37, 3, 0], f32: [0x38, 2, 0], f64: [0x39, 3, 0],
  v128: [0xfd, 11, 4, 0],
};
const kBytes = {i32: 4, i64: 8, f32: 4, f64: 8, v128: 16};
const kCellBytes = 16;

const isRef = (type) => type.endsWith("ref");

function leb(value) {
  const out = [];
  do {
    const b = value & 0x7f;
    value >>>= 7;
    out.push(value ? b | 0x80 : b);
  } while (value);
  return out;
}

function signedLeb(value) {
  const out = [];
  for (;;) {
    const b = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(b & 0x40)) || (value === -1 && b & 0x40)) {
      out.push(b);
      return out;
    }
    out.push(b | 0x80);
  }
}

const vector = (items) => [...leb(items.length), ...items.flat()];
const text = (s) => vector([...Buffer.from(s)]);
const section = (id, body) => [id, ...leb(body.length), ...body];
const constant = (value) => [0x41, ...signedLeb(value)];
const funcType = (params, results) => [
  0x60, ...vector(params.map((t) => kTypeByte[t])),
  ...vector(results.map((t) => kTypeByte[t])),
];

// types: function types; imported: the one import t.f (kind and type);
// body: of the only function, of type 0.
function assemble(types, imported, locals, body) {
  const code = [...vector(locals.map((t) => [1, kTypeByte[t]])), ...body, 0x0b];
  const pages = 1;
  return new WebAssembly.Module(new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, vector(types)),
    ...section(2, vector([[...text("t"), ...text("f"), ...imported]])),
    ...section(3, vector([[0]])),
    ...section(5, vector([[0, pages]])),
    ...section(7, vector([
      [...text("call"), 0, imported[0] === 0 ? 1 : 0],
      [...text("memory"), 2, 0],
    ])),
    ...section(10, vector([[...leb(code.length), ...code]])),
  ]));
}

function writeBits(view, at, type, hex) {
  for (let i = 0; i < kBytes[type]; ++i) {
    const end = hex.length - 2 * i;
    view[at + i] = parseInt(hex.slice(end - 2, end), 16);
  }
}

function readBits(view, at, type) {
  return Buffer.from(view.slice(at, at + kBytes[type])).reverse()
      .toString("hex");
}

// A number stands for the host's reference to itself.
function describeRef(ref) {
  if (ref === null) {
    return "null";
  }
  return typeof ref === "function" ? "func" : `extern:${String(ref)}`;
}

// What a JavaScript call takes and gives for several results.
const asArray = (value, count) =>
    count === 0 ? [] : count === 1 ? [value] : value;
const asReturned = (values) => values.length < 2 ? values[0] : values;

const loadCell = (type, i) => [...constant(i * kCellBytes), ...kLoad[type]];

const modules = new Map();

// Makes each module once, whatever the count of instances.
function cached(key, make) {
  if (!modules.has(key)) {
    modules.set(key, make());
  }
  return modules.get(key);
}

module.exports = {
  asArray, asReturned, assemble, cached, constant, describeRef, funcType, isRef,
  kBytes, kCellBytes, kStore, kTypeByte, leb, loadCell, readBits, section, text,
  vector, writeBits,
};
