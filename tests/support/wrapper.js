// Calls WebAssembly functions and reads globals without ever turning a number
// into a JavaScript value: f32, f64 (NaN payloads) and v128 would not survive.
//
// For each function type a small module is made that imports the function,
// loads its numeric arguments from a memory of its own, and stores the results
// there. References are passed directly, as parameters and results.
//
// Bits are exchanged as hexadecimal strings, most significant digit first.
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

const modules = new Map();

function functionModule(params, results) {
  const key = `${params}|${results}`;
  if (!modules.has(key)) {
    const refParams = params.filter(isRef);
    const refResults = results.filter(isRef);
    const body = [];
    let nextRef = 0;
    params.forEach((type, i) => {
      if (isRef(type)) {
        body.push(0x20, ...leb(nextRef++));
      } else {
        body.push(...constant(i * kCellBytes), ...kLoad[type]);
      }
    });
    body.push(0x10, 0);
    // Results leave the stack last first, through one local each.
    const local = (i) => leb(refParams.length + i);
    for (let i = results.length - 1; i >= 0; --i) {
      body.push(0x21, ...local(i));
    }
    results.forEach((type, i) => {
      if (!isRef(type)) {
        body.push(...constant(i * kCellBytes), 0x20, ...local(i),
                  ...kStore[type]);
      }
    });
    results.forEach((type, i) => {
      if (isRef(type)) {
        body.push(0x20, ...local(i));
      }
    });
    const types = [funcType(refParams, refResults), funcType(params, results)];
    modules.set(key, assemble(types, [0, 1], results, body));
  }
  return modules.get(key);
}

function globalModule(type, mutable) {
  const key = `global ${type} ${mutable}`;
  if (!modules.has(key)) {
    const types = [funcType([], isRef(type) ? [type] : [])];
    const get = [0x23, 0];
    const body =
        isRef(type) ? get : [...constant(0), ...get, ...kStore[type]];
    modules.set(key, assemble(types, [3, kTypeByte[type], mutable ? 1 : 0], [],
                              body));
  }
  return modules.get(key);
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

const asArray = (value, count) =>
    count === 0 ? [] : count === 1 ? [value] : value;

class Wrapper {
  constructor(module, imported, types) {
    const instance = new WebAssembly.Instance(module, {t: {f: imported}});
    this.invoke = instance.exports.call;
    this.view = new Uint8Array(instance.exports.memory.buffer);
    this.params = types.params;
    this.results = types.results;
    this.refCount = types.results.filter(isRef).length;
  }

  // args: hexadecimal bits, or for a reference the reference itself.
  call(args) {
    const refs = [];
    this.params.forEach((type, i) => {
      if (isRef(type)) {
        refs.push(args[i]);
      } else {
        writeBits(this.view, i * kCellBytes, type, args[i]);
      }
    });
    const returned = asArray(this.invoke(...refs), this.refCount);
    let nextRef = 0;
    return this.results.map((type, i) => isRef(type) ?
        describeRef(returned[nextRef++]) :
        readBits(this.view, i * kCellBytes, type));
  }
}

function wrapFunction(func, params, results) {
  return new Wrapper(functionModule(params, results), func, {params, results});
}

function readGlobal(global, type, mutable) {
  const types = {params: [], results: [type]};
  return new Wrapper(globalModule(type, mutable), global, types).call([])[0];
}

module.exports = {wrapFunction, readGlobal};
