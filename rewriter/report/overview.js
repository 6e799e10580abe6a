// The first page: figures, charts and the tables beside them.

const kinds = { operator: 'single operators', tree: 'trees',
  run: 'runs of statements', block: 'whole blocks', halt: 'leaves the VM' };
const oneOf = { operator: 'a single operator', tree: 'a tree of operators',
  run: 'a run of statements', block: 'a whole block', halt: 'leaves the VM' };

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

const shortened = (line) =>
  line.length > 110 ? `${line.slice(0, 110)} …` : line;

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
  const rows = data.summary.handlerKinds.filter((k) => k.kind !== 'halt');
  const part = (key) => {
    const all = rows.reduce((sum, k) => sum + k[key], 0) || 1;
    return rows.map((k) => k[key] / all);
  };
  const holder = make('div', { class: 'drawing' });
  const series = [{ label: 'of handlers', values: part('handlers') },
    { label: 'of instructions', values: part('uses') }];
  if (data.hasWeights)
    series.push({ label: data.profiled ? 'of what ran' : 'of what is expected to run',
      values: part('weight') });
  drawShares(holder, 'Handlers by kind', rows.map((k) => kinds[k.kind]), series);
  return panel('Handlers by kind', null, '', holder, table([
    { title: '', of: (k) => kinds[k.kind] },
    { title: 'Handlers', number: true, of: (k) => count(k.handlers) },
    { title: 'Uses', number: true, of: (k) => count(k.uses) },
    { title: 'Operators', number: true, of: (k) => count(k.operators) },
    { title: 'Code', number: true, of: (k) =>
      k.codeBytes === undefined ? '' : size(k.codeBytes) },
  ], rows));
}

function limitsPanel(data) {
  const { limits, advice } = data.summary;
  const share = (l) => (data.hasWeights ? l.weight : l.instructions) / data.total;
  return panel('What ends an instruction',
    'And so limits how much one dispatch does.', '', table([
      { title: '', of: (l) => l.text },
      { title: 'Instructions', number: true, of: (l) => count(l.instructions) },
      { title: shareTitle(data), number: true, of: (l) => percent(share(l)) },
    ], limits), advice ? make('h2', { class: 'second' }, 'What would change it') : null,
    advice ? table([
      { title: 'Option', of: (a) => make('code', { class: 'word' }, a.option) },
      { title: 'Operators a dispatch', number: true, of: (a) =>
        a.operatorsPerDispatch?.toFixed(2) ?? '' },
      { title: '', of: (a) => a.why },
    ], advice) : null);
}

// Where control goes most, block by block.
function hotPathsPanel(data) {
  const { hotPaths } = data.summary;
  if (!hotPaths)
    return null;
  const block = (path) => (b, i) => make('span', null, i ? ' → ' : '',
    make('a', { href: `#/function/${path.function}/${hex(b.address)}`,
      title: `${percent(b.weight / data.total)} of what ran, an instruction` },
    hex(b.address)), make('span', { class: 'quiet' }, ` ${count(b.count)}×`));
  return panel('Hot paths', 'Blocks, each with the one that mostly follows.',
    '', table([
      { title: 'Share', number: true, of: (p) => percent(p.weight / data.total) },
      { title: 'Function', of: (p) => functionLink(data.functions[p.function]) },
      { title: 'Blocks', of: (p) => make('span', null,
        ...p.blocks.slice(0, 12).map(block(p)),
        p.blocks.length > 12 ? ` and ${p.blocks.length - 12} more` : '',
        p.isLoop ? ', and again' : '') },
    ], hotPaths));
}

function unpaidPanel(data) {
  const { unpaid } = data.summary;
  if (!unpaid)
    return null;
  const rows = highest(data.handlers, (h) => h.pays ? 0 : h.codeBytes, 10);
  return panel('Superinstructions that did not pay',
    'They saved less than a tenth of what a byte of a handler saves on average: '
    + `${count(unpaid.handlers)} handlers, ${size(unpaid.codeBytes)}.`, '', table([
      { title: 'Handler', number: true, of: (h) => handlerLink(h) },
      { title: 'Ran', number: true, of: (h) => count(h.count) },
      { title: 'Code', number: true, of: (h) => size(h.codeBytes) },
      { title: 'Does', of: (h) => make('code', null, shortened(h.line)) },
    ], rows), make('p', null,
      make('a', { href: '#/handlers?sort=unpaid' }, 'All of them')));
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
  const rows = highest(data.withCode, by, 10);
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
    { title: 'Functions', number: true, of: (p) => count(p.functions) },
    { title: 'Blocks', number: true, of: (p) => count(p.blocks) },
    { title: 'Statements', number: true, of: (p) => count(p.statements) },
  ], data.summary.passes));
}

function handlersPanel(data) {
  const rows = highest(data.handlers, (h) => h.saved, 10);
  return panel('Handlers that save most', null, '', table([
    { title: 'Handler', number: true, of: (h) => handlerLink(h) },
    { title: 'Saves', number: true, of: (h) => percent(h.saved) },
    { title: 'Uses', number: true, of: (h) => count(h.uses) },
    { title: 'Does', of: (h) => make('code', null, shortened(h.line)) },
  ], rows), make('p', null, 'Dispatches, against one handler for each operator. ',
    make('a', { href: '#/handlers' }, 'All handlers')));
}

function overview(data) {
  return { elements: [figures(data), make('div', { class: 'panels' }, ...[
    heatPanel(data), hotPathsPanel(data), bytesPanel(data), operatorsPanel(data),
    kindsPanel(data), limitsPanel(data), handlersPanel(data), unpaidPanel(data),
    functionsPanel(data, 'Hottest functions', (f) => f.share, '#/functions'),
    functionsPanel(data, 'Largest functions', (f) => f.bytes,
      '#/functions?sort=bytes'), passesPanel(data)].filter((each) => each))] };
}

