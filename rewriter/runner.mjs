// Runs a WASI command, or calls an export, on hosts that are JavaScript
// engines (Node, bun, deno). `ireko run` writes this file beside the module
// and starts it as
//
//   node runner.mjs OPTIONS MODULE ARGS...
//
// where OPTIONS is JSON: {"preopens": {GUEST: HOST}, "env": {NAME: VALUE},
// "invoke": null or {"name": EXPORT, "params": ["i32", ...],
// "results": ["f32", ...]}}.
//
// The exit code is the program's own; a trap ends with 134, as it does on
// Wasmtime's command line (128 + SIGABRT).

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { WASI } from 'node:wasi';

const kTrapExitCode = 134;
const [optionsText, modulePath, ...args] = process.argv.slice(2);
const options = JSON.parse(optionsText);

// Up to Node 20, V8's fast calls from Wasm into node:wasi can crash when the
// memory has grown.
if (process.versions.node.split('.')[0] < 22 && !process.versions.bun &&
    !process.versions.deno) {
  const v8 = await import('node:v8');
  v8.setFlagsFromString('--no-turbo-fast-api-calls');
}

function parseArgument(text, type) {
  const number = Number(text);
  const valid = {
    i32: () => Number.isInteger(number),
    i64: () => /^[+-]?\d+$/.test(text),
    f32: () => text !== '' && !(Number.isNaN(number) && text !== 'NaN'),
    f64: () => text !== '' && !(Number.isNaN(number) && text !== 'NaN'),
  }[type];
  if (!valid)
    throw new UsageError(`a parameter of type ${type} cannot be given`);
  if (!valid())
    throw new UsageError(`'${text}' is not a value of type ${type}`);
  return type === 'i64' ? BigInt(text) : number;
}

// Floats print as Wasmtime prints them: shortest digits, never an exponent.
function formatFloat(value, isSingle) {
  if (Number.isNaN(value))
    return 'NaN';
  if (!Number.isFinite(value))
    return value < 0 ? '-inf' : 'inf';
  let text = Object.is(value, -0) ? '-0' : String(value);
  for (let digits = 1; isSingle && digits <= 9; digits++) {
    if (Math.fround(Number(value.toPrecision(digits))) === value) {
      text = value === 0 ? text : String(Number(value.toPrecision(digits)));
      break;
    }
  }
  const [, sign, whole, fraction = '', exponent] =
      text.match(/^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/);
  if (!exponent)
    return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  return sign + (point > 0 ? digits.padEnd(point, '0')
                           : '0.' + '0'.repeat(-point) + digits);
}

function formatResult(value, type) {
  if (type === 'f32' || type === 'f64')
    return formatFloat(value, type === 'f32');
  return String(value);
}

class UsageError extends Error {}

function invoke(instance, wasi, { name, params, results }) {
  if (args.length !== params.length) {
    throw new UsageError(`export '${name}' takes ${params.length} arguments, ` +
                         `not ${args.length}`);
  }
  const values = args.map((text, i) => parseArgument(text, params[i]));
  const { memory, _initialize } = instance.exports;
  if (memory) {
    if (wasi.initialize) {
      // Without _start, with which Node refuses it.
      wasi.initialize({ exports: { memory, _initialize } });
    } else { // bun
      wasi.setMemory(memory);
      _initialize?.();
    }
  }
  const returned = instance.exports[name](...values);
  const list = results.length === 1 ? [returned] : [...returned ?? []];
  for (let i = 0; i < list.length; i++)
    console.log(formatResult(list[i], results[i]));
  return 0;
}

async function run() {
  const wasi = new WASI({
    version: 'preview1',
    args: [basename(modulePath), ...args],
    env: options.env,
    preopens: options.preopens,
    returnOnExit: true,
  });
  const module = new WebAssembly.Module(readFileSync(modulePath));
  // bun has no getImportObject.
  const instance = new WebAssembly.Instance(
      module, { wasi_snapshot_preview1: wasi.wasiImport });
  if (options.invoke)
    return invoke(instance, wasi, options.invoke);
  return wasi.start(instance);
}

try {
  process.exitCode = await run();
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`ireko: error: ${error.message}`);
    process.exitCode = 1;
  } else if (error instanceof WebAssembly.RuntimeError ||
             error instanceof RangeError) {
    console.error(`trap: ${error.message}`);
    process.exitCode = kTrapExitCode;
  } else if (error instanceof WebAssembly.CompileError ||
             error instanceof WebAssembly.LinkError) {
    console.error(`ireko: error: ${modulePath}: ${error.message}`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
