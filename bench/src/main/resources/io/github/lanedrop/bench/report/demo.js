(() => {
  const { data, colour, legend, axis, draw, show } = Page;
  const runs = ['plain', 'dropped', 'mc'];
  const percent = (value) => (100 * value).toFixed(1) + ' %';
  const wholePercent = { callback: (value) => Math.round(100 * value) + ' %' };
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const squares = () => legend({ boxWidth: 14, boxHeight: 14 });

  /* Test in full, training dashed, a colour a run. */
  function learning(id, test, train, y, text) {
    const line = (run, i, key, training) => ({
      label: run.name + (training ? ', training' : ', test'),
      data: run[key].map((value, epoch) => ({ x: epoch + 1, y: value })),
      borderColor: colour(runs[i]),
      backgroundColor: colour(runs[i]),
      borderDash: training ? [5, 4] : [],
      borderWidth: training ? 1.5 : 2.5,
      pointRadius: run[key].length < 3 ? 3 : 0,
      pointHitRadius: 8,
    });
    const last = data.learning[0][test].length;
    draw(id, {
      type: 'line',
      data: { datasets: data.learning.flatMap((run, i) => [line(run, i, test, false), line(run, i, train, true)]) },
      options: {
        interaction: { mode: 'nearest', axis: 'x', intersect: false },
        scales: { x: axis('epoch', { type: 'linear', min: Math.min(1, last - 1), max: last, ticks: { precision: 0 } }), y },
        plugins: {
          legend: legend({ boxHeight: 0, boxWidth: 28 }),
          tooltip: {
            callbacks: {
              title: (items) => 'epoch ' + items[0].parsed.x,
              label: (item) => item.dataset.label + ': ' + text(item.parsed.y),
            },
          },
        },
      },
    });
  }

  /* The first epochs would squeeze all that matters into the lowest tenth: they do not decide where an axis ends. */
  function late(key) {
    return data.learning.flatMap((run) => run[key].slice(Math.floor(run[key].length / 5)))
        .filter((value) => value !== null);
  }

  function loss() {
    const top = Number((1.5 * Math.max(...late('testLoss'))).toPrecision(1));
    learning('loss', 'testLoss', 'trainLoss',
        axis('cross-entropy in nats', { min: 0, max: Number.isFinite(top) && top > 0 ? top : undefined }),
        (value) => value.toFixed(4));
  }

  function accuracy() {
    const low = 1 - 1.5 * (1 - Math.min(...late('testAccuracy')));
    learning('accuracy', 'testAccuracy', 'trainAccuracy',
        axis('accuracy', { max: 1, min: Math.max(0, Math.floor(20 * low) / 20), ticks: wholePercent }), percent);
  }

  function reliability() {
    const points = data.reliability.map((run, i) => ({
      label: run.name,
      data: run.confidence.map((x, bin) => ({ x, y: run.accuracy[bin], count: run.count[bin] })),
      borderColor: colour(runs[i]) + '80',
      backgroundColor: colour(runs[i]),
      borderWidth: 1,
      pointStyle: ['circle', 'rect', 'triangle'][i],
      pointRadius: run.count.map((count) => 1.5 + 9 * Math.sqrt(count / sum(run.count))),
    }));
    const diagonal = {
      label: 'confidence means what it says',
      data: [{ x: 0, y: 0 }, { x: 1, y: 1 }],
      borderColor: colour('quiet'),
      borderDash: [3, 3],
      backgroundColor: 'transparent',
      borderWidth: 1,
      pointRadius: 0,
      pointStyle: 'line',
    };
    draw('reliability', {
      type: 'line',
      data: { datasets: [...points, diagonal] },
      options: {
        clip: false,
        scales: {
          x: axis('confidence', { type: 'linear', min: 0, max: 1, ticks: wholePercent }),
          y: axis('accuracy', { min: 0, max: 1, ticks: wholePercent }),
        },
        plugins: {
          legend: legend({ usePointStyle: true, pointStyleWidth: 9, boxHeight: 7 }),
          tooltip: {
            filter: (item) => item.raw.count !== undefined,
            callbacks: {
              title: () => '',
              label: (item) => item.dataset.label + ': said ' + percent(item.raw.x) + ', right ' + percent(item.raw.y)
                  + ' of ' + item.raw.count,
            },
          },
        },
      },
    });
  }

  function entropy() {
    const share = (counts, label, name) => ({
      label: label + ' (' + sum(counts).toLocaleString('en') + ' images)',
      data: counts.map((count) => count / Math.max(1, sum(counts))),
      backgroundColor: colour(name),
    });
    draw('entropy', {
      type: 'bar',
      data: {
        labels: data.entropy.bins,
        datasets: [share(data.entropy.right, 'right', 'mc'), share(data.entropy.wrong, 'wrong', 'wrong')],
      },
      options: {
        scales: {
          x: axis('predictive entropy in nats', { grid: { display: false }, ticks: { callback: (i) => data.entropy.bins[i].split(' ')[0] } }),
          y: axis('share of answers', { min: 0, ticks: wholePercent }),
        },
        plugins: {
          legend: squares(),
          tooltip: { callbacks: { label: (item) => item.dataset.label + ': ' + percent(item.parsed.y) } },
        },
      },
    });
  }

  function throughput() {
    const bars = (label, key, name) => ({ label, data: data.throughput[key], backgroundColor: colour(name) });
    draw('throughput', {
      type: 'bar',
      data: {
        labels: data.throughput.elements.map((size) => size.toLocaleString('en')),
        datasets: [
          bars('copy', 'copy', 'quiet'), bars('copy and scale', 'scale', 'plain'), bars('dropout', 'dropout', 'dropped'),
        ],
      },
      options: {
        scales: {
          x: axis('elements', { grid: { display: false } }),
          y: axis('nanoseconds an element', { beginAtZero: true }),
        },
        plugins: {
          legend: squares(),
          tooltip: { callbacks: { label: (item) => item.dataset.label + ': ' + item.parsed.y.toFixed(3) + ' ns' } },
        },
      },
    });
  }

  show([loss, accuracy, reliability, entropy, throughput]);
})();
