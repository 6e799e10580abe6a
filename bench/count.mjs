// Runs a command that counts into its export "dispatched" (dispatches.py), and
// writes the count to a file:
//
//   node count.mjs RESULT FOLDERS MODULE ARG...
//
// FOLDERS are those that it may use, as a JSON array.

import {readFileSync, writeFileSync} from 'node:fs';
import {WASI} from 'node:wasi';

const [result, folders, path, ...args] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: [path, ...args],
  preopens: Object.fromEntries(JSON.parse(folders).map(name => [name, name])),
  returnOnExit: true,
});
const {instance} = await WebAssembly.instantiate(readFileSync(path),
                                                 wasi.getImportObject());
process.exitCode = wasi.start(instance);
writeFileSync(result, `${instance.exports.dispatched.value}\n`);
