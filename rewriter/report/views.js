// Lists of functions, regions and handlers, and one handler: each view returns
// its elements and, if it has one, the list that takes the keys.

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

// Why a function is a region, or is none.
function whyRegion(data, f) {
  if (!f.region)
    return f.noRegion ?? '';
  if (f.region.benefit === undefined)
    return '';
  return `${benefitTitle(data)}: ${rounded(f.region.benefit)}`;
}

function regionsView(data, route) {
  const rows = data.withCode.filter((f) => f.region || f.noRegion);
  const sorts = { chosen: ['what is expected of them', (f) => f.region
    ? f.region.benefit ?? 0 : -1], region: ['size', (f) => f.region?.bytes ?? 0],
  heat: ['heat', (f) => f.share], not: ['those that are none', (f) => f.region ? 0 : 1] };
  return browser('regions', rows, sorts,
    (f) => `${f.index} ${f.name ?? ''} ${whyRegion(data, f)}`,
    make('div', { class: 'head' }, make('span', { class: 'w8 n' }, 'share'),
      make('span', { class: 'w8 n' }, 'bytes'), 'function, and why'),
    (f) => [heat(f.share), make('span', { class: 'n w8' }, f.region
      ? f.region.bytes ? count(f.region.bytes) : 'yes' : 'no'),
    functionLink(f), make('span', { class: 'quiet' }, whyRegion(data, f))],
    (f) => `#/function/${f.index}?beside=region`, route);
}

function handlersView(data, route) {
  const sorts = {
    saved: ['what they save', (h) => h.saved], uses: ['uses', (h) => h.uses],
    share: ['share', (h) => h.share], operators: ['operators', (h) => h.operators],
  };
  if (data.handlers[0].codeBytes !== undefined)
    sorts.code = ['size of their code', (h) => h.codeBytes];
  sorts.number = ['number', (h) => -h.number];
  if (data.summary.unpaid)
    sorts.unpaid = ['did not pay', (h) => h.pays ? -1 : h.codeBytes];
  const rows = route.sort === 'unpaid' && sorts.unpaid
    ? data.handlers.filter((h) => !h.pays) : data.handlers;
  return browser('handlers', rows, sorts,
    (h) => `#${h.number} ${kinds[h.kind]} ${h.line}`,
    make('div', { class: 'head' }, make('span', { class: 'w8 n' }, 'share'),
      make('span', { class: 'w8 n wide' }, 'saves'),
      make('span', { class: 'w8 n' }, 'uses'),
      make('span', { class: 'w6 n wide' }, 'code'),
      make('span', { class: 'w4 n wide' }, 'ops'), 'handler'),
    (h) => [heat(h.share), make('span', { class: 'n w8 wide' }, percent(h.saved)),
      make('span', { class: 'n w8' }, count(h.uses)),
      make('span', { class: 'n w6 wide' }, h.codeBytes === undefined ? ''
        : count(h.codeBytes)),
      make('span', { class: 'n w4 wide' }, count(h.operators)),
      handlerLink(h), h.line.slice(0, 400)],
    (h) => `#/handler/${h.number}`, route);
}

async function handlerView(data, route) {
  const h = data.handlers[route.id];
  if (!h)
    return missing();
  const code = await data.code(h.number);
  return { elements: [make('h1', null, `Handler ${h.number}`),
    facts(['kind', oneOf[h.kind]], ['uses', count(h.uses)],
      ['operators', count(h.operators)], ['bytes of an instruction', count(h.bytes)],
      [shareTitle(data).toLowerCase(), percent(h.share)],
      ['saves', percent(h.saved)],
      h.count === undefined ? null : ['ran', count(h.count)],
      h.pays === false && h.operators > 1 ? ['', 'did not pay for its bytes'] : null),
    make('pre', null, make('code', null, h.text.join('\n'))),
    make('div', { class: 'panels', style: 'margin-top:16px' },
      panel('An instruction', h.operands.length ? null
        : 'Its handler\'s number alone: all else is burned in.', '',
      h.operands.length ? table([
        { title: '', of: (o) => make('code', null, `$${h.operands.indexOf(o)}`) },
        { title: 'Kind', of: (o) => o.kind },
        { title: 'At byte', number: true, of: (o) => String(o.at) },
        { title: 'Bytes', number: true, of: (o) => String(o.bytes) },
      ], h.operands) : null),
      panel('Used most in', h.usedIn.length ? null : 'Nowhere.', '',
        h.usedIn.length ? table([
          { title: 'Function', of: (u) => functionLink(data.functions[u.function]) },
          { title: 'Uses', number: true, of: (u) => count(u.uses) },
        ], h.usedIn) : null),
      code ? panel('Its code', `${count(h.codeBytes)} bytes.`, 'whole',
        make('pre', null, make('code', null, code.join('\n')))) : '')] };
}

const missing = () => ({ elements: [make('h1', null, 'There is no such thing here'),
  make('p', null, make('a', { href: '#/' }, 'Overview'))] });

