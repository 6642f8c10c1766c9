// What the lab and the other interactive pages of the course share. Asks for no other file.
(function (root) {
  "use strict";

  // Random numbers that depend on the seed alone: mulberry32, and normal ones by Box and Muller.
  class Random {
    constructor(seed) {
      this.state = seed >>> 0;
      this.spare = null;
    }

    uniform() {
      this.state = (this.state + 0x6d2b79f5) | 0;
      let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }

    normal() {
      if (this.spare !== null) {
        const spare = this.spare;
        this.spare = null;
        return spare;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
      const angle = 2 * Math.PI * this.uniform();
      this.spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    }
  }

  // y = x W + bias for `rows` rows, where W has shape (inputs, outputs); four outputs at a time, which is twice as fast.
  function affine(x, W, bias, y, rows, inputs, outputs) {
    const fours = outputs - (outputs % 4);
    for (let row = 0; row < rows; row++) {
      const from = row * inputs;
      const to = row * outputs;
      for (let o = 0; o < fours; o += 4) {
        let s0 = bias ? bias[o] : 0;
        let s1 = bias ? bias[o + 1] : 0;
        let s2 = bias ? bias[o + 2] : 0;
        let s3 = bias ? bias[o + 3] : 0;
        for (let i = 0, w = o; i < inputs; i++, w += outputs) {
          const value = x[from + i];
          s0 += value * W[w];
          s1 += value * W[w + 1];
          s2 += value * W[w + 2];
          s3 += value * W[w + 3];
        }
        y[to + o] = s0;
        y[to + o + 1] = s1;
        y[to + o + 2] = s2;
        y[to + o + 3] = s3;
      }
      for (let o = fours; o < outputs; o++) {
        let sum = bias ? bias[o] : 0;
        for (let i = 0, w = o; i < inputs; i++, w += outputs) sum += x[from + i] * W[w];
        y[to + o] = sum;
      }
    }
  }

  const SEED = /^\d{1,9}$/; // how a link writes one

  const words = (name) => name.replace(/_/g, " ");
  const option = (value) => `<option value="${value}">${words(String(value))}</option>`;
  const percent = (share) => `${Math.round(100 * share)} %`;

  // Copies a text, and says so on the button. Where the clipboard is forbidden, as in some
  // notebooks, the text appears in a box below the button instead.
  async function copyText(text, button) {
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      setTimeout(() => (button.textContent = label), 1200);
    } catch (error) {
      const place = button.parentElement;
      let box = place.nextElementSibling;
      if (!box || !box.matches(".lab-copied")) {
        box = document.createElement("textarea");
        box.className = "lab-copied";
        box.readOnly = true;
        box.setAttribute("aria-label", "Text to copy");
        place.after(box);
      }
      box.value = text;
      box.select();
    }
  }

  root.SHARED = { Random, affine, SEED, option, percent, copyText };
})(typeof globalThis !== "undefined" ? globalThis : this);
