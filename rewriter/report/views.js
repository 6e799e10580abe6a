// What can be looked at: each view returns its elements and, if it has one, the
// list that takes the keys.

const kinds = ['single operators', 'trees', 'runs of statements', 'whole blocks'];
function kindOf(h) {
  return h.kind === 'fused' ? 3 : h.statements > 1 ||
    (h.statements === 1 && h.operators > 1 && h.text.length > 1) ? 2
    : h.operators > 1 ? 1 : 0;
}

const kBuckets = [[0, 0], [1, 1], [2, 2], [3, 3], [4, 4], [5, 6], [7, 9],
  [10, 15], [16, 31], [32, Infinity]];

function figure(value, text) {
  return make('div', { class: 'figure' }, make('b', null, value),
    make('span', null, text));
}

function panel(title, note, classes, ...children) {
  return make('section', { class: `panel ${classes}` }, make('h2', null, title),
    note ? make('p', null, note) : null, ...children);
}

function facts(...pairs) {
  return make('div', { class: 'facts' }, ...pairs.filter((pair) => pair).map(
    ([name, value]) => make('span', null, `${name} `, make('b', null, value))));
}

const shareTitle = (data) => data.profiled ? 'Share that ran'
  : data.hasWeights ? 'Share expected' : 'Share';

function figures(data) {
  const { summary: s } = data;
  return make('div', { class: 'figures' },
    figure(s.moduleBytes === undefined ? size(s.fileBytes)
      : `${size(s.moduleBytes)} → ${size(s.fileBytes)}`,
    s.moduleBytes === undefined ? 'of the file' : 'from module to bundle'),
    figure(count(s.functionsWithCode), 'functions with code'),
    figure(count(s.regions), 'of them regions'),
    figure(count(s.handlers), `handlers, ${count(s.fusedHandlers)} of whole blocks`),
    figure(count(s.instructions), 'instructions'),
    figure(s.operatorsPerInstruction.toFixed(2), 'operators an instruction'),
    s.operatorsPerDispatch === undefined ? null
      : figure(s.operatorsPerDispatch.toFixed(2), data.profiled
        ? 'operators a dispatch, as it ran' : 'operators a dispatch, expected'));
}

function bytesPanel(data) {
  const parts = data.summary.bytes.filter((p) => p.bytes);
  const holder = make('div', { class: 'drawing' });
  drawBytes(holder, parts);
  return panel('Where the bytes are', null, '', holder, make('p', null,
    parts.map((p) => `${p.part} ${size(p.bytes)}`).join(' · ')));
}

function operatorsPanel(data) {
  const all = kBuckets.map(() => 0), run = kBuckets.map(() => 0);
  for (const h of data.handlers) {
    const at = kBuckets.findIndex(([, most]) => h.operators <= most);
    all[at] += h.uses / (data.summary.instructions || 1);
    run[at] += h.share;
  }
  const series = [{ label: 'of instructions', values: all }];
  if (data.hasWeights)
    series.push({ label: data.profiled ? 'of those that ran'
      : 'of those expected to run', values: run });
  const holder = make('div', { class: 'drawing' });
  drawShares(holder, 'Operators per dispatch', kBuckets.map(([a, b]) =>
    a === b ? `${a}` : b === Infinity ? `${a}+` : `${a}–${b}`), series);
  return panel('Operators per dispatch',
    'How many operators of the program one instruction does.', '', holder);
}

function kindsPanel(data) {
  const sums = kinds.map(() => ({ handlers: 0, uses: 0, share: 0 }));
  for (const h of data.handlers.slice(1)) {
    const sum = sums[kindOf(h)];
    ++sum.handlers;
    sum.uses += h.uses;
    sum.share += h.share;
  }
  const handlers = Math.max(1, data.handlers.length - 1);
  const holder = make('div', { class: 'drawing' });
  const series = [
    { label: 'of handlers', values: sums.map((s) => s.handlers / handlers) },
    { label: 'of instructions', values: sums.map(
      (s) => s.uses / (data.summary.instructions || 1)) }];
  if (data.hasWeights)
    series.push({ label: data.profiled ? 'of what ran' : 'of what is expected to run',
      values: sums.map((s) => s.share) });
  drawShares(holder, 'Handlers by kind', kinds, series);
  return panel('Handlers by kind', null, '', holder);
}

function heatPanel(data) {
  const holder = make('div', { class: 'drawing tall', id: 'heat' });
  const weigh = (f) => f.share;
  drawHeat(holder, data.withCode, weigh, (item) => {
    const { f } = item;
    return f ? `${percent(item.value)}, ${count(f.bytes)} bytes${
      f.region ? `, region ${f.region.number}` : ''}` : percent(item.value);
  });
  return panel('Heat by function', `${data.profiled
    ? 'What ran while the program was counted'
    : data.hasWeights ? 'What is expected to run' : 'Number of instructions'}. ${
    data.summary.regions ? 'Green functions are regions as well. ' : ''
  }Click one to see its code.`, 'whole', holder);
}

function functionsPanel(data, title, by, all) {
  const rows = [...data.withCode].sort((a, b) => by(b) - by(a)).slice(0, 10);
  return panel(title, null, '', table([
    { title: 'Function', of: (f) => functionLink(f) },
    { title: shareTitle(data), number: true, of: (f) => percent(f.share) },
    { title: 'Bytes', number: true, of: (f) => count(f.bytes) },
    { title: 'Instructions', number: true, of: (f) => count(f.instructionCount) },
  ], rows), make('p', null, make('a', { href: all }, 'All functions')));
}

function passesPanel(data) {
  if (!data.summary.passes)
    return null;
  return panel('What each pass left', null, '', table([
    { title: 'After', of: (p) => p.name === 'lower' ? 'lower (before all)' : p.name },
    { title: 'Blocks', number: true, of: (p) => count(p.blocks) },
    { title: 'Statements', number: true, of: (p) => count(p.statements) },
  ], data.summary.passes));
}

function handlersPanel(data) {
  const rows = data.handlers.filter((h) => h.saved > 0)
    .sort((a, b) => b.saved - a.saved).slice(0, 10);
  return panel('Handlers that save most', null, '', table([
    { title: 'Handler', number: true, of: (h) => handlerLink(h) },
    { title: 'Saves', number: true, of: (h) => percent(h.saved) },
    { title: 'Uses', number: true, of: (h) => count(h.uses) },
    { title: 'Does', of: (h) => make('code', null,
      h.line.length > 110 ? `${h.line.slice(0, 110)} …` : h.line) },
  ], rows), make('p', null, 'Dispatches, against one handler for each operator. ',
    make('a', { href: '#/handlers' }, 'All handlers')));
}

function overview(data) {
  return { elements: [figures(data), make('div', { class: 'panels' },
    heatPanel(data), bytesPanel(data), operatorsPanel(data), kindsPanel(data),
    handlersPanel(data),
    functionsPanel(data, 'Hottest functions', (f) => f.share, '#/functions'),
    functionsPanel(data, 'Largest functions', (f) => f.bytes,
      '#/functions?sort=bytes'), passesPanel(data))] };
}

// A list to filter and sort. sorts: {name: [title, key]}, the first one is the
// normal order, by descending key.
function browser(what, rows, sorts, textOf, head, render, hrefOf, route) {
  const sort = sorts[route.sort] ? route.sort : Object.keys(sorts)[0];
  const sorted = [...rows].sort((a, b) => sorts[sort][1](b) - sorts[sort][1](a));
  let shown = sorted;
  const number = make('span', { class: 'quiet', role: 'status' });
  const filter = make('input', { type: 'search', placeholder: `Filter ${what}`,
    'aria-label': `Filter ${what}`, value: route.filter ?? '', id: 'filter',
    input: () => {
      apply();
      history.replaceState(null, '', `${location.hash.split('?')[0]}?${
        new URLSearchParams({ sort, filter: filter.value })}`);
    } });
  const list = new List(0, (i) => render(shown[i]),
    (i) => { location.hash = hrefOf(shown[i]); });
  function apply() {
    const wanted = filter.value.trim().toLowerCase();
    shown = wanted ? sorted.filter((row) =>
      textOf(row).toLowerCase().includes(wanted)) : sorted;
    number.textContent = `${count(shown.length)} ${what}`;
    list.setLength(shown.length);
  }
  apply();
  const buttons = Object.entries(sorts).map(([name, [title]]) => make('button', {
    type: 'button', 'aria-pressed': String(name === sort), click: () => {
      location.hash = `${location.hash.split('?')[0]}?${
        new URLSearchParams({ sort: name, filter: filter.value })}`;
    } }, title));
  return { elements: [make('div', { class: 'tools' }, filter, 'by', ...buttons,
    number), head, list.element], list };
}

const heat = (share) => make('span', { class: 'heat',
  style: `--share:${Math.min(100, 100 * Math.sqrt(share)).toFixed(1)}%` },
  percent(share));

function functionsView(data, route, rows = data.withCode, what = 'functions') {
  const sorts = { heat: ['heat', (f) => f.share],
    bytes: ['size', (f) => f.bytes], index: ['index', (f) => -f.index],
    operators: ['operators an instruction', (f) => f.operators / f.instructionCount] };
  if (rows.some((f) => f.region?.bytes))
    sorts.region = ['size of the region', (f) => f.region?.bytes ?? 0];
  return browser(what, rows, sorts, (f) => `${f.index} ${f.name ?? ''}`,
    make('div', { class: 'head' }, make('span', { class: 'w8 n' }, 'share'),
      make('span', { class: 'w8 n' }, 'bytes'),
      make('span', { class: 'w8 n wide' }, 'region'), 'function'),
    (f) => [heat(f.share), make('span', { class: 'n w8' }, count(f.bytes)),
      make('span', { class: 'n w8 wide' }, f.region
        ? f.region.bytes ? count(f.region.bytes) : 'yes' : ''),
      functionLink(f), make('span', { class: 'quiet' }, String(f.index))],
    (f) => `#/function/${f.index}`, route);
}

function regionsView(data, route) {
  return functionsView(data, route, data.withCode.filter((f) => f.region), 'regions');
}

function handlersView(data, route) {
  return browser('handlers', data.handlers, {
    saved: ['what they save', (h) => h.saved], uses: ['uses', (h) => h.uses],
    share: ['share', (h) => h.share], operators: ['operators', (h) => h.operators],
    number: ['number', (h) => -h.number],
  }, (h) => `#${h.number} ${h.kind} ${h.line}`,
  make('div', { class: 'head' }, make('span', { class: 'w8 n' }, 'share'),
    make('span', { class: 'w8 n wide' }, 'saves'),
    make('span', { class: 'w8 n' }, 'uses'),
    make('span', { class: 'w4 n wide' }, 'ops'), 'handler'),
  (h) => [heat(h.share), make('span', { class: 'n w8 wide' }, percent(h.saved)),
    make('span', { class: 'n w8' }, count(h.uses)),
    make('span', { class: 'n w4 wide' }, count(h.operators)),
    handlerLink(h), h.line.slice(0, 400)],
  (h) => `#/handler/${h.number}`, route);
}

function handlerView(data, route) {
  const h = data.handlers[route.id];
  if (!h)
    return missing();
  return { elements: [make('h1', null, `Handler ${h.number}`),
    facts(['kind', h.kind === 'halt' ? 'leaves the dispatch function'
      : kinds[kindOf(h)]], ['uses', count(h.uses)],
    ['operators', count(h.operators)], ['bytes of an instruction', count(h.bytes)],
    [shareTitle(data).toLowerCase(), percent(h.share)],
    ['saves', percent(h.saved)],
    h.count === undefined ? null : ['ran', count(h.count)]),
    make('pre', null, make('code', null, h.text.join('\n'))),
    make('div', { class: 'panels', style: 'margin-top:16px' },
      panel('Operands', h.operands.length ? null : 'None: all is burned in.', '',
        h.operands.length ? table([
          { title: '', of: (o) => make('code', null, `$${h.operands.indexOf(o)}`) },
          { title: 'Kind', of: (o) => o.kind },
          { title: 'Bytes', number: true, of: (o) => String(o.bytes) },
        ], h.operands) : null),
      panel('Used most in', h.usedIn.length ? null : 'Nowhere.', '',
        h.usedIn.length ? table([
          { title: 'Function', of: (u) => functionLink(data.functions[u.function]) },
          { title: 'Uses', number: true, of: (u) => count(u.uses) },
        ], h.usedIn) : null))] };
}

const missing = () => ({ elements: [make('h1', null, 'There is no such thing here'),
  make('p', null, make('a', { href: '#/' }, 'Overview'))] });

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

// Rows: a label, or a line of an instruction.
function rowsOf(instructions) {
  const rows = [];
  let weight;
  for (const instruction of instructions) {
    if (instruction.label)
      rows.push({ label: instruction.label, instruction });
    if (instruction.weight !== undefined)
      weight = instruction;
    instruction.text.forEach((text, line) =>
      rows.push({ text, first: line === 0, instruction, block: weight }));
  }
  return rows;
}

async function functionView(data, route) {
  const f = data.functions[route.id];
  if (!f)
    return missing();
  const region = f.region && (f.region.bytes
    ? `${f.region.number}, of ${count(f.region.bytes)} bytes`
    : String(f.region.number)) + (f.region.loops
    ? `, entered at ${f.region.loops} loop${f.region.loops > 1 ? 's' : ''} too` : '');
  const top = [make('h1', null, nameOf(f)), f.hasCode ? facts(
    ['index', String(f.index)], ['at', hex(f.entry)], ['bytes', count(f.bytes)],
    ['instructions', count(f.instructionCount)],
    ['operators', count(f.operators)], ['frame', `${count(f.frameSlots)} slots`],
    [shareTitle(data).toLowerCase(), percent(f.share)],
    f.count === undefined ? null : ['called', count(f.count)],
    f.region ? ['region', region] : null) : facts(['', 'imported'])];
  if (!f.hasCode)
    return { elements: top };
  const instructions = await data.listing(f.index);
  if (!instructions)
    return { elements: [...top, make('p', null,
      'Its instructions are not in this report.')] };
  const rows = rowsOf(instructions);
  const ran = (block) => data.profiled ? count(block.count)
    : percent(block.weight / data.total);
  const list = new List(rows.length, (i) => {
    const { label, text, first, instruction, block } = rows[i];
    if (label)
      return [make('span', { class: 'label' }, `${label}:`)];
    const share = first && block ? block.weight / data.total : 0;
    return [make('span', { class: 'quiet w6' }, first ? hex(instruction.address) : ''),
      !data.hasWeights ? null : first && block
        ? make('span', { class: 'heat', title: percent(share),
          style: `--share:${Math.min(100, 100 * Math.sqrt(share)).toFixed(1)}%` },
        ran(block)) : make('span', { class: 'heat', style: '--share:0%' }),
      make('span', { class: 'w6 n' }, first
        ? handlerLink(data.handlers[instruction.handler]) : ''),
      linked(text, f, data), make('span', { class: 'quiet wide' },
        first && instruction.offset !== undefined
          ? `at 0x${instruction.offset.toString(16)}` : '')].filter((e) => e);
  }, (i) => { location.hash = `#/handler/${rows[i].instruction.handler}`; });
  const head = make('div', { class: 'head code' }, make('span', { class: 'w6' }, 'address'),
    data.hasWeights ? make('span', { style: 'width:58px', class: 'n' },
      data.profiled ? 'ran' : 'share') : '', make('span', { class: 'w6 n' }, 'handler'),
    'does');
  const at = rows.findIndex((row) => route.place &&
    (row.label === route.place ||
     hex(row.instruction.address) === route.place.padStart(6, '0')));
  return { elements: [...top, head, list.element], list,
    shown: () => { if (at >= 0) list.show(at); } };
}
