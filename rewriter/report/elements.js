// Making elements: text is never parsed as HTML, as names may hold anything.

// make('a', {href: '#/'}, 'text', child): attributes as they are written in
// HTML, but functions, which are listeners.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function')
      element.addEventListener(name, value);
    else if (value !== false && value !== undefined)
      element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const numbers = new Intl.NumberFormat('en');
const count = (n) => numbers.format(n);

function size(bytes) {
  if (bytes < 1024)
    return `${bytes} B`;
  if (bytes < 1024 * 1024)
    return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(2)} MB`;
}

function percent(share) {
  const p = 100 * share;
  return p === 0 ? '0 %' : p < 0.01 ? '<0.01 %'
    : `${p.toFixed(p < 1 ? 2 : p < 10 ? 1 : 0)} %`;
}

const rounded = (n) => numbers.format(Number(n.toPrecision(3)));
const hex = (n) => n.toString(16).padStart(6, '0');
const functionLink = (f, text) =>
  make('a', { href: `#/function/${f.index}` }, text ?? nameOf(f));
const handlerLink = (h, text) =>
  make('a', { href: `#/handler/${h.number}` }, text ?? `#${h.number}`);

// columns: [{title, number: is one, of: row -> text or node}].
function table(columns, rows) {
  const kind = (column) => ({ class: column.number ? 'number' : 'name' });
  return make('div', { class: 'scroll' }, make('table', null,
    make('thead', null, make('tr', null, ...columns.map(
      (column) => make('th', kind(column), column.title)))),
    make('tbody', null, ...rows.map((row) => make('tr', null, ...columns.map(
      (column) => make('td', kind(column), column.of(row))))))));
}

// A list of any length: rows of one height, of which those in view exist.
// render(i) -> the children of row i; open(i): Enter or nothing.
class List {
  constructor(length, render, open) {
    this.length = length;
    this.render = render;
    this.open = open;
    this.at = -1;
    this.rows = new Map();
    this.all = make('div', { class: 'all' });
    this.element = make('div', { class: 'list code', tabindex: 0,
      scroll: () => this.draw(), keydown: (event) => this.key(event),
      click: (event) => {
        const row = event.target.closest('.row');
        if (row)
          this.select(Number(row.dataset.row), false);
      } }, this.all);
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.rowHeight = parseFloat(getComputedStyle(document.documentElement)
      .getPropertyValue('--row'));
    this.setLength(length);
  }

  setLength(length) {
    this.length = length;
    this.at = -1;
    this.all.style.height = `${length * this.rowHeight}px`;
    this.all.replaceChildren();
    this.rows.clear();
    this.draw();
  }

  draw() {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / this.rowHeight) - 8);
    const next = Math.min(this.length,
      Math.ceil((scrollTop + clientHeight) / this.rowHeight) + 8);
    for (const [i, row] of this.rows)
      if (i < first || i >= next) {
        row.remove();
        this.rows.delete(i);
      }
    for (let i = first; i < next; ++i)
      if (!this.rows.has(i)) {
        const row = make('div', { class: i === this.at ? 'row at' : 'row',
          'data-row': i, style: `top:${i * this.rowHeight}px` },
        ...this.render(i));
        this.rows.set(i, row);
        this.all.append(row);
      }
  }

  select(i, scroll = true) {
    if (!this.length)
      return;
    this.rows.get(this.at)?.classList.remove('at');
    this.at = Math.max(0, Math.min(this.length - 1, i));
    if (scroll) {
      const { scrollTop, clientHeight } = this.element;
      const top = this.at * this.rowHeight;
      if (top < scrollTop)
        this.element.scrollTop = top;
      else if (top + this.rowHeight > scrollTop + clientHeight)
        this.element.scrollTop = top + this.rowHeight - clientHeight;
      this.draw();
    }
    this.rows.get(this.at)?.classList.add('at');
  }

  // Puts row i in the upper third.
  show(i) {
    this.select(i, false);
    this.element.scrollTop =
      Math.max(0, i * this.rowHeight - this.element.clientHeight / 3);
    this.draw();
    this.rows.get(this.at)?.classList.add('at');
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey)
      return;
    const page = Math.floor(this.element.clientHeight / this.rowHeight) - 1;
    const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page,
      PageUp: -page, Home: -this.length, End: this.length };
    if (event.key in steps)
      this.select(this.at + steps[event.key]);
    else if (event.key === 'Enter' && this.at >= 0 && event.target === this.element)
      this.open?.(this.at);
    else
      return;
    event.preventDefault();
  }
}
