// Calls WebAssembly functions and reads globals without ever turning a number
// into a JavaScript value: f32, f64 (NaN payloads) and v128 would not survive.
//
// For each function type a small module is made that imports the function,
// loads its numeric arguments from a memory of its own, and stores the results
// there. References are passed directly, as parameters and results.
"use strict";

const {
  asArray, assemble, cached, constant, describeRef, funcType, isRef, kCellBytes,
  kStore, kTypeByte, leb, loadCell, readBits, writeBits,
} = require("./assembler.js");

function functionModule(params, results) {
  return cached(`call ${params}|${results}`, () => {
    const refParams = params.filter(isRef);
    const refResults = results.filter(isRef);
    let nextRef = 0;
    const body = params.flatMap(
        (type, i) =>
            isRef(type) ? [0x20, ...leb(nextRef++)] : loadCell(type, i));
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
    return assemble(types, [0, 1], results, body);
  });
}

function globalModule(type, mutable) {
  return cached(`get ${type} ${mutable}`, () => {
    const types = [funcType([], isRef(type) ? [type] : [])];
    const get = [0x23, 0];
    const body = isRef(type) ? get : [...constant(0), ...get, ...kStore[type]];
    return assemble(types, [3, kTypeByte[type], mutable ? 1 : 0], [], body);
  });
}

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
