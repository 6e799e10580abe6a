// Embeds words.c in either layout, or plain: in the default layout the app's
// address 0 is at guestBase, which a custom section of the bundle tells
// (docs/format.md). Usage: node base.mjs MODULE

import fs from "node:fs";
import {converse} from "./conversation.mjs";

const kGuestBase = 24;

function guestBase(module) {
  const [info] = WebAssembly.Module.customSections(module, "ireko");
  return info ? new DataView(info).getUint32(kGuestBase, true) : 0;
}

converse(new WebAssembly.Module(fs.readFileSync(process.argv[2])), guestBase);
