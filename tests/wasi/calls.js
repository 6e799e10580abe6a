// A valid call of each function: where its pointers go, and what the host must
// then be given.
"use strict";

// Guest addresses of the areas that a call uses, one after the other.
const kFirstArea = 0x1000;
const kAreaBytes = 0x100;
const kBufferBytes = 24;
const kItems = 2;

// Lays out a valid call of `entry` (signatures.py) on the machine. Returns
// {args, pointers, host}: the guest's arguments; for each pointer parameter
// {kind, name, at, countAt, address, size, bytes}, of which `at` and `countAt`
// index args; and for each argument of the host, what it must be: a value, or
// {iovecs: [[address, size]...]} followed by their number.
function validCall(machine, entry) {
  const args = [];
  const host = [];
  const pointers = [];
  let next = kFirstArea;
  const area = () => (next += kAreaBytes) - kAreaBytes;
  const pointer = (parameter, address, bytes) => {
    pointers.push({...parameter, at: args.length, countAt: args.length + 1,
                   address, bytes});
    args.push(address);
    host.push(machine.guestBase + address);
  };
  for (const parameter of entry.parameters) {
    const number = args.length + 3;
    switch (parameter.kind) {
      case "i32":
        args.push(number);
        host.push(number);
        break;
      case "i64":
        args.push(0x123456789abcdef0n + BigInt(number));
        host.push(args.at(-1));
        break;
      case "out":
        pointer(parameter, area(), parameter.size);
        break;
      case "items":
        pointer(parameter, area(), kItems * parameter.size);
        break;
      case "buffer":
        pointer(parameter, area(), kBufferBytes);
        args.push(kBufferBytes);
        host.push(kBufferBytes);
        break;
      case "iovecs": {
        pointer(parameter, area(), kItems * 8);
        const iovecs = [[area(), 5], [area(), 17]];
        machine.setIovecs(pointers.at(-1).address, iovecs);
        pointers.at(-1).iovecs = iovecs;
        args.push(kItems);
        host.pop();
        host.push({iovecs: iovecs.map(([a, n]) => [machine.guestBase + a, n])});
        host.push(kItems);
        break;
      }
      case "strings":
        pointer(parameter, area(), 16);
        break;
      default:
        throw new Error(`unknown kind ${parameter.kind}`);
    }
  }
  // The number of items is a parameter of its own, which comes later.
  for (const items of pointers.filter((p) => p.kind === "items")) {
    items.countAt = flatIndex(entry, items.count);
    args[items.countAt] = host[items.countAt] = kItems;
  }
  return {args, pointers, host};
}

function flatIndex(entry, name) {
  let index = 0;
  for (const parameter of entry.parameters) {
    if (parameter.name === name) {
      return index;
    }
    index += ["buffer", "iovecs"].includes(parameter.kind) ? 2 : 1;
  }
  throw new Error(`${entry.name} has no ${name}`);
}

module.exports = {validCall};
