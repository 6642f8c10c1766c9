// Labelled sliders, and panels of sliders with something that they draw. Needs no other file.
(function (root) {
  "use strict";

  let count = 0;

  // Makes a slider in place of an element with the attributes data-slider (its name), data-label,
  // min, max, step and value. `wording` says a value in words.
  function mountSlider(place, wording = String) {
    const { slider: name, label } = place.dataset;
    const id = `slider-${(count += 1)}`;
    const bounds = ["min", "max", "step", "value"]
      .map((key) => `${key}="${place.getAttribute(key)}"`)
      .join(" ");
    place.className = "play-slider";
    place.innerHTML =
      `<label for="${id}">${label}</label>` +
      `<input type="range" id="${id}" name="${name}" ${bounds}><span aria-hidden="true"></span>`;
    const [, input, shown] = place.children;
    const show = () => {
      shown.textContent = wording(Number(input.value));
      input.setAttribute("aria-valuetext", shown.textContent);
    };
    input.addEventListener("input", show);
    show();
    return {
      get value() {
        return Number(input.value);
      },
      set value(value) {
        input.value = value;
        show();
      },
    };
  }

  // Calls `draw` at most once a frame while a slider moves.
  function onceAFrame(draw) {
    let isDue = false;
    return () => {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        draw();
      });
    };
  }

  // Fills an element and keeps it drawn: `html` holds the places of sliders and a paragraph
  // .play-summary, which gets the words that `draw(values, element)` returns. Screen readers hear
  // them when a slider comes to rest.
  function mountPanel(element, { html, wordings = {}, draw }) {
    element.classList.add("lab", "play");
    element.innerHTML = `${html}<p class="lab-said" role="status"></p>`;
    const sliders = {};
    for (const place of element.querySelectorAll("[data-slider]")) {
      const name = place.dataset.slider;
      sliders[name] = mountSlider(place, wordings[name]);
    }
    const values = () => {
      const found = Object.fromEntries(Object.keys(sliders).map((n) => [n, sliders[n].value]));
      for (const select of element.querySelectorAll("select")) found[select.name] = select.value;
      return found;
    };
    const summary = element.querySelector(".play-summary");
    const redraw = () => (summary.textContent = draw(values(), element));
    element.addEventListener("input", onceAFrame(redraw));
    element.addEventListener("change", () => {
      element.querySelector(".lab-said").textContent = redraw();
    });
    redraw();
  }

  root.SLIDERS = { mountSlider, mountPanel, onceAFrame };
})(typeof globalThis !== "undefined" ? globalThis : this);
