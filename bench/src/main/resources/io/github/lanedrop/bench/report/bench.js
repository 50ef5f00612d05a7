(() => {
  const { data, colour, legend, axis, draw, show } = Page;
  const digits = (value) => value >= 1000 ? Math.round(value).toLocaleString('en') : value >= .001 ? value.toPrecision(3) : String(Number(value.toPrecision(3)));
  const isFinite = (value) => typeof value === 'number';

  function size(elements) {
    for (const [unit, name] of [[1 << 20, 'Mi'], [1 << 10, 'Ki']]) {
      if (elements >= unit) {
        return Number((elements / unit).toPrecision(3)) + name;
      }
    }
    return String(elements);
  }

  const isNarrow = (id) => document.getElementById(id).parentElement.clientWidth < 420;

  /* Ticks at 1, 2 and 5 of each power of ten, or where there are many powers at 1 alone. */
  function logTicks(built) {
    const powers = Math.log10(built.max / built.min);
    const room = built.isHorizontal() ? built.chart.width / 130 : 3; // powers that have room for three ticks each
    const firsts = powers > room ? [1] : powers > 1 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 3, 4, 5, 7];
    built.ticks = [];
    for (let power = Math.floor(Math.log10(built.min)); power <= Math.log10(built.max); power++) {
      for (const first of firsts) {
        const value = Number((first * 10 ** power).toPrecision(3));
        if (value >= built.min && value <= built.max) {
          built.ticks.push({ value });
        }
      }
    }
  }

  /* A tick at each value, but where it would stand on the last one. */
  function ticksAt(values, distance) {
    const kept = [];
    values.forEach((value) => {
      if (kept.length === 0 || value >= distance * kept[kept.length - 1]) {
        kept.push(value);
      }
    });
    return (built) => { built.ticks = kept.map((value) => ({ value })); };
  }

  function short(value) {
    for (const [unit, name] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
      if (value >= unit) {
        return Number((value / unit).toPrecision(3)) + name;
      }
    }
    return String(Number(value.toPrecision(3)));
  }

  const bounds = (plot) => plot.series.flatMap((series) => series.points)
      .flatMap((point) => [point.value, point.low, point.high])
      .filter((value) => isFinite(value) && value > 0 && value < 1e100);

  /* Room for the values, and for whiskers as far as they do not squeeze them. */
  function range(plot) {
    const values = plot.series.flatMap((series) => series.points).map((point) => point.value)
        .filter((value) => isFinite(value) && value > 0);
    const all = bounds(plot);
    if (values.length === 0) {
      return {};
    }
    const low = Math.max(Math.min(...all), Math.min(...values) / 3);
    const high = Math.min(Math.max(...all), Math.max(...values) * 3);
    return { min: low / 1.15, max: high * 1.15 };
  }

  /* How many times the axis is as long as its values, with room for the number behind the longest bar. */
  function room(id) {
    const width = document.getElementById(id).parentElement.clientWidth;
    return 1 + 60 / (isNarrow(id) ? Math.max(100, .42 * width) : .7 * width);
  }

  const withRoom = (id, min, max) => ({ min, max: min * (max / min) ** room(id) });

  function scaleOf(plot, { title, scale }, values, more = {}) {
    switch (scale) {
      case 'SIZES': {
        const sizes = [...new Set(plot.series.flatMap((series) => series.points.map((point) => point.x)))].sort((a, b) => a - b);
        return axis(title, {
          type: 'logarithmic', min: sizes[0] / 1.3, max: sizes[sizes.length - 1] * 1.3,
          afterBuildTicks: ticksAt(sizes, isNarrow(plot.id) ? 5 : 1.5),
          ticks: { callback: (value) => size(value), autoSkip: true }, ...more,
        });
      }
      case 'PERCENTILES': {
        const shares = [...new Set(plot.series.flatMap((series) => series.points.map((point) => point.x)))].sort((a, b) => a - b);
        return axis(title, {
          type: 'logarithmic', min: shares[0] / 1.2, max: shares[shares.length - 1] * 1.2,
          afterBuildTicks: ticksAt(shares, 3),
          ticks: { callback: (value) => Number((100 - 100 / value).toFixed(5)) + ' %' }, ...more,
        });
      }
      case 'RATIO': {
        const { min = 1, max = 1 } = range(plot);
        return axis(title, {
          type: 'logarithmic', ...withRoom(plot.id, Math.min(min, .85), Math.max(max, 1.2)), afterBuildTicks: logTicks,
          ticks: { callback: short },
          grid: { color: (context) => context.tick && context.tick.value === 1 ? colour('text') : colour('line') }, ...more,
        });
      }
      case 'LINEAR': {
        const { max = 1 } = range(plot);
        return axis(title, { type: 'linear', min: 0, max: max * room(plot.id), ticks: { callback: short, includeBounds: false }, ...more });
      }
      default: {
        const { min, max } = values ? range(plot) : {};
        return axis(title, {
          type: 'logarithmic', afterBuildTicks: logTicks, ticks: { callback: short },
          ...(!values ? {} : plot.kind === 'BARS' ? withRoom(plot.id, min, max) : { min, max }), ...more,
        });
      }
    }
  }

  /* The 99.9 % intervals, and what a bar is worth. */
  const whiskers = {
    id: 'whiskers',
    afterDatasetsDraw(chart, _, { plot }) {
      const context = chart.ctx;
      const bars = plot.kind === 'BARS';
      const value = bars ? chart.scales.x : chart.scales.y;
      const area = chart.chartArea;
      context.save();
      context.beginPath();
      context.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
      context.clip();
      chart.data.datasets.forEach((dataset, i) => {
        const meta = chart.getDatasetMeta(i);
        if (meta.hidden) {
          return;
        }
        meta.data.forEach((element, j) => {
          const point = dataset.data[j].point;
          const ends = isFinite(point.low) && isFinite(point.high);
          const clamp = (end) => Math.min(value.max, Math.max(value.min, end));
          const from = value.getPixelForValue(clamp(ends ? point.low : point.value));
          const to = value.getPixelForValue(clamp(ends ? point.high : point.value));
          const across = bars ? element.y : element.x;
          const arm = bars ? Math.min(4, element.height / 3) : 3;
          if (ends) {
            context.strokeStyle = bars ? colour('text') : dataset.borderColor;
            context.lineWidth = 1.2;
            context.beginPath();
            for (const [a, b] of [[from, to]]) {
              bars ? (context.moveTo(a, across), context.lineTo(b, across)) : (context.moveTo(across, a), context.lineTo(across, b));
            }
            for (const end of [from, to]) {
              bars ? (context.moveTo(end, across - arm), context.lineTo(end, across + arm))
                  : (context.moveTo(across - arm, end), context.lineTo(across + arm, end));
            }
            context.stroke();
          }
          if (bars) {
            context.fillStyle = colour('text');
            context.font = '11px ' + Chart.defaults.font.family;
            context.textBaseline = 'middle';
            const worth = digits(point.value) + (plot.x.scale === 'RATIO' ? '×' : '');
            const end = Math.max(to, value.getPixelForValue(clamp(Math.max(point.value, plot.x.scale === 'RATIO' ? 1 : 0))));
            const at = Math.min(end + 5, area.right - context.measureText(worth).width - 3);
            context.strokeStyle = colour('panel');
            context.lineWidth = 3;
            context.strokeText(worth, at, across + .5);
            context.fillText(worth, at, across + .5);
          }
        });
      });
      context.restore();
    },
  };

  const interval = (point) => isFinite(point.low) && isFinite(point.high)
      ? ' [' + digits(point.low) + ', ' + (point.high > 1e100 ? 'unbounded' : digits(point.high)) + ']' : '';
  const tooltip = (title) => ({
    callbacks: {
      title,
      label: (item) => item.dataset.label + ': ' + digits(item.raw.point.value) + interval(item.raw.point)
          + ', n ' + item.raw.point.n,
    },
  });

  function lines(plot) {
    const crowded = plot.series.some((series) => series.points.length > 30);
    draw(plot.id, {
      type: 'line',
      data: {
        datasets: plot.series.map((series, i) => ({
          label: series.name,
          data: series.points.filter((point) => isFinite(point.value))
              .map((point) => ({ x: point.x, y: point.value, point })),
          borderColor: colour(series.colour),
          backgroundColor: colour(series.colour),
          borderDash: series.dashed ? [5, 4] : [],
          borderWidth: series.colour === 'dropped' ? 3 : 1.8,
          pointRadius: crowded ? 0 : 3,
          pointStyle: ['circle', 'rect', 'triangle', 'rectRot'][i % 4],
          pointHitRadius: 8,
          order: series.colour === 'dropped' ? 0 : 1,
        })),
      },
      options: {
        interaction: { mode: 'nearest', axis: 'xy', intersect: false },
        scales: { x: scaleOf(plot, plot.x, false), y: scaleOf(plot, plot.y, true) },
        plugins: {
          whiskers: { plot },
          legend: legend({ boxHeight: 0, boxWidth: 24, padding: 8 }),
          tooltip: tooltip((items) => items[0].raw.point.label + ' ' + plot.x.title.split(' ')[0]),
        },
      },
      plugins: [whiskers],
    });
  }

  /* Long names take several lines, shorter ones where the screen is narrow; a longer word is cut like aLongWord or a-long-word. */
  function wrap(name, width) {
    const rows = [''];
    const put = (piece) => {
      const last = rows.length - 1;
      if (rows[last] !== '' && (rows[last] + piece).trim().length > width) {
        rows.push(piece);
      } else {
        rows[last] += piece;
      }
    };
    for (const word of name.split(' ')) {
      const pieces = word.length > width ? word.split(/(?<=[-_])|(?<=[a-z])(?=[A-Z])/) : [word];
      put(' ' + pieces[0]);
      pieces.slice(1).forEach(put);
    }
    return rows.map((row) => row.trim());
  }

  function bars(plot) {
    const names = [...new Set(plot.series.flatMap((series) => series.points.map((point) => point.label)))];
    const width = isNarrow(plot.id) ? 17 : 30;
    const rows = names.length * Math.max(...names.map((name) => wrap(name, width).length));
    document.getElementById(plot.id).parentElement.style.minHeight = 15 * rows + 110 + 'px'; // the legend, the axis, all names
    const scale = scaleOf(plot, plot.x, true);
    draw(plot.id, {
      type: 'bar',
      data: {
        labels: names,
        datasets: plot.series.map((series) => ({
          label: series.name,
          data: series.points.map((point) => ({ x: point.value, y: point.label, point })),
          backgroundColor: colour(series.colour) + 'b8',
          borderColor: colour(series.colour),
          borderWidth: 1,
          base: plot.x.scale === 'RATIO' ? 1 : scale.min,
          categoryPercentage: .84,
          barPercentage: .9,
          skipNull: true,
        })),
      },
      options: {
        indexAxis: 'y',
        scales: {
          x: scale,
          y: axis('', {
            type: 'category', title: { display: false }, grid: { display: false },
            ticks: { autoSkip: false, color: colour('text'), callback: (i) => wrap(names[i], width) },
          }),
        },
        plugins: {
          whiskers: { plot },
          legend: legend({ boxWidth: 14, boxHeight: 14, padding: 8 }),
          tooltip: tooltip((items) => items[0].label),
        },
      },
      plugins: [whiskers],
    });
  }

  document.querySelectorAll('button[data-file]').forEach((button) => button.addEventListener('click', () => {
    const text = document.getElementById(button.dataset.file).textContent;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    link.download = button.dataset.file;
    link.click();
    URL.revokeObjectURL(link.href);
  }));

  show(data.map((plot) => () => plot.kind === 'BARS' ? bars(plot) : lines(plot)));
})();
