// caught.mjs BUNDLE: calls `run`, whose import `call` calls `spin` and catches
// the trap in which that ends. Prints how `run` ended and what it has counted.
import {readFileSync} from "node:fs";

const module = await WebAssembly.compile(readFileSync(process.argv[2]));
let caught = "spin did not trap";
const imports = {
  host: {
    call() {
      try {
        instance.exports.spin();
      } catch (error) {
        caught = error.message;
      }
    },
  },
};
const instance = await WebAssembly.instantiate(module, imports);
let ended;
try {
  ended = `returned ${instance.exports.run()}`;
} catch (error) {
  ended = error.message;
}
console.log(`${caught}; ${ended}; ${instance.exports["ireko.fuel"]()}`);
