// A function: its stream, alone or beside its original instructions or the code
// of its region, and its safepoints.

// A line of a listing with its links: to called functions, labels, regions.
function linked(text, f, data) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(/(?<=\bcall )(\d+)(?: <[^>]*>)?|\bL\d+\b/g)) {
    parts.push(text.slice(at, match.index));
    const callee = match[1] === undefined ? null : data.functions[match[1]];
    parts.push(match[1] === undefined
      ? make('a', { href: `#/function/${f.index}/${match[0]}` }, match[0])
      : callee?.hasCode ? functionLink(callee, match[0]) : match[0]);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return make('span', { class: 'grow' }, ...parts);
}

// The width of the widest of texts, of which there may be very many.
const widest = (lines) =>
  lines.reduce((most, { text }) => Math.max(most, text?.length ?? 0), 0);

// Lines that stand beside the instructions of a stream: [{text, address}], in
// the order of the addresses, as far as they have some. `follows`: those without
// go with the one before them, instead of behind all.
class Side {
  constructor(lines, follows) {
    this.lines = lines;
    this.follows = follows;
    this.next = 0;
    this.width = Math.min(56, widest(lines) + 1);
  }

  take(until) {
    const first = this.next;
    while (this.next < this.lines.length) {
      const { address } = this.lines[this.next];
      if (address ? address >= until : !this.follows && until !== Infinity)
        break;
      ++this.next;
    }
    return this.lines.slice(first, this.next);
  }
}

const kMostIndented = 16;
const indented = (depth, text) =>
  '  '.repeat(Math.min(depth, kMostIndented)) + text;

function originalSide(original) {
  const lines = [];
  for (const { offset, depth, text, line, address } of original) {
    if (line)
      lines.push({ text: `;; ${line}`, address });
    lines.push({ text: `${`0x${offset.toString(16)}`.padEnd(8)} ${
      indented(depth, text)}`, address });
  }
  return new Side(lines, false);
}

const regionSide = (generated) => new Side(generated.map(
  ({ depth, text, address }) => ({ text: indented(depth, text), address })), true);

// Rows: a label, or a line of an instruction; with a line beside it, or only
// that. Lines that belong to several instructions go beside all of these.
function rowsOf(instructions, side) {
  const rows = [];
  let waiting = [], next = 0, weight; // those before `next` stand somewhere
  const beside = () => next < waiting.length ? waiting[next++].text : undefined;
  const flush = () => {
    while (next < waiting.length)
      rows.push({ side: beside(), instruction: rows.at(-1)?.instruction });
    waiting = [];
    next = 0;
  };
  if (side && instructions.length)
    waiting = side.take(instructions[0].address);
  instructions.forEach((instruction, i) => {
    const lines = side?.take(instructions[i + 1]?.address ?? Infinity) ?? [];
    if (lines.some(({ address }) => address))
      flush();
    for (const line of lines)
      waiting.push(line);
    if (instruction.label)
      rows.push({ label: instruction.label, instruction });
    if (instruction.weight !== undefined)
      weight = instruction;
    instruction.text.forEach((text, line) => rows.push({ text,
      first: line === 0, instruction, block: weight, side: beside() }));
  });
  flush();
  return rows;
}

function regionText(f) {
  const { region } = f;
  return (region.bytes ? `${region.number}, of ${count(region.bytes)} bytes`
    : String(region.number)) + (region.loops
    ? `, entered at ${region.loops} loop${region.loops > 1 ? 's' : ''} too` : '');
}

const benefitTitle = (data) =>
  data.profiled ? 'ran for each byte' : 'rank by calls expected';

const functionFacts = (data, f) => facts(
  ['index', String(f.index)], ['at', hex(f.entry)], ['bytes', count(f.bytes)],
  ['instructions', count(f.instructionCount)],
  ['operators', count(f.operators)], ['frame', `${count(f.frameSlots)} slots`],
  [shareTitle(data).toLowerCase(), percent(f.share)],
  f.count === undefined ? null : ['called', count(f.count)],
  f.region ? ['region', regionText(f)] : null,
  f.region?.benefit === undefined ? null
    : [benefitTitle(data), rounded(f.region.benefit)],
  f.noRegion ? ['no region, because', f.noRegion] : null);

function safepointsTable(f, listing) {
  const names = new Map((listing.slots ?? []).map(({ slot, name }) => [slot, name]));
  return table([
    { title: 'Goes on at', of: (p) =>
      make('a', { href: `#/function/${f.index}/${hex(p.address)}` },
        make('code', null, hex(p.address))) },
    { title: '', of: (p) => ({ start: 'start of the function',
      loop: p.loop ? `loop, entered as ${p.loop}` : 'loop',
      call: 'behind a call' })[p.kind] },
    { title: 'Live values', of: (p) => make('code', null, p.live.map(
      ({ slot, type }) => `${names.get(slot) ?? `s${slot}`} ${type}`).join(', ')
      || 'none') },
  ], listing.safepoints);
}

// What stands beside the stream: {name: title}, as the function has it.
function sidesOf(listing) {
  const sides = { stream: 'Stream' };
  if (listing.original)
    sides.original = 'Beside the original';
  if (listing.generated)
    sides.region = 'Beside its region';
  if (listing.safepoints)
    sides.safepoints = 'Safepoints';
  return sides;
}

async function functionView(data, route) {
  const f = data.functions[route.id];
  if (!f)
    return missing();
  const top = [make('h1', null, nameOf(f)),
    f.hasCode ? functionFacts(data, f) : facts(['', 'imported'])];
  if (!f.hasCode)
    return { elements: top };
  const listing = await data.listing(f.index);
  if (!listing)
    return { elements: [...top, make('p', null,
      'Its instructions are not in this report.')] };
  const sides = sidesOf(listing);
  const wide = innerWidth >= 1000;
  const mode = sides[route.beside] ? route.beside
    : wide && sides.original ? 'original' : 'stream';
  if (Object.keys(sides).length > 1)
    top.push(make('div', { class: 'tools' }, ...Object.entries(sides).map(
      ([name, title]) => make('button', { type: 'button',
        'data-beside': name, 'aria-pressed': String(name === mode), click: () => {
          location.hash = `#/function/${f.index}${
            route.place ? `/${route.place}` : ''}?beside=${name}`;
        } }, title))));
  if (mode === 'safepoints')
    return { elements: [...top, safepointsTable(f, listing)] };
  const side = mode === 'original' ? originalSide(listing.original)
    : mode === 'region' ? regionSide(listing.generated) : null;
  const rows = rowsOf(listing.instructions, side);
  // The original is on the left of the stream, the code of the region, which
  // has longer lines, on its right.
  const onRight = mode === 'region';
  const streamWidth = Math.min(46, widest(rows) + 1);
  const sideOf = (text) => !side ? null : onRight
    ? make('span', { class: 'side grow' }, text ?? '')
    : make('span', { class: 'side', style: `width:${side.width}ch`,
      title: text && text.length >= side.width ? text.trim() : false }, text ?? '');
  const withSide = (stream, beside) => (onRight
    ? [make('span', { class: 'stream', style:
      `width:calc(${streamWidth + 13}ch + ${data.hasWeights ? 68 : 0}px + ${
        data.profiled ? 7.5 : 0}ch + 40px)` }, ...stream), sideOf(beside)]
    : [sideOf(beside), ...stream]).filter((e) => e);
  const ran = (block) => data.profiled ? count(block.count)
    : percent(block.weight / data.total);
  const list = new List(rows.length, (i) => {
    const { label, text, first, instruction, block, side: beside } = rows[i];
    if (label)
      return withSide([make('span', { class: 'label' }, `${label}:`)], '');
    const share = first && block ? block.weight / data.total : 0;
    const heat = !data.hasWeights || text === undefined ? null
      : first && block
        ? make('span', { class: 'heat', title: percent(share),
          style: `--share:${Math.min(100, 100 * Math.sqrt(share)).toFixed(1)}%` },
        ran(block)) : make('span', { class: 'heat', style: '--share:0%' });
    const stream = text === undefined ? [] : [
      make('span', { class: 'quiet w6' }, first ? hex(instruction.address) : ''),
      heat, data.profiled ? make('span', { class: 'n w6 quiet' },
        first && block ? percent(share) : '') : null,
      make('span', { class: 'w6 n' }, first
        ? handlerLink(data.handlers[instruction.handler]) : ''),
      linked(text, f, data), make('span', { class: 'quiet wide' },
        first && mode !== 'original' && instruction.offset !== undefined
          ? `at 0x${instruction.offset.toString(16)}` : '')];
    return withSide(stream.filter((e) => e), beside);
  }, (i) => {
    if (rows[i].instruction)
      location.hash = `#/handler/${rows[i].instruction.handler}`;
  });
  const head = make('div', { class: 'head code' }, ...[mode === 'original'
    ? make('span', { style: `width:${side.width}ch` }, 'original') : null,
  make('span', { class: 'w6' }, 'address'),
  data.hasWeights ? make('span', { style: 'width:58px', class: 'n' },
    data.profiled ? 'ran' : 'share') : null,
  data.profiled ? make('span', { class: 'w6 n' }, 'share') : null,
  make('span', { class: 'w6 n' }, 'handler'), 'does'].filter((e) => e));
  // What a region does when it is entered is long.
  const at = route.place ? rows.findIndex((row) => row.instruction &&
    (row.label === route.place || (row.text !== undefined &&
     hex(row.instruction.address) === route.place.padStart(6, '0'))))
    : onRight ? rows.findIndex((row) => row.text !== undefined &&
      row.instruction !== listing.instructions[0]) : -1;
  return { elements: [...top, head, list.element], list,
    shown: () => { if (at >= 0) list.show(at); } };
}
