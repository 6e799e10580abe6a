// Writes the files that a script exports as `filesystem`, a tree of objects
// whose leaves are texts, bytes or addresses of files:
//
//   node unfold.mjs SCRIPT FOLDER

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

function unfold(tree, folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, entry] of Object.entries(tree)) {
    const path = join(folder, name);
    if (entry instanceof URL)
      copyFileSync(fileURLToPath(entry), path);
    else if (typeof entry === 'string' || entry instanceof Uint8Array)
      writeFileSync(path, entry);
    else
      unfold(entry, path);
  }
}

const [script, folder] = process.argv.slice(2);
const { filesystem } = await import(pathToFileURL(resolve(script)));
unfold(filesystem, folder);
