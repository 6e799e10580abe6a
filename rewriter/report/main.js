// From the address to a view, search, and keys.

const views = {
  '': overview, functions: functionsView, function: functionView,
  handlers: handlersView, handler: handlerView, regions: regionsView,
};
const kHits = 40;
const main = document.getElementById('main');
const words = document.getElementById('words');
const hits = document.getElementById('hits');
const keys = document.getElementById('keys');
let data, list, turn = 0;

// "#/function/3/L2", "#/handlers?sort=uses".
function routeOf(hash) {
  const [path, query] = hash.replace(/^#\/?/, '').split('?');
  const [view, id, place] = path.split('/').map(decodeURIComponent);
  return { view, id, place, ...Object.fromEntries(new URLSearchParams(query)) };
}

function showNav(view) {
  const names = { '': 'Overview', functions: 'Functions', handlers: 'Handlers' };
  if (data.summary.regions)
    names.regions = 'Regions';
  const at = { function: 'functions', handler: 'handlers' }[view] ?? view;
  document.getElementById('nav').replaceChildren(...Object.entries(names).map(
    ([name, title]) => make('a', { href: `#/${name}`,
      'aria-current': name === at ? 'page' : false }, title)));
}

async function show() {
  const route = routeOf(location.hash);
  const mine = ++turn;
  clearDrawings();
  const view = await (views[route.view] ?? missing)(data, route);
  // Another one may have been asked for meanwhile.
  if (mine !== turn)
    return;
  list = view.list;
  main.className = list ? 'fixed' : '';
  main.replaceChildren(...view.elements.filter((element) => element));
  main.scrollTop = 0;
  showNav(route.view);
  list?.draw();
  view.shown?.();
  showDrawings();
  if (document.activeElement === document.body || main.contains(document.activeElement))
    (list?.element ?? main).focus({ preventScroll: true });
  const title = main.querySelector('h1')?.textContent;
  document.title = `${title ? `${title} · ` : ''}${data.file} · Ireko`;
}

function showHits() {
  const found = search(data, words.value, kHits);
  hits.hidden = !words.value.trim();
  hits.replaceChildren(...found.map(({ f, h }) => f
    ? make('a', { href: `#/function/${f.index}`, role: 'option', tabindex: -1 },
      nameOf(f), ' ', make('small', null, `function ${f.index}, ${percent(f.share)}`))
    : make('a', { href: `#/handler/${h.number}`, role: 'option', tabindex: -1 },
      `handler ${h.number} `, make('small', null, h.line.slice(0, 120)))));
  if (!found.length)
    hits.append(make('p', null, 'Nothing has that name or text.'));
  hits.querySelector('a')?.classList.add('at');
}

function closeHits() {
  hits.hidden = true;
  words.value = '';
}

function moveHit(step) {
  const all = [...hits.querySelectorAll('a')];
  const at = all.findIndex((each) => each.classList.contains('at'));
  const next = all[(at + step + all.length) % all.length];
  all[at]?.classList.remove('at');
  next?.classList.add('at');
  next?.scrollIntoView({ block: 'nearest' });
}

words.addEventListener('input', showHits);
words.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    moveHit(event.key === 'ArrowDown' ? 1 : -1);
    event.preventDefault();
  } else if (event.key === 'Escape') {
    closeHits();
    words.blur();
  }
});
hits.addEventListener('click', closeHits);
document.getElementById('search').addEventListener('submit', (event) => {
  event.preventDefault();
  const chosen = hits.querySelector('a.at');
  if (!chosen)
    return;
  location.hash = chosen.getAttribute('href');
  closeHits();
  words.blur();
});
document.addEventListener('click', (event) => {
  if (!event.target.closest('#search'))
    hits.hidden = true;
});

function showKeys() {
  const rows = [['/', 'search'], ['o', 'overview'], ['f', 'functions'],
    ['h', 'handlers'], ['r', 'regions'], ['↑ ↓ j k', 'a row up or down'],
    ['Enter', 'from a row to its function or handler'], ['Backspace', 'back'],
    ['?', 'this'], ['Esc', 'away with it']];
  keys.replaceChildren(make('h2', null, 'Keys'), make('table', null, ...rows.map(
    ([key, what]) => make('tr', null, make('td', null, make('kbd', null, key)),
      make('td', null, what)))));
  keys.showModal();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey ||
      /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))
    return;
  const goes = { o: '#/', f: '#/functions', h: '#/handlers', r: '#/regions' };
  if (event.key === '/') {
    words.focus();
    words.select();
  } else if (event.key === '?') {
    showKeys();
  } else if (event.key === 'Backspace') {
    history.back();
  } else if (event.key in goes) {
    location.hash = goes[event.key];
  } else {
    return;
  }
  event.preventDefault();
});

window.addEventListener('hashchange', show);
Data.load().then(async (loaded) => {
  data = loaded;
  document.getElementById('file').textContent = data.file.replace(/^.*\//, '');
  await show();
  document.documentElement.dataset.ready = Math.round(performance.now());
}).catch((error) => {
  main.replaceChildren(make('p', { class: 'wait' }, `This report cannot be read: ${error}`));
});
