// What each metric says of real images with a share of noise, from the table of benchmarks/noise.py.
// mountNoise(element) needs noise_table.js, chart.js and sliders.js.
(function (root) {
  "use strict";

  const TABLE = root.NOISE;
  // Name in the table, what it is called, its digits, and whether more is better.
  const METRICS = [
    ["classifier_score", "Classifier score", 2, true],
    ["frechet_classifier_distance", "Fréchet distance", 1, false],
    ["kernel_classifier_distance", "Kernel distance", 2, false],
    ["sliced_wasserstein", "Sliced Wasserstein", 1, false],
    ["precision", "Precision", 3, true],
    ["recall", "Recall", 3, true],
    ["density", "Density", 3, true],
    ["coverage", "Coverage", 3, true],
    ["classes_present", "Classes present", 1, true],
  ];
  const WAYS = { replaced: "takes the place of images", mixed: "is mixed into every image" };

  // How far a value is on the way from the level of real images to that of noise.
  function way(name, value) {
    const [real, noise] = [TABLE.floor[name], TABLE.ceiling[name]];
    return (value - real) / (noise - real);
  }

  const HTML = `
<p class="play-choice"><label>The noise <select name="way">${Object.entries(WAYS)
    .map(([key, words]) => `<option value="${key}">${words}</option>`)
    .join("")}</select></label></p>
<div data-slider="step" data-label="Share of noise" min="0" max="${TABLE.shares.length - 1}" step="1"
  value="6"></div>
<p class="play-summary"></p>
<div class="play-table"></div>
<div class="play-charts play-many"></div>`;

  const percent = (share) => `${Math.round(100 * share)} %`.replace("-", "−");
  const number = (value, digits) => value.toFixed(digits).replace("-", "−");

  function draw({ way: kind, step }, element) {
    const { chart, table } = root.CHART;
    const now = TABLE[kind][step];
    const rows = METRICS.map(([name, title, digits, isMore]) => [
      `${title} ${isMore ? "↑" : "↓"}`,
      number(now[name], digits),
      number(TABLE.floor[name], digits),
      number(TABLE.ceiling[name], digits),
      percent(way(name, now[name])),
    ]);
    element.querySelector(".play-table").innerHTML = table(
      ["metric", "here", "real images", "noise", "of the way"],
      rows
    );
    element.querySelector(".play-charts").innerHTML = METRICS.map(([name, title, digits]) =>
      chart({
        label: `${title} against the share of noise: ${number(now[name], digits)} here.`,
        width: 240,
        height: 190,
        hasLegend: false,
        ...axes(name),
        lines: curves(name, kind),
        dots: [{ at: [100 * TABLE.shares[step], now[name]], line: 0 }],
      })
    ).join("");
    const moved = ([name]) => Math.abs(way(name, now[name]));
    const lowest = METRICS.toSorted((a, b) => moved(a) - moved(b));
    const told = ([name, title]) => `${title} (${percent(way(name, now[name]))})`;
    return (
      `${percent(TABLE.shares[step])} of noise, which ${WAYS[kind]}. On the way from real images to ` +
      `noise, ${told(lowest[0])} has moved least, and ${told(lowest.at(-1))} most.`
    );
  }

  // The measured values, and the levels of real images and of noise.
  function curves(name, kind) {
    const level = (value) => [[0, value], [50, value]];
    return [
      { name: titleOf(name), points: TABLE.shares.map((s, k) => [100 * s, TABLE[kind][k][name]]) },
      { name: "real images", points: level(TABLE.floor[name]) },
      { name: "noise", points: level(TABLE.ceiling[name]) },
    ];
  }

  const titleOf = (wanted) => METRICS.find(([name]) => name === wanted)[1];

  function axes(name) {
    const values = Object.keys(WAYS).flatMap((kind) => TABLE[kind].map((row) => row[name]));
    const levels = [TABLE.floor[name], TABLE.ceiling[name]];
    return {
      x: { label: "% of noise", range: [0, 50], ticks: [0, 25, 50] },
      y: { label: titleOf(name), ...root.CHART.fromZero([...levels, ...values]) },
    };
  }

  function mountNoise(element) {
    const wordings = { step: (step) => percent(TABLE.shares[step]) };
    root.SLIDERS.mountPanel(element, { html: HTML, draw, wordings });
  }

  root.NOISE_PANEL = { METRICS, way };
  root.mountNoise = mountNoise;
})(typeof globalThis !== "undefined" ? globalThis : this);
