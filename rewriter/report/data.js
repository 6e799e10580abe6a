// The report's data: the JSON of `ireko inspect --format=json`
// (docs/inspect-schema.md), compressed. All but the instructions is unpacked at
// the start; these come in pieces of some functions each, which are unpacked
// when one of them is looked at, and kept a while.

const kKeptPieces = 8;

const whole = new Promise((done) => {
  if (document.readyState !== 'loading') done();
  else document.addEventListener('DOMContentLoaded', done, { once: true });
});

function decode(base64) {
  if (Uint8Array.fromBase64) // since 2025
    return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i)
    bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function unpack(element) {
  const stream = new Blob([decode(element.textContent)]).stream().pipeThrough(
      new DecompressionStream('deflate'));
  return JSON.parse(await new Response(stream).text());
}

// The instructions of the program, of which there are most, come in columns:
// offsets and addresses as differences.
function rowsOfColumns({ offset, address, depth, text, line }) {
  let at = 0, beside = 0;
  return text.map((words, i) => {
    at += offset[i];
    beside += address[i];
    return { offset: at, depth: depth[i], text: words,
      address: beside || undefined, line: line[i] };
  });
}

class Data {
  constructor(json) {
    Object.assign(this, json);
    this.pieces = {};
    this.unpacked = new Map();
    // What shares are of: instructions that run, or without weights those that
    // there are.
    const { summary } = this;
    this.hasWeights = summary.weight !== undefined;
    this.profiled = summary.profiled === true;
    this.total = (this.hasWeights && summary.weight) || summary.instructions || 1;
    this.withCode = this.functions.filter((f) => f.hasCode);
    for (const f of this.functions)
      f.share = f.hasCode ? (this.hasWeights ? f.weight : f.instructionCount) /
                            this.total : 0;
    for (const h of this.handlers) {
      h.share = (this.hasWeights ? h.weight : h.uses) / this.total;
      // Dispatches saved against one handler for each operator.
      h.saved = h.saves;
      h.line = h.text.join('; ');
    }
  }

  static async load() {
    return new Data(await unpack(document.getElementById('data')));
  }

  // A function's instructions and what stands beside them, and the lines of a
  // handler's code; null if they are not in this report.
  listing(index) {
    return this.find('listing', index).then((found) => found?.original?.text
      ? { ...found, original: rowsOfColumns(found.original) } : found);
  }
  code(number) {
    return this.find('code', number);
  }

  async find(kind, index) {
    if (!this.pieces[kind]) {
      await whole;
      this.pieces[kind] = [...document.querySelectorAll(`script.${kind}`)];
    }
    const piece = this.pieces[kind].find((each) =>
      index >= Number(each.dataset.first) && index < Number(each.dataset.next));
    if (!piece)
      return null;
    let found = this.unpacked.get(piece);
    if (!found)
      found = await unpack(piece);
    // The one used last is the last one.
    this.unpacked.delete(piece);
    this.unpacked.set(piece, found);
    if (this.unpacked.size > kKeptPieces)
      this.unpacked.delete(this.unpacked.keys().next().value);
    return found[index] ?? null;
  }
}

// The n of the rows with the highest by(row) above 0, highest first: without
// sorting them all, of which there may be many thousands.
function highest(rows, by, n) {
  const found = [];
  let least = 0;
  for (const row of rows) {
    const value = by(row);
    if (value <= least)
      continue;
    found.push({ row, value });
    if (found.length < 2 * n)
      continue;
    found.sort((a, b) => b.value - a.value);
    found.length = n;
    least = found.at(-1).value;
  }
  found.sort((a, b) => b.value - a.value);
  return found.slice(0, n).map(({ row }) => row);
}

const nameOf = (f) => f.name ?? `function ${f.index}`;

// What to look for in the order of how well it fits: a number, a name that
// begins so, one that has it.
function search(data, words, limit) {
  const wanted = words.trim().toLowerCase();
  if (!wanted)
    return [];
  const hits = [];
  const number = /^#?(\d+)$/.exec(wanted);
  if (number) {
    const index = Number(number[1]);
    if (data.functions[index])
      hits.push({ fit: 0, f: data.functions[index] });
    if (data.handlers[index])
      hits.push({ fit: 0, h: data.handlers[index] });
  }
  const fitOf = (text) => {
    const at = text.toLowerCase().indexOf(wanted);
    return at < 0 ? 0 : at ? 2 : 1;
  };
  for (const f of data.functions) {
    const fit = f.name ? fitOf(f.name) : 0;
    if (fit)
      hits.push({ fit, f });
  }
  for (const h of data.handlers)
    if (fitOf(h.line))
      hits.push({ fit: 3, h });
  hits.sort((a, b) => a.fit - b.fit ||
    (b.f ?? b.h).share - (a.f ?? a.h).share);
  return hits.slice(0, limit);
}
