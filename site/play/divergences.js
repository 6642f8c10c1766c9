// Two humps against one normal distribution: how far apart four measures find them.
// mountDivergences(element) needs chart.js and sliders.js; the rest needs nothing.
(function (root) {
  "use strict";

  const HUMPS = { means: [-2, 2], std: 0.6 }; // those of figure 2.4, half of the data in each
  const REACH = 24; // densities are summed from -REACH to REACH
  const [FINE, COARSE] = [0.0025, 0.05]; // steps of the sums: for numbers and for curves
  const MEANS = [-4, 4];
  const MEASURES = ["KL(p‖q)", "KL(q‖p)", "JSD", "W₁"];

  // ------------------------------------------------------------------ mathematics

  const logNormal = (x, mean, std) =>
    -0.5 * ((x - mean) / std) ** 2 - Math.log(std * Math.sqrt(2 * Math.PI));

  // Logarithm of p: it stays finite where the density itself is too small for a number.
  function logHumps(x) {
    const [one, two] = HUMPS.means.map((mean) => logNormal(x, mean, HUMPS.std) - Math.LN2);
    return Math.max(one, two) + Math.log1p(Math.exp(-Math.abs(one - two)));
  }

  const softplus = (t) => (t > 30 ? t : Math.log1p(Math.exp(t)));

  // The best discriminator, p / (p + q).
  const bestDiscriminator = (logP, logQ) => 1 / (1 + Math.exp(logQ - logP));

  // The four measures between p and a normal q. The Wasserstein-1 distance is the area between
  // the two distribution functions.
  function measures(mean, std, step = FINE) {
    let [klPQ, klQP, jsd, w1, gap] = [0, 0, 0, 0, 0];
    let [before, gapBefore] = [0, 0];
    for (let x = -REACH; x <= REACH; x += step) {
      const [logP, logQ] = [logHumps(x), logNormal(x, mean, std)];
      const [p, q] = [Math.exp(logP), Math.exp(logQ)];
      klPQ += p * (logP - logQ) * step;
      klQP += q * (logQ - logP) * step;
      // D* is p / 2m, so log(p / m) = log D* + log 2.
      jsd += (p / 2) * (Math.LN2 - softplus(logQ - logP)) * step;
      jsd += (q / 2) * (Math.LN2 - softplus(logP - logQ)) * step;
      gap += ((before + p - q) / 2) * step;
      w1 += ((Math.abs(gapBefore) + Math.abs(gap)) / 2) * step;
      [before, gapBefore] = [p - q, gap];
    }
    return [klPQ, klQP, jsd, w1];
  }

  // ------------------------------------------------------------------ the panel

  const steps = (from, to, count) =>
    Array.from({ length: count + 1 }, (_, k) => from + ((to - from) * k) / count);

  const HTML = `
<div data-slider="mean" data-label="Mean of q" min="${MEANS[0]}" max="${MEANS[1]}" step="0.1" value="0"></div>
<div data-slider="std" data-label="Spread of q" min="0.3" max="3" step="0.1" value="1"></div>
<div class="play-table"></div>
<p class="play-summary"></p>
<div class="play-charts"></div>`;

  function draw({ mean, std }, element) {
    const xs = steps(-6, 6, 240);
    const logs = xs.map((x) => [logHumps(x), logNormal(x, mean, std)]);
    const along = (values) => xs.map((x, k) => [x, values[k]]);
    const found = measures(mean, std);
    const means = steps(...MEANS, 40);
    const curves = means.map((each) => measures(each, std, COARSE));
    const shown = found.map((value) => value.toFixed(3));
    const x = { label: "x", range: [-6, 6], ticks: [-6, -4, -2, 0, 2, 4, 6] };
    const { chart, table, fromZero } = root.CHART;
    const ofMean = (k) =>
      chart({
        label: `${MEASURES[k]} against the mean of q, with the spread held at ${std}. It is ${shown[k]} here.`,
        x: { label: "mean of q", range: MEANS, ticks: [-4, -2, 0, 2, 4] },
        y: { label: MEASURES[k], ...fromZero(curves.map((curve) => curve[k])) },
        lines: [{ name: MEASURES[k], points: means.map((each, n) => [each, curves[n][k]]) }],
        dots: [{ at: [mean, found[k]], line: 0 }],
        cursor: mean,
      });
    element.querySelector(".play-table").innerHTML = table(MEASURES, [shown]);
    element.querySelector(".play-charts").innerHTML =
      chart({
        label: `Densities: p has humps at −2 and 2; q is one hump at ${mean} with spread ${std}.`,
        x,
        y: { label: "density", ...fromZero([0.7, Math.exp(logNormal(0, 0, std))]) },
        lines: [
          { name: "p, data", points: along(logs.map(([p]) => Math.exp(p))) },
          { name: "q, generator", points: along(logs.map(([, q]) => Math.exp(q))) },
        ],
      }) +
      chart({
        label: "The best discriminator D* = p/(p + q) against x.",
        x,
        y: { label: "D*", range: [0, 1], ticks: [0, 0.5, 1] },
        lines: [{ name: "D* = p/(p + q)", points: along(logs.map((pair) => bestDiscriminator(...pair))) }],
      }) +
      MEASURES.map((_, k) => ofMean(k)).join("");
    return (
      `With mean ${mean.toFixed(1)} and spread ${std.toFixed(1)}: KL(p‖q) ${shown[0]}, KL(q‖p) ` +
      `${shown[1]} and JSD ${shown[2]} nats, W₁ ${shown[3]} units of x. ` +
      `D* is ${bestDiscriminator(logHumps(mean), logNormal(mean, mean, std)).toFixed(2)} at the top of q.`
    );
  }

  function mountDivergences(element) {
    const oneDigit = (value) => value.toFixed(1).replace("-", "−");
    root.SLIDERS.mountPanel(element, { html: HTML, draw, wordings: { mean: oneDigit, std: oneDigit } });
  }

  root.DIVERGENCES = { measures, logHumps, logNormal, bestDiscriminator };
  root.mountDivergences = mountDivergences;
})(typeof globalThis !== "undefined" ? globalThis : this);
