// Host functions and globals for the programs under test, with all values bit
// exact: a small module in between puts the arguments into its memory, calls
// JavaScript, and takes the results from there.
"use strict";

const {
  asReturned, assemble, cached, constant, describeRef, funcType, isRef,
  kCellBytes, kStore, kTypeByte, leb, loadCell, readBits, section, text, vector,
  writeBits,
} = require("./assembler.js");

function hostModule(params, results) {
  return cached(`host ${params}|${results}`, () => {
    const refParams = params.filter(isRef);
    const refResults = results.filter(isRef);
    const body = [];
    params.forEach((type, i) => {
      if (!isRef(type)) {
        body.push(...constant(i * kCellBytes), 0x20, ...leb(i),
                  ...kStore[type]);
      }
    });
    params.forEach((type, i) => {
      if (isRef(type)) {
        body.push(0x20, ...leb(i));
      }
    });
    body.push(0x10, 0);
    const local = (i) => leb(params.length + i);
    for (let i = refResults.length - 1; i >= 0; --i) {
      body.push(0x21, ...local(i));
    }
    let nextRef = 0;
    body.push(...results.flatMap(
        (type, i) =>
            isRef(type) ? [0x20, ...local(nextRef++)] : loadCell(type, i)));
    const types = [funcType(params, results), funcType(refParams, refResults)];
    return assemble(types, [0, 1], refResults, body);
  });
}

// answer(args) -> results; numbers as hexadecimal bits, references as
// described by "null" or "extern:N".
function hostFunction(params, results, answer) {
  let view = null;
  const hook = (...refs) => {
    let nextRef = 0;
    const args = params.map((type, i) => isRef(type) ?
        describeRef(refs[nextRef++]) :
        readBits(view, i * kCellBytes, type));
    const returned = [];
    answer(args).forEach((value, i) => {
      if (isRef(results[i])) {
        returned.push(toRef(value));
      } else {
        writeBits(view, i * kCellBytes, results[i], value);
      }
    });
    return asReturned(returned);
  };
  const instance =
      new WebAssembly.Instance(hostModule(params, results), {t: {f: hook}});
  view = new Uint8Array(instance.exports.memory.buffer);
  return instance.exports.call;
}

function toRef(described) {
  return described === "null" ? null :
      Number(described.slice("extern:".length));
}

const kConstantPrefix = {
  f32: [0x43], f64: [0x44], v128: [0xfd, 12], i32: [0x41], i64: [0x42],
};

function signedLebOf(big, bits) {
  let value = BigInt.asIntN(bits, big);
  const out = [];
  for (;;) {
    const b = Number(value & 0x7fn);
    value >>= 7n;
    if ((value === 0n && !(b & 0x40)) || (value === -1n && b & 0x40)) {
      return [...out, b];
    }
    out.push(b | 0x80);
  }
}

function initializer(type, hex) {
  if (type === "i32" || type === "i64") {
    return signedLebOf(BigInt("0x" + hex), Number(type.slice(1)));
  }
  return [...Buffer.from(hex, "hex")].reverse();
}

// A global that a module can import, with the given bits.
function hostGlobal(type, mutable, hex) {
  const init = [...kConstantPrefix[type], ...initializer(type, hex), 0x0b];
  const module = new WebAssembly.Module(new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(6, vector([[kTypeByte[type], mutable ? 1 : 0, ...init]])),
    ...section(7, vector([[...text("g"), 3, 0]])),
  ]));
  return new WebAssembly.Instance(module).exports.g;
}

module.exports = {hostFunction, hostGlobal, toRef};
