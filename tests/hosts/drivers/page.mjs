// Runs the program that the server of drivers/chromium.py offers, shows what it
// prints, and sends everything back; then the next one. WASI is a library's, in which files are in
// the memory of the page.

import {
  ConsoleStdout, Directory, File, OpenFile, PreopenDirectory, WASI,
} from './shim/index.js';

const kTrapExitCode = 134;

const encode = (bytes) => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(text);
};
const decode = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// Collects what a program writes, and shows it.
class Output {
  constructor(id) {
    this.element = document.getElementById(id);
    this.decoder = new TextDecoder();
    this.chunks = [];
  }
  fd() {
    return new ConsoleStdout((bytes) => {
      this.chunks.push(bytes.slice());
      this.element.append(this.decoder.decode(bytes, { stream: true }));
    });
  }
  print(line) {
    this.fd().write(new TextEncoder().encode(line + '\n'));
  }
  bytes() {
    return new Uint8Array(this.chunks.flatMap((chunk) => [...chunk]));
  }
}

// {"a": "...", "b/c": "..."} to the nested maps of the library, and back.
function toTree(files) {
  const tree = new Map();
  for (const [path, content] of Object.entries(files)) {
    const parts = path.split('/');
    const name = parts.pop();
    let folder = tree;
    for (const part of parts) {
      if (!folder.has(part))
        folder.set(part, new Directory(new Map()));
      folder = folder.get(part).contents;
    }
    folder.set(name, new File(decode(content)));
  }
  return tree;
}

function fromTree(tree, prefix, files) {
  for (const [name, entry] of tree) {
    if (entry instanceof Directory)
      fromTree(entry.contents, `${prefix}${name}/`, files);
    else
      files[prefix + name] = encode(entry.data);
  }
}

function parseArgument(text, value) {
  return /^-?\d+$/.test(text) && value === 'i64' ? BigInt(text) : Number(text);
}

function call(instance, wasi, { name, params }, args) {
  if (instance.exports._initialize)
    wasi.initialize(instance);
  const values = args.map((text, i) => parseArgument(text, params[i]));
  const result = instance.exports[name](...values);
  return Array.isArray(result) ? result : result === undefined ? [] : [result];
}

async function run(job, output, errors) {
  const folders = Object.entries(job.folders).map(
      ([name, files]) => new PreopenDirectory(name, toTree(files)));
  const wasi = new WASI(
      [job.name, ...job.args],
      Object.entries(job.variables).map(([name, value]) => `${name}=${value}`),
      [new OpenFile(new File(decode(job.stdin))), output.fd(), errors.fd(),
       ...folders]);
  let code = 0;
  try {
    const { instance } = await WebAssembly.instantiateStreaming(
        fetch('module.wasm'), { wasi_snapshot_preview1: wasi.wasiImport });
    if (job.call)
      call(instance, wasi, job.call, job.args).forEach(
          (value) => output.print(String(value)));
    else
      code = wasi.start(instance);
  } catch (error) {
    const isTrap = error instanceof WebAssembly.RuntimeError ||
                   error instanceof RangeError;
    errors.print(`${isTrap ? 'trap' : 'page'}: ${error}`);
    code = isTrap ? kTrapExitCode : 1;
  }
  const files = {};
  for (const folder of folders) {
    files[folder.prestat_name] = {};
    fromTree(folder.dir.contents, '', files[folder.prestat_name]);
  }
  return { code, files };
}

const job = await (await fetch('job.json')).json();
document.getElementById('title').textContent = job.name;
const output = new Output('output');
const errors = new Output('errors');
const { code, files } = await run(job, output, errors);
document.getElementById('ending').textContent = `Exit code ${code}`;
await fetch('result', {
  method: 'POST',
  body: JSON.stringify({
    code, files, stdout: encode(output.bytes()), stderr: encode(errors.bytes()),
  }),
});
if (job.again)
  location.reload();
