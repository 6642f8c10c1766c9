// The game xy: one player makes x y small, the other makes it large. Three ways to take turns.
// mountCircling(element) needs chart.js and sliders.js; the rest needs nothing.
(function (root) {
  "use strict";

  const START = [1, 1];
  const MOST_STEPS = 400;
  const REACH = 2.7; // of the picture of the paths, as in figure 7.10
  const SQUARE = 362; // height of a chart in which both axes have the same scale
  const NAMES = ["simultaneous", "alternating", "averaged"];

  // ------------------------------------------------------------------ mathematics

  // One step of each player, from (x, y), with a step size.
  const RULES = {
    simultaneous: (x, y, rate) => [x - rate * y, y + rate * x],
    alternating: (x, y, rate) => {
      const moved = x - rate * y;
      return [moved, y + rate * moved];
    },
  };

  // The largest absolute value of the eigenvalues of the step, which is a 2 × 2 matrix. Its columns
  // are where (1, 0) and (0, 1) move.
  function spectralRadius(rule, rate) {
    const [[a, c], [b, d]] = [rule(1, 0, rate), rule(0, 1, rate)];
    const [half, determinant] = [(a + d) / 2, a * d - b * c];
    const square = half * half - determinant;
    if (square < 0) return Math.sqrt(determinant); // a complex pair
    return Math.abs(half) + Math.sqrt(square);
  }

  // The positions of `count` steps; those of averaged play are the means of alternating play's.
  function paths(rate, count) {
    const found = {};
    for (const [name, rule] of Object.entries(RULES)) {
      found[name] = [START];
      for (let k = 0; k < count; k++) found[name].push(rule(...found[name][k], rate));
    }
    let sum = [0, 0];
    found.averaged = found.alternating.map(([x, y], k) => {
      sum = [sum[0] + x, sum[1] + y];
      return [sum[0] / (k + 1), sum[1] / (k + 1)];
    });
    return found;
  }

  // ------------------------------------------------------------------ the panel

  const HTML = `
<div data-slider="rate" data-label="Step size α" min="0.02" max="2.2" step="0.02" value="0.1"></div>
<div data-slider="count" data-label="Steps" min="1" max="${MOST_STEPS}" step="1" value="120"></div>
<div class="play-table"></div>
<p class="play-summary"></p>
<div class="play-charts"></div>`;

  // What becomes of the distance from the equilibrium in the long run.
  function fate(radius) {
    if (Math.abs(radius - 1) < 1e-9) return "goes around for ever";
    return radius > 1 ? "flies apart" : "comes to rest";
  }

  function draw({ rate, count }, element) {
    const found = paths(rate, count);
    const radii = ["simultaneous", "alternating"].map((name) => spectralRadius(RULES[name], rate));
    const ends = NAMES.map((name) => Math.hypot(...found[name][count]));
    const { chart, table } = root.CHART;
    const axis = (label) => ({ label, range: [-REACH, REACH], ticks: [-2, -1, 0, 1, 2] });
    const logs = NAMES.map((name) => ({
      name,
      points: found[name].map((at, k) => [k, Math.log10(Math.hypot(...at))]),
    }));
    element.querySelector(".play-table").innerHTML = table(
      ["way to play", "spectral radius", `distance after ${count} steps`],
      NAMES.map((name, k) => [name, k < 2 ? radii[k].toFixed(6) : "none: a mean", worded(ends[k])])
    );
    element.querySelector(".play-charts").innerHTML =
      chart({
        label:
          `Paths of the players from (1, 1) over ${count} steps. Simultaneous play ${fate(radii[0])}; ` +
          `alternating play ${fate(radii[1])}.`,
        height: SQUARE,
        x: axis("x"),
        y: axis("y"),
        lines: NAMES.map((name) => ({ name, points: found[name] })),
        dots: NAMES.map((name, line) => ({ at: found[name][count], line })),
      }) +
      chart({
        label: `Distance from the equilibrium against steps, as a power of ten.`,
        height: SQUARE,
        x: { label: "steps", range: [0, count], ticks: [0, Math.round(count / 2), count] },
        y: { label: "distance, power of ten", range: [-3, 2], ticks: [-3, -2, -1, 0, 1, 2] },
        lines: logs,
      });
    return (
      `With α = ${rate.toFixed(2)}, simultaneous play ${fate(radii[0])} (spectral radius ` +
      `${radii[0].toFixed(4)}), and alternating play ${fate(radii[1])} (${radii[1].toFixed(4)}). ` +
      `After ${count} steps the mean of alternating play is ${worded(ends[2])} from the equilibrium.`
    );
  }

  const worded = (value) => (value < 1e4 ? value.toPrecision(3) : value.toExponential(1));

  function mountCircling(element) {
    const wordings = { rate: (value) => value.toFixed(2) };
    root.SLIDERS.mountPanel(element, { html: HTML, draw, wordings });
  }

  root.CIRCLING = { RULES, spectralRadius, paths };
  root.mountCircling = mountCircling;
})(typeof globalThis !== "undefined" ? globalThis : this);
