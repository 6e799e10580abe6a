// What the tests know about a bundle's inside: the BundleInfo custom section
// and VmState (vm/layout.h). Plain modules have neither.
"use strict";

const kSection = "ireko";
const kVersion = 3;
// Offsets in BundleInfo and VmState.
const kInfoState = 4;
const kInfoGuestBase = 24;
const kStateTrap = 28;

function bundleInfo(module) {
  const sections = WebAssembly.Module.customSections(module, kSection);
  if (sections.length === 0) {
    return null;
  }
  const view = new DataView(sections[0]);
  const version = view.getUint32(0, true);
  if (version !== kVersion) {
    throw new Error(`bundle format ${version}, the tests know ${kVersion}`);
  }
  return {
    state: view.getUint32(kInfoState, true),
    guestBase: view.getUint32(kInfoGuestBase, true),
  };
}

// Clears and reads the number of the trap that the VM raised last (TrapKind
// plus one; 0: none).
class TrapWord {
  constructor(info, memory) {
    this.at = info && memory ? info.state + kStateTrap : 0;
    this.memory = memory;
  }
  clear() {
    if (this.at) {
      new DataView(this.memory.buffer).setUint32(this.at, 0, true);
    }
  }
  read() {
    return this.at ?
        new DataView(this.memory.buffer).getUint32(this.at, true) : 0;
  }
}

// For imports that only the VM itself makes: nothing can be written, and
// leaving is a trap.
const silentWasi = new Proxy({}, {
  get: (_, name) => name === "proc_exit" ?
      (code) => { throw new Error(`proc_exit(${code})`); } :
      () => 8 /* badf */,
});

module.exports = {bundleInfo, TrapWord, silentWasi};
