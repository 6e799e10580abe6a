// What words.mjs and base.mjs do with the app; they differ in how they find its
// address 0 in the memory that it exports.

import {Bridge} from "./bridge.mjs";

export function converse(module, baseOf) {
  let bridge = null;
  const env = {
    translate: (text, size, out, room) =>
        bridge.write(bridge.text(text, size).toUpperCase() + " ✓", out, room),
    show: (text, size) => console.log("the app says:", bridge.text(text, size)),
  };
  const {exports} = new WebAssembly.Instance(module, {env});
  bridge = new Bridge(exports.memory, baseOf(module));

  for (const text of ["one two three", "grüße", ""]) {
    bridge.lend(exports, text, (address, size) => {
      const result = exports.converse(address, size);
      console.log(bridge.text(bridge.word(result), bridge.word(result + 4)));
    });
  }
  bridge.lend(exports, "stressed desserts", (address, size) => {
    exports.reverse(address, size);
    console.log(bridge.text(address, size));
  });
}
