// What JavaScript programs do every day, printed so that it can be compared:
// all of it is the same on every host. It reads and writes files in data/ and
// ends with an exception that nobody catches.

import * as std from 'std';
import * as fs from '_node:fs';

const title = text => print(`== ${text}`);
const show = (...values) => print(values.map(value =>
    typeof value === 'bigint' ? `${value}n` :
    Object.is(value, -0) ? '-0' :
    typeof value === 'number' || value === undefined ? String(value)
                                                     : JSON.stringify(value))
                                      .join(' '));

function numbers() {
  title('numbers');
  show(0.1 + 0.2, -0, 1 / 0, 0 / 0, 1e21, 1e-7, 123456789012345680000, 5e-324);
  show((0.1).toFixed(20), (1234.5678).toExponential(3), (255).toString(2),
       (0.5).toString(3), (1e21).toLocaleString(), (25).toPrecision(1));
  show(parseInt('7fz', 16), Number('0b101'), Number(' 12 '), Number('1_0'),
       parseFloat('3.14abc'), +[], +{}, Math.round(-0.5), Math.hypot(3, 4));
  for (const name of ['sin', 'exp', 'log1p', 'cbrt', 'atanh', 'tan'])
    show(name, [1, 2, 3, 4, 5].map(x => Math[name](x / 7)));
  show(2n ** 200n % 10007n, -7n / 3n, BigInt.asIntN(8, 200n), 1n << 70n,
       BigInt('0x' + 'f'.repeat(30)), 5 | 2.9, -1 >>> 28, ~~-3.7, 2 ** -1);
  show(Math.clz32(1000), Math.imul(0xffffffff, 5), Math.fround(5.05),
       Number.MAX_SAFE_INTEGER, Number.EPSILON, 0.1 * 3, 9007199254740993);
}

function texts() {
  title('texts');
  const text = 'The quick brown fox — jumps över the lazy dog: ß ﬁ 数字 🎉';
  show(text.toUpperCase(), text.length, [...text].length, text.slice(-2),
       text.normalize('NFKD'), text.codePointAt(58), text.split(' '));
  show(text.replace(/(\w)(\w*)/g, (all, a, b) => a.toUpperCase() + b),
       text.match(/\b\w{5}\b/g), text.search('fox'), text.slice(-8, -2));
  show('a-b_c'.split(/[-_]/), 'x'.padStart(5, 'ab'), 'abc'.repeat(2),
       'ab'.localeCompare('b'), 'tab\t"\\\u2028', escape('ü/ x'),
       encodeURIComponent('ü/ x'), 'abcabc'.replaceAll('b', '$&$&'));
  const log = Array.from({length: 200}, (_, i) =>
      `10.0.${i % 7}.${i} GET /p/${i * i} ${200 + i % 3}`).join('\n');
  const rows = [...log.matchAll(/^(\d+(?:\.\d+){3}) .* (\/\S+) (?<code>20[01])$/gm)];
  show(rows.length, rows[5].groups.code, rows[7][2], rows[9].index);
  show(/(?<=\$)\d+(?!\.)/.exec('$12. $5')?.[0], /(a+)+b/.test('aaaaaaaaaaaac'),
       /^\p{Lu}/u.test('Über'), 'aBc'.match(/b/i).index, /(.)\1/.exec('book'));
  const sticky = /\d/y;
  sticky.lastIndex = 2;
  show(sticky.test('ab3'), sticky.lastIndex, String(/[/]\/x/gimsuy),
       `${1 + 1}${`nested ${'deep'}`}`, String.raw`\n${1}`);
}

class Animal {
  #secret = 1;
  static count = 0;
  constructor(name) {
    this.name = name;
    Animal.count++;
  }
  get secret() { return this.#secret++; }
  toString() { return `${this.constructor.name}(${this.name})`; }
  *[Symbol.iterator]() { yield* this.name; }
}
class Cat extends Animal {
  toString() { return `${super.toString()}!`; }
}

function structures() {
  title('structures');
  const map = new Map();
  for (let i = 0; i < 5000; i++)
    map.set('k' + i * 7919 % 100, i);
  show([...map].sort((a, b) => b[1] - a[1]).slice(0, 3), map.size);
  show([3, 1, 10, 2].sort(), [3, 1, 10, 2].sort((a, b) => a - b),
       [1, [2, [3, [4]]]].flat(Infinity), Array.from('abc', c => c + c),
       [1, 2, 3].reduceRight((a, b) => a * 10 + b), [5, 1, 4].includes(4));
  show([..."banana"].reduce((all, c) => ({...all, [c]: (all[c] ?? 0) + 1}), {}),
       Object.entries({b: 1, a: 2, 1: 3}), [, 1, , 2].length, [1, 2, 3].fill(0, 1));
  const value = {name: 'ü', list: [1, 2.5, null, true, {deep: [[]]}],
                 text: 'line\n"quoted" \u2603', skip: undefined, date: new Date(0)};
  show(JSON.stringify(value, null, 1), JSON.parse('[1e3,"\\u2603",{"a":{}}]'),
       JSON.stringify([NaN, -0, () => 1]), JSON.parse('{"a":[1,2]}', (k, v) =>
           Array.isArray(v) ? v.length : v));
  const cat = new Cat('Tom');
  show(`${cat}`, [...cat], cat.secret, cat.secret, Animal.count,
       cat instanceof Animal, Object.keys(cat));
  const seen = [];
  const proxy = new Proxy({}, {get: (_, key) => seen.push(key) && key,
                               has: () => true});
  show(proxy.abc + proxy.def, 'x' in proxy, seen);
  const {a, b: {c = 5, ...rest}, ...others} = {a: 1, b: {d: 2, e: 3}, f: 4};
  show(a, c, rest, others, new Set([1, 1, 2]).size, typeof Symbol.iterator);
  const bytes = new Uint8Array([1, 2, 255, 4, 5, 6, 7, 8]);
  const view = new DataView(bytes.buffer);
  show(view.getFloat64(0), view.getInt16(2, true), [...new Uint16Array(bytes.buffer)],
       [...new Float32Array([0.1, 1e40])], view.getBigUint64(0, true));
  const date = new Date(Date.UTC(2024, 1, 28, 12));
  date.setUTCDate(30);
  show(date.toISOString(), date.getUTCDay(), Date.parse('2000-01-01T00:00:00Z'));
  function* fibonacci() { for (let [x, y] = [0n, 1n];; [x, y] = [y, x + y]) yield x; }
  let last, n = 0;
  for (last of fibonacci())
    if (n++ === 150) break;
  show(last);
}

function computing() {
  title('computing');
  const sieve = new Uint8Array(20_000);
  let primes = 0;
  for (let i = 2; i < sieve.length; i++) {
    if (sieve[i]) continue;
    primes++;
    for (let j = i * i; j < sieve.length; j += i) sieve[j] = 1;
  }
  let x = 12345, total = 0;
  for (let i = 0; i < 60_000; i++) {
    x = Math.imul(x, 1103515245) + 12345 & 0x7fffffff;
    total += x % 1000 / (i + 1);
  }
  const fib = n => n < 2 ? n : fib(n - 1) + fib(n - 2);
  const queens = (row, board) => row === 6 ? 1 : [0, 1, 2, 3, 4, 5].reduce(
      (sum, c) => board.every((b, r) => b !== c && Math.abs(b - c) !== row - r) ?
          sum + queens(row + 1, [...board, c]) : sum, 0);
  show(primes, x, total, fib(18), queens(0, []));
}

function exceptions() {
  title('exceptions');
  for (const action of [() => null.x, () => undefined.f(), () => nowhere,
                        () => { const k = 1; k = 2; }, () => new Array(-1),
                        () => JSON.parse('{"a": }'), () => eval('1 +'),
                        () => { throw new RangeError('own'); }, () => 1n + 1,
                        () => decodeURIComponent('%'), () => new RegExp('('),
                        () => 'x'.repeat(-1), () => Symbol() + '', () => BigInt(1.5),
                        () => { 'use strict'; Object.freeze([1])[0] = 2; },
                        () => [].reduce((a, b) => a), () => new (class A { constructor() { this.#x; } #x; })().y.z]) {
    try {
      show(action());
    } catch (error) {
      print(error.name, error.message);
    }
  }
  const order = [];
  const f = () => { try { throw 1; } catch (e) { order.push(e); return 'c'; } finally { order.push('f'); } };
  show(f(), order);
  const deep = n => n ? 1 + deep(n - 1) : 0;
  show(deep(300));
}

function files() {
  title('files');
  const text = std.loadFile('data/in.txt');
  const lines = text.split('\n').slice(0, -1);
  show(lines);
  let file = std.open('data/out.txt', 'w');
  lines.reverse().forEach((line, i) => file.puts(`${i} ${line.toUpperCase()}\n`));
  file.printf('%d %5.2f %s\n', 42, 3.14159, 'ü');
  file.close();
  file = std.open('data/out.bin', 'w+b');
  const bytes = new Uint8Array(256 * 300).map((_, i) => i);
  show(file.write(bytes.buffer, 0, bytes.length));
  file.seek(1000, std.SEEK_SET);
  file.puts('in the middle');
  file.seek(990, std.SEEK_SET);
  const buffer = new ArrayBuffer(30);
  show(file.read(buffer, 0, 30), [...new Uint8Array(buffer)], file.tell(), file.eof());
  file.close();
  fs.mkdirSync('data/new', false, 0o777);
  fs.renameSync('data/out.bin', 'data/new/moved.bin');
  fs.truncateSync('data/new/moved.bin', 70000);
  show(std.open('data/none', 'r') === null, Number(fs.statSync('data/new/moved.bin').size));
}

print(args.slice(1).join());
numbers();
texts();
structures();
computing();
exceptions();
files();
title('later');
const later = [];
const step = async n => {
  for (let i = 0; i < n; i++)
    later.push(await i * n);
  if (n === 3) throw new Error('rejected');
  return n;
};
Promise.allSettled([step(2), step(3), step(1)]).then(settled => {
  show(later, settled.map(({status, value, reason}) =>
                              [status, value ?? reason.message]));
  exit(3);
});
const fail = depth => {
  if (!depth) throw new TypeError('nobody catches this: ü');
  fail(depth - 1);
};
fail(3);
