// node leak.mjs BUNDLE: what docs/rationale.md says of exceptions that cross a
// bundle whose host has no exceptions for it: each leaves its frames on the guest
// stack, until calls end in a trap, and nothing else is touched; an embedder
// that puts sp back has the whole stack again.
import {readFileSync} from 'node:fs';

// Offsets in BundleInfo and VmState (docs/format.md).
const kInfoState = 4, kInfoStackEnd = 20, kInfoGuestBase = 24;
const kStateStackBase = 4, kStateSp = 16, kStateTrap = 28;
const kMostThrows = 100000;
const kGuarded = 4096;

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const [section] = WebAssembly.Module.customSections(module, 'ireko');
const info = new DataView(section);
const [at, stackEnd, guestBase] = [kInfoState, kInfoStackEnd, kInfoGuestBase]
    .map((offset) => info.getUint32(offset, true));
const noted = () => {};
const {exports} = new WebAssembly.Instance(module, {
  env: {
    mix: noted, call: noted, grow: noted, swap: noted, try: noted, note: noted,
    throw: () => { throw new RangeError('thrown'); },
    limit: new WebAssembly.Global({value: 'i64'}, 0n),
  },
  'odd \n"\u{1f600}\u{202e}': {'': noted},
});
const memory = new DataView(exports.memory.buffer);
const state = (offset) => memory.getUint32(at + offset, true);
const guest = new Uint8Array(exports.memory.buffer, guestBase);
guest.fill(0xa5, 0, kGuarded);

const deepest = () => {
  let low = 0;
  for (let step = 1 << 16; step; step >>= 1) {
    try {
      exports.depth(low + step);
      low += step;
    } catch {
      // too deep
    }
  }
  return low;
};
const first = deepest();
let thrown = 0;
let error = null;
while (thrown < kMostThrows) {
  try {
    exports['deep throw'](10);
  } catch (caught) {
    error = caught;
    if (!(caught instanceof RangeError)) {
      break;
    }
    ++thrown;
  }
}
console.log('ended by', error.message, 'trap', state(kStateTrap));
console.log('in bounds', state(kStateSp) <= stackEnd);
console.log('untouched', guest.subarray(0, kGuarded).every((b) => b === 0xa5));
console.log('several', thrown > 10, 'still', exports.twice(21));
memory.setUint32(at + kStateSp, state(kStateStackBase), true);
console.log('again', deepest() === first, first > 1000);
