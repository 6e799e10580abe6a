// node|bun drive.mjs MODULE: exchanges everything with guest.wat or its bundle,
// and prints what came of it, a line each. Numbers are shown as their bits.
import {readFileSync} from 'node:fs';

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const [info] = WebAssembly.Module.customSections(module, 'ireko');
// Where guest address 0 is (docs/format.md).
const guestBase = info ? new DataView(info).getUint32(24, true) : 0;
const kReentries = 100;
const kThrows = 10000;
const kTries = 1001;

const objects = [{n: 0}, {n: 1}];
const nameOf = (value) => typeof value === 'function' ? 'func' :
    value === null ? 'null' : `extern:${value.n}`;
const scratch = new DataView(new ArrayBuffer(8));
const bits = {
  i32: (v) => (v >>> 0).toString(16).padStart(8, '0'),
  i64: (v) => BigInt.asUintN(64, v).toString(16).padStart(16, '0'),
  f32: (v) => (scratch.setFloat32(0, v), bits.i32(scratch.getUint32(0))),
  f64: (v) => (scratch.setFloat64(0, v), bits.i64(scratch.getBigUint64(0))),
  ref: nameOf,
};
const show = (types, values) => types.map((t, i) => bits[t](values[i])).join(' ');
const say = (...words) => console.log(words.join(' '));
const quote = (text) => JSON.stringify(text).replace(
    /[^ -~]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

let swapped;
const {exports} = new WebAssembly.Instance(module, {
  env: {
    mix(a, b, c, d) {
      say('host mix', show(['i32', 'i64', 'f32', 'f64'], [a, b, c, d]));
      return [d + c, b + 1n, a + 1];
    },
    call: (n) => exports.recurse(n),
    grow(pages) {
      const old = exports.grow_memory(pages);
      new DataView(exports.memory.buffer, guestBase)
          .setUint32(old * 65536 + 4, 0xabcd1234, true);
      return old;
    },
    swap(object, func) {
      say('host swap', nameOf(object), nameOf(func));
      swapped = func;
      return [func, object];
    },
    throw(n) {
      throw new RangeError(`thrown ${n}`);
    },
    try(n) {
      try {
        return exports.fail(n);
      } catch {
        return 10 + n;
      }
    },
    note: (n) => say('host note', n),
    limit: new WebAssembly.Global({value: 'i64'}, -(2n ** 40n)),
  },
  'odd \n"\u{1f600}\u{202e}': {
    '': (n) => (say('host odd', bits.i64(n)), n ^ -1n),
  },
});

const kMixed = ['f64', 'i64', 'i32'];
say('exports', Object.keys(exports).sort().map(quote).join(' '));
say('started', exports.started());
for (const name of ['multi', 'mix again']) {
  say(name, show(kMixed, exports[name](-5, 2n ** 63n - 1n, 1.5, -0.25)));
}
say('by odd name', bits.i64(exports['by odd name'](2n ** 40n + 9n)));
for (const name of ['twice', '', 'a\0b', '\u2028']) {
  say('twice as', quote(name), exports[name](1 << 30),
      exports[name] === exports.twice);
}
say('itself', exports.itself()(4), exports.itself() === exports.twice);
say('table', exports.table.length, exports.table.get(0)(8),
    exports.table.get(2)());
say('table', exports.table.get(0) === exports.twice,
    nameOf(exports.table.get(3)));
say('none', nameOf(exports.none()));
say('count', exports.count(), exports.counter.value);
exports.counter.value = -1n;
say('count', exports.count(), exports.counter.value);
say('recurse', exports.recurse(kReentries));
say('grown', show(['i32', 'i32', 'i32'], exports.grown()));
for (const [object, func] of [[null, null], [objects[0], null],
                              [objects[1], exports.twice]]) {
  const [o, f, noObject, noFunc] = exports.references(object, func);
  say('references', nameOf(o), nameOf(f), noObject, noFunc,
      o === object && f === func && swapped === func);
}
const caught = (name, ...args) => {
  try {
    return String(exports[name](...args));
  } catch (error) {
    return `${error.name} ${error.message}`;
  }
};
let same = 0;
for (let i = 0; i < kThrows; i++) {
  same += caught('deep throw', 10) === 'RangeError thrown 5';
}
say('tried', bits.i64(exports.tried(kTries)));
say('thrown', same, exports.depth(1000), exports.recurse(10));
