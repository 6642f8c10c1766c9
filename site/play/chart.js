// Curves in a coordinate system, as SVG that takes its colours from the page. Needs no other file.
(function (root) {
  "use strict";

  const [LEFT, RIGHT, TOP, BOTTOM] = [52, 14, 10, 38]; // room for the labels

  // Returns the HTML of a chart, with a legend if there are several lines.
  //   label      what a screen reader says instead
  //   x, y       { label, range: [from, to], ticks: [values] }
  //   lines      [{ name, points: [[x, y], ...] }]; a line breaks where a number is not finite
  //   dots       [{ at: [x, y], line }] in the colour of a line
  //   cursor     x of a vertical line, if there is one
  //   width, height   of the SVG's own units, in which letters are 13 high
  function chart({
    label, x, y, lines, dots = [], cursor = null, width = 380, height = 240,
    hasLegend = lines.length > 1,
  }) {
    const toX = (value) => place(value, x.range, LEFT, width - RIGHT);
    const toY = (value) => place(value, y.range, height - BOTTOM, TOP);
    const id = `clip-${Math.random().toString(36).slice(2, 10)}`;
    const marks = [
      ...x.ticks.map((t) => tick(toX(t), height - BOTTOM, toX(t), TOP, String(t), "middle", 0, 14)),
      ...y.ticks.map((t) => tick(LEFT, toY(t), width - RIGHT, toY(t), String(t), "end", -6, 4)),
    ];
    const curves = lines.map(
      ({ points }, k) => `<path class="play-line play-line-${k}" d="${path(points, toX, toY)}"/>`
    );
    const circles = dots.map(
      ({ at, line }) =>
        `<circle class="play-dot play-line-${line}" cx="${toX(at[0])}" cy="${toY(at[1])}" r="4.5"/>`
    );
    const upright = cursor === null ? "" : `M${toX(cursor)} ${TOP}V${height - BOTTOM}`;
    return `
<div class="play-chart"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
  <clipPath id="${id}"><rect x="${LEFT}" y="${TOP - 4}" width="${width - LEFT - RIGHT}"
    height="${height - TOP - BOTTOM + 8}"/></clipPath>
  ${marks.join("")}
  <g clip-path="url(#${id})"><path class="play-cursor" d="${upright}"/>${curves.join("")}${circles.join("")}</g>
  <text x="${(LEFT + width - RIGHT) / 2}" y="${height - 6}" text-anchor="middle">${x.label}</text>
  <text x="12" y="${(TOP + height - BOTTOM) / 2}" text-anchor="middle"
    transform="rotate(-90 12 ${(TOP + height - BOTTOM) / 2})">${y.label}</text>
</svg>${hasLegend ? `<p class="play-legend" aria-hidden="true">${lines.map(key).join(" ")}</p>` : ""}</div>`;
  }

  const FARTHEST = 1e4; // a place outside of the picture that SVG can still read

  function place(value, [from, to], first, last) {
    const found = first + ((value - from) / (to - from)) * (last - first);
    return Number(Math.max(-FARTHEST, Math.min(FARTHEST, found)).toFixed(1));
  }

  // A line across the chart with its number outside.
  function tick(x1, y1, x2, y2, text, anchor, dx, dy) {
    return (
      `<path class="play-grid" d="M${x1} ${y1}L${x2} ${y2}"/>` +
      `<text x="${x1 + dx}" y="${y1 + dy}" text-anchor="${anchor}">${text.replace("-", "−")}</text>`
    );
  }

  function path(points, toX, toY) {
    let isDrawing = false;
    const parts = points.map(([px, py]) => {
      if (!Number.isFinite(px) || !Number.isFinite(py)) return (isDrawing = false), "";
      const letter = isDrawing ? "L" : "M";
      isDrawing = true;
      return `${letter}${toX(px)} ${toY(py)}`;
    });
    return parts.join("");
  }

  const key = ({ name }, k) =>
    `<span><svg viewBox="0 0 30 10" width="30" height="10">` +
    `<path class="play-line play-line-${k}" d="M1 5H29"/></svg> ${name}</span>`;

  // Returns the HTML of a table; the first column of several names its row.
  function table(names, rows) {
    const cells = (row) =>
      row.map((cell, k) => (k === 0 && rows.length > 1 ? `<th scope="row">${cell}</th>` : `<td>${cell}</td>`));
    return (
      `<table class="play-numbers"><thead><tr>${names.map((n) => `<th scope="col">${n}</th>`).join("")}` +
      `</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row).join("")}</tr>`).join("")}</tbody></table>`
    );
  }

  const TOPS = [1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10];

  // Range and ticks of an axis from 0 to a round number, which is at least the largest value.
  function fromZero(values) {
    const largest = Math.max(...values);
    const power = 10 ** Math.floor(Math.log10(largest));
    const top = Number((power * TOPS.find((each) => each * power >= largest)).toPrecision(2));
    return { range: [0, top], ticks: [0, top / 2, top] };
  }

  root.CHART = { chart, table, fromZero };
})(typeof globalThis !== "undefined" ? globalThis : this);
