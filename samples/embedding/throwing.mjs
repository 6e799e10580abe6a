// Embeds throwing.wat: an exception of the embedder's crosses the app, again
// and again, and leaves it usable. node throwing.mjs throwing.wasm, or a bundle
// of it; with --host-features=default,exceptions no frame is left behind.

import fs from "node:fs";

class Refused extends Error {}

let isBusy = true;
const ask = () => {
  if (isBusy) {
    throw new Refused("not now");
  }
  return 40;
};
const module = new WebAssembly.Module(fs.readFileSync(process.argv[2]));
const {exports} = new WebAssembly.Instance(module, {env: {ask}});

let refused = 0;
for (let i = 0; i < 20000; i++) {
  try {
    exports.deep(100);
  } catch (error) {
    refused += error instanceof Refused;
  }
}
isBusy = false;
console.log("refused:", refused, "then:", exports.deep(2));
