// The charts, by Chart.js. Each has a table or a list beside it that says the
// same to those who cannot see it or have no mouse.

const dark = matchMedia('(prefers-color-scheme: dark)');
const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const drawn = [];

// Draws into `holder` when it is in view, and again in other colours.
function draw(holder, label, configure) {
  const canvas = make('canvas', { role: 'img', 'aria-label': label });
  holder.append(canvas);
  drawn.push({ canvas, configure, chart: null });
}

function drawChart(each) {
  each.chart?.destroy();
  each.chart = new Chart(each.canvas, each.configure());
}

const inView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const each = drawn.find(({ canvas }) => canvas === target);
    if (!isIntersecting || !each || each.chart)
      continue;
    drawChart(each);
    inView.unobserve(target);
  }
}, { rootMargin: '200px' });

function showDrawings() {
  Chart.defaults.color = colour('quiet');
  Chart.defaults.borderColor = colour('line');
  Chart.defaults.font.family = 'system-ui, sans-serif';
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  for (const each of drawn)
    if (each.chart)
      drawChart(each);
    else
      inView.observe(each.canvas);
}

function clearDrawings() {
  inView.disconnect();
  for (const { chart } of drawn)
    chart?.destroy();
  drawn.length = 0;
}

dark.addEventListener('change', showDrawings);

const pointer = (event, hits) => {
  event.native.target.style.cursor = hits.length ? 'pointer' : 'default';
};

function drawBytes(holder, parts) {
  draw(holder, 'Bytes of each part', () => ({
    type: 'bar',
    data: {
      labels: parts.map((p) => p.part),
      datasets: [{ data: parts.map((p) => p.bytes), backgroundColor: colour('c1'),
        minBarLength: 2 }],
    },
    options: {
      indexAxis: 'y',
      plugins: { legend: { display: false },
        tooltip: { callbacks: { label: (item) => size(item.raw) } } },
      scales: { x: { ticks: { callback: size, maxTicksLimit: 6 } },
        y: { grid: { display: false }, ticks: { autoSkip: false } } },
    },
  }));
}

// series: [{label, values in shares}].
function drawShares(holder, label, labels, series) {
  draw(holder, label, () => ({
    type: 'bar',
    data: {
      labels,
      datasets: series.map((each, i) => ({ label: each.label,
        data: each.values.map((value) => 100 * value),
        backgroundColor: colour(`c${i + 1}`) })),
    },
    options: {
      plugins: { tooltip: { callbacks: { label: (item) =>
        `${item.dataset.label}: ${percent(item.raw / 100)}` } } },
      scales: { y: { ticks: { callback: (value) => `${value} %` } },
        x: { grid: { display: false } } },
    },
  }));
}

const kTreemapFunctions = 300;

// The functions that make most of `weigh`, and the rest as one.
function drawHeat(holder, functions, weigh, describe) {
  const tree = highest(functions, weigh, kTreemapFunctions)
    .map((f) => ({ f, value: weigh(f) }));
  const shown = new Set(tree.map(({ f }) => f));
  const rest = functions.filter((f) => weigh(f) > 0 && !shown.has(f));
  const sum = rest.reduce((total, f) => total + weigh(f), 0);
  if (sum)
    tree.push({ f: null, value: sum });
  const of = (item) => item.raw?._data?.children?.[0] ?? item.raw?._data;
  const titleOf = (data) => data.f ? nameOf(data.f)
    : `${count(rest.length)} other functions`;
  draw(holder, 'Functions by heat', () => {
    const [cold, region, stream] = [colour('c6'), colour('c3'), colour('c1')];
    return {
      type: 'treemap',
      data: { datasets: [{
        tree, key: 'value', spacing: 1, borderWidth: 0,
        backgroundColor: (item) => {
          const data = item.type === 'data' ? of(item) : null;
          return !data?.f ? cold : data.f.region ? region : stream;
        },
        labels: { display: true, color: colour('panel'), overflow: 'hidden',
          font: { size: 12 },
          formatter: (item) => titleOf(of(item)) },
      }] },
      options: {
        onHover: pointer,
        onClick: (event, hits, chart) => {
          if (!hits.length)
            return;
          const { datasetIndex, index } = hits[0];
          const item = chart.data.datasets[datasetIndex].data[index];
          const { f } = of({ raw: item });
          location.hash = f ? `#/function/${f.index}` : '#/functions';
        },
        plugins: { legend: { display: false }, tooltip: { callbacks: {
          title: (items) => titleOf(of(items[0])),
          label: (item) => describe(of(item)) } } },
      },
    };
  });
}
