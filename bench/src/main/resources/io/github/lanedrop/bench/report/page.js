'use strict';
/* What the pages' scripts share: the data, colours and axes in the page's tokens, and charts that are drawn again where
   those change. */
const Page = (() => {
  const charts = [];
  let drawings = [];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const legend = (labels) => ({ labels: { color: colour('text'), ...labels } });

  function axis(title, more = {}) {
    return {
      title: { display: true, text: title, color: colour('quiet') },
      grid: { color: colour('line') },
      border: { color: colour('line') },
      ...more,
      ticks: { color: colour('quiet'), maxRotation: 0, ...(more.ticks || {}) },
    };
  }

  function draw(id, config) {
    Object.assign(config.options, { animation: false, maintainAspectRatio: false });
    charts.push(new Chart(document.getElementById(id), config));
  }

  function drawAll() {
    charts.splice(0).forEach((chart) => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    drawings.forEach((drawing) => drawing());
  }

  /* Paper is white whatever the screen is, and narrower; a phone that is turned is wider. */
  function show(functions) {
    drawings = functions;
    drawAll();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
    matchMedia('print').addEventListener('change', drawAll);
    matchMedia('(max-width: 34rem)').addEventListener('change', drawAll);
  }

  return { data: JSON.parse(document.getElementById('data').textContent), colour, legend, axis, draw, show };
})();
