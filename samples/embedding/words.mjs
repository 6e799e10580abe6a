// Embeds words.c: node words.mjs words.wasm, or a bundle of it that was packed
// with --layout=separate. Nothing here tells one from the other.

import fs from "node:fs";
import {converse} from "./conversation.mjs";

converse(new WebAssembly.Module(fs.readFileSync(process.argv[2])), () => 0);
