// A small library that passes strings in and out of an app by address and
// length. It knows nothing of bundles: addresses are those of the app.

export class Bridge {
  constructor(memory, base = 0) {
    this.memory = memory;
    this.base = base; // of the app's address 0 in memory
  }

  bytes(address, size) {
    return new Uint8Array(this.memory.buffer, this.base + address, size);
  }

  text(address, size) {
    return new TextDecoder().decode(this.bytes(address, size));
  }

  word(address) {
    return new DataView(this.memory.buffer).getUint32(this.base + address, true);
  }

  // Writes at most `room` bytes; returns how many.
  write(text, address, room) {
    const bytes = new TextEncoder().encode(text).subarray(0, room);
    this.bytes(address, bytes.length).set(bytes);
    return bytes.length;
  }

  // Calls use(address, size) with a copy of the text in the app's memory.
  lend({malloc, free}, text, use) {
    const size = new TextEncoder().encode(text).length;
    const address = malloc(size);
    this.write(text, address, size);
    try {
      return use(address, size);
    } finally {
      free(address);
    }
  }
}
