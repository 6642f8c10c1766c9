// The page on latents: mountLatent(element) walks through the latents of a trained generator.
// Needs shared.js, weights.js, generator.js and sliders.js.
(function (root) {
  "use strict";

  const { Random, SEED, option, percent, copyText } = root.SHARED;
  const { Generator, latentOf, lengthOf, scaled, between, cornerShares, analogy, meanOf } =
    root.GENERATOR;
  const { mountSlider, onceAFrame } = root.SLIDERS;

  const TILES = 5; // pictures along a side of the map
  const STATIONS = 8; // of a walk, which then begins again
  const SECONDS_A_STATION = 2.5;
  const SAMPLES = 12;
  const KEY_STEP = 0.05;
  const CORNERS = ["top left", "top right", "bottom left", "bottom right"];
  const NAMES = Object.keys(root.GARMENTS);
  const firstOf = (name) => root.GARMENTS[name][0];

  const DEFAULTS = {
    corners: [firstOf("Ankle boot"), firstOf("Bag"), firstOf("Trouser"), firstOf("Dress")],
    x: 0.5,
    y: 0.5,
    walk: 2466,
    at: 0,
    terms: [firstOf("Sneaker"), root.GARMENTS.Sneaker[1], firstOf("Ankle boot")],
    mean: 1,
    far: 1,
    psi: 1,
    samples: 0,
  };
  // The numbers that sliders choose, with their ranges.
  const RANGES = { x: [0, 1], y: [0, 1], at: [0, STATIONS], far: [0, 2], psi: [0, 2], mean: [0, 1] };

  // ------------------------------------------------------------------ links

  // The settings that differ from the defaults, as the end of a link.
  function toHash(settings) {
    const changed = Object.keys(DEFAULTS).filter((k) => `${settings[k]}` !== `${DEFAULTS[k]}`);
    return new URLSearchParams(changed.map((key) => [key, String(settings[key])])).toString();
  }

  // The settings in the end of a link; whatever is not a seed or not in its range is left out.
  function fromHash(hash) {
    const found = {};
    for (const [key, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
      if (!(key in DEFAULTS)) continue;
      const numbers = text.split(",").map(Number);
      const wanted = [DEFAULTS[key]].flat().length;
      const [least, most] = RANGES[key] || [];
      const isValid = RANGES[key]
        ? text !== "" && numbers[0] >= least && numbers[0] <= most
        : text.split(",").every((seed) => SEED.test(seed));
      if (!isValid || numbers.length !== wanted) continue;
      found[key] = Array.isArray(DEFAULTS[key]) ? numbers : numbers[0];
    }
    return found;
  }

  // ------------------------------------------------------------------ garments

  const nameOf = (seed) => NAMES.find((name) => root.GARMENTS[name].includes(seed));
  const described = (seed) => nameOf(seed) || `seed ${seed}`;

  // The next seed of the same garment.
  function nextSeed(seed) {
    const seeds = root.GARMENTS[nameOf(seed) || NAMES[0]];
    return seeds[(seeds.indexOf(seed) + 1) % seeds.length];
  }

  // The latents of all garments that share a name with that of a seed, or of the seed alone.
  function latentsLike(seed) {
    return (root.GARMENTS[nameOf(seed)] || [seed]).map((each) => latentOf(each));
  }

  const chooser = (group, k, label) => `<span class="latent-choice" data-group="${group}">
    <select data-k="${k}" aria-label="Garment ${label}"><option value="">seed</option>
      ${NAMES.map(option).join("")}</select>
    <button type="button" data-k="${k}" aria-label="Next garment ${label}">Next</button>
  </span>`;

  const picture = (name, label) =>
    `<canvas class="latent-picture" data-picture="${name}" width="28" height="28" role="img"
      aria-label="${label}"></canvas>`;

  const slider = (name, label, [min, max], step, value) =>
    `<div data-slider="${name}" data-label="${label}" min="${min}" max="${max}" step="${step}"
      value="${value}"></div>`;

  // ------------------------------------------------------------------ the parts

  const PARTS = {
    plane: `
<div class="latent-sides">
  <div>${picture("plane", "The garment at this place of the plane")}
    <p class="latent-words"></p></div>
  <div>
    <div class="latent-corners">${chooser("corners", 0, CORNERS[0])}${chooser("corners", 1, CORNERS[1])}</div>
    <div class="latent-map" tabindex="0" role="application"
      aria-label="Plane between four garments. The arrow keys move through it.">
      <canvas width="${28 * TILES}" height="${28 * TILES}"></canvas><div class="latent-mark"></div>
    </div>
    <div class="latent-corners">${chooser("corners", 2, CORNERS[2])}${chooser("corners", 3, CORNERS[3])}</div>
    ${slider("x", "Left to right", RANGES.x, 0.01, 0.5)}
    ${slider("y", "Top to bottom", RANGES.y, 0.01, 0.5)}
  </div>
</div>`,
    walk: `
<div class="latent-sides">
  <div>${picture("walk", "The garment at this place of the walk")}</div>
  <div>
    <p><button type="button" class="lab-play" data-do="play">Play</button>
      <button type="button" data-do="walk">New walk</button></p>
    ${slider("at", "Place on the walk", RANGES.at, 0.02, 0)}
    <canvas class="latent-strip" width="${28 * STATIONS}" height="28" role="img"
      aria-label="The ${STATIONS} garments that the walk visits"></canvas>
    <p class="latent-words"></p>
  </div>
</div>`,
    arithmetic: `
<div class="latent-sum">
  <div><p>a</p>${picture("a", "Garment a")}${chooser("terms", 0, "a")}</div>
  <div><p>− b</p>${picture("b", "Garment b")}${chooser("terms", 1, "b")}</div>
  <div><p>+ c</p>${picture("c", "Garment c")}${chooser("terms", 2, "c")}</div>
  <div><p>= result</p>${picture("sum", "The garment of the sum")}</div>
</div>
<p><label><input type="checkbox" data-do="mean"> For b and c, take the mean of ${root.GARMENTS[NAMES[0]].length}
  garments with this name</label></p>
${slider("far", "How much of c − b", RANGES.far, 0.05, 1)}
<p class="latent-words"></p>`,
    truncation: `
${slider("psi", "ψ", RANGES.psi, 0.05, 1)}
<div class="latent-samples">${Array.from({ length: SAMPLES }, (_, k) =>
      picture(`sample${k}`, `Sample ${k + 1}`)).join("")}</div>
<p class="latent-words"></p>
<p><button type="button" data-do="samples">New samples</button></p>`,
    link: `<p><button type="button" data-do="link">Copy link to these garments</button></p>`,
  };

  class Latent {
    constructor(page) {
      this.page = page;
      this.settings = { ...DEFAULTS, ...fromHash(location.hash) };
      this.generator = new Generator(root.WEIGHTS);
      this.playing = false;
      for (const element of page.querySelectorAll("[data-part]")) {
        element.classList.add("lab", "play");
        element.innerHTML = PARTS[element.dataset.part];
      }
      this.said = document.createElement("p");
      this.said.className = "lab-said";
      this.said.setAttribute("role", "status");
      page.append(this.said);
      this.mountSliders();
      this.listen();
      this.drawAll();
    }

    part(name) {
      return this.page.querySelector(`[data-part=${name}]`);
    }

    mountSliders() {
      const units = { at: (value) => value.toFixed(2), psi: (value) => value.toFixed(2) };
      this.sliders = {};
      for (const place of this.page.querySelectorAll("[data-slider]")) {
        const key = place.dataset.slider;
        this.sliders[key] = mountSlider(place, units[key] || percent);
        this.sliders[key].value = this.settings[key];
      }
      this.page.querySelector("[data-do=mean]").checked = this.settings.mean === 1;
    }

    // ---------------------------------------------------------------- what one does

    listen() {
      const { page } = this;
      const drawings = {};
      for (const name of ["plane", "walk", "arithmetic", "truncation"]) {
        drawings[name] = onceAFrame(() => this.draw(name));
      }
      this.drawSoon = drawings;
      page.addEventListener("input", ({ target }) => {
        if (!(target.name in this.sliders)) return;
        this.settings[target.name] = Number(target.value);
        if (target.name === "at") this.play(false);
        drawings[this.partOf(target)]();
      });
      page.addEventListener("change", ({ target }) => {
        if (!target.closest("[data-part]")) return;
        if (target.dataset.k && target.value) this.choose(target, firstOf(target.value));
        if (target.dataset.do === "mean") this.settings.mean = Number(target.checked);
        this.draw(this.partOf(target));
        this.say(this.partOf(target));
      });
      page.addEventListener("click", ({ target }) => {
        if (target.matches("button[data-k]")) this.another(target);
        if (target.matches("button[data-do]")) this.act(target.dataset.do, target);
      });
      const map = page.querySelector(".latent-map");
      map.addEventListener("pointerdown", (event) => {
        map.setPointerCapture(event.pointerId);
        this.pointAt(event, map);
      });
      map.addEventListener("pointermove", (event) => event.buttons && this.pointAt(event, map));
      map.addEventListener("pointerup", () => this.say("plane"));
      map.addEventListener("keydown", (event) => this.moveByKey(event));
    }

    partOf(element) {
      return element.closest("[data-part]").dataset.part;
    }

    act(action, button) {
      const fresh = (key) => {
        this.settings[key] = Math.floor(new Random(this.settings[key] + 1).uniform() * 1e6);
        this.draw(this.partOf(button));
        this.say(this.partOf(button));
      };
      const actions = {
        play: () => this.play(!this.playing),
        walk: () => fresh("walk"),
        samples: () => fresh("samples"),
        link: () => copyText(this.link(), button),
      };
      actions[action]();
    }

    choose({ dataset, parentElement }, seed) {
      const { group } = parentElement.dataset;
      this.settings[group] = this.settings[group].with(Number(dataset.k), seed);
      if (group === "corners") this.drawMap();
    }

    another(button) {
      const { group } = button.parentElement.dataset;
      this.choose(button, nextSeed(this.settings[group][button.dataset.k]));
      this.draw(this.partOf(button));
      this.say(this.partOf(button));
    }

    link() {
      return `${location.href.split("#")[0]}#${toHash(this.settings)}`;
    }

    // The middle of the mark goes where the pointer is.
    pointAt(event, map) {
      const box = map.getBoundingClientRect();
      const place = (offset, size) => ((offset / size) * TILES - 0.5) / (TILES - 1);
      this.moveTo(
        place(event.clientX - box.left, box.width),
        place(event.clientY - box.top, box.height)
      );
    }

    moveByKey(event) {
      const moves = {
        ArrowLeft: [-KEY_STEP, 0],
        ArrowRight: [KEY_STEP, 0],
        ArrowUp: [0, -KEY_STEP],
        ArrowDown: [0, KEY_STEP],
      };
      if (!(event.key in moves)) return;
      event.preventDefault();
      const [dx, dy] = moves[event.key];
      this.moveTo(this.settings.x + dx, this.settings.y + dy);
      this.say("plane");
    }

    moveTo(x, y) {
      const rounded = (value) => Math.round(100 * Math.max(0, Math.min(1, value))) / 100;
      Object.assign(this.settings, { x: rounded(x), y: rounded(y) });
      this.sliders.x.value = this.settings.x;
      this.sliders.y.value = this.settings.y;
      this.drawSoon.plane();
    }

    play(on) {
      if (on === this.playing) return;
      this.playing = on;
      this.part("walk").querySelector("[data-do=play]").textContent = on ? "Pause" : "Play";
      if (!on) return this.say("walk");
      let before = null;
      const step = (now) => {
        if (!this.playing || !this.page.isConnected) return;
        const passed = before === null ? 0 : Math.min(0.1, (now - before) / 1000);
        before = now;
        this.settings.at = (this.settings.at + passed / SECONDS_A_STATION) % STATIONS;
        this.sliders.at.value = this.settings.at;
        this.drawWalk();
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    }

    // ---------------------------------------------------------------- pictures

    // Draws a picture on a canvas, with its top left corner at a place.
    paint(canvas, latent, left = 0, top = 0) {
      const grey = this.generator.picture(latent);
      const { size } = this.generator;
      const image = new ImageData(size, size);
      grey.forEach((value, k) => {
        image.data.fill(Math.round(127.5 * (value + 1)), 4 * k, 4 * k + 3);
        image.data[4 * k + 3] = 255;
      });
      canvas.getContext("2d").putImageData(image, left, top);
      return grey;
    }

    paintNamed(name, latent) {
      return this.paint(this.page.querySelector(`[data-picture=${name}]`), latent);
    }

    drawAll() {
      this.drawMap();
      for (const name of ["plane", "walk", "arithmetic", "truncation"]) this.draw(name);
    }

    draw(name) {
      const drawings = {
        plane: () => this.drawPlane(),
        walk: () => this.drawWalk(),
        arithmetic: () => this.drawArithmetic(),
        truncation: () => this.drawTruncation(),
      };
      drawings[name]();
      for (const choice of this.part(name).querySelectorAll("[data-group]")) {
        const select = choice.querySelector("select");
        select.value = nameOf(this.settings[choice.dataset.group][select.dataset.k]) || "";
      }
    }

    // What a part shows, in words.
    tell(name, words) {
      this.part(name).querySelector(".latent-words").textContent = words;
    }

    say(name) {
      this.said.textContent = this.part(name).querySelector(".latent-words").textContent;
    }

    atPlace(x, y) {
      const corners = this.settings.corners.map((seed) => latentOf(seed));
      return between(corners, cornerShares(x, y));
    }

    drawMap() {
      const canvas = this.page.querySelector(".latent-map canvas");
      for (let k = 0; k < TILES ** 2; k++) {
        const [column, row] = [k % TILES, Math.floor(k / TILES)];
        const latent = this.atPlace(column / (TILES - 1), row / (TILES - 1));
        this.paint(canvas, latent, 28 * column, 28 * row);
      }
    }

    drawPlane() {
      const { x, y, corners } = this.settings;
      this.paintNamed("plane", this.atPlace(x, y));
      const mark = this.page.querySelector(".latent-mark");
      mark.style.left = `${(100 * x * (TILES - 1)) / TILES}%`;
      mark.style.top = `${(100 * y * (TILES - 1)) / TILES}%`;
      const shares = cornerShares(x, y).map((share, k) => `${percent(share)} ${described(corners[k])}`);
      this.tell("plane", `This latent is ${shares.join(", ")}.`);
    }

    drawWalk() {
      const { walk, at } = this.settings;
      const seeds = Array.from({ length: STATIONS + 1 }, (_, k) => walk + (k % STATIONS));
      const from = Math.min(Math.floor(at), STATIONS - 1);
      const ends = [seeds[from], seeds[from + 1]];
      const share = at - from;
      const latents = ends.map((seed) => latentOf(seed));
      this.paintNamed("walk", between(latents, [1 - share, share]));
      if (this.shownWalk !== walk) {
        const strip = this.part("walk").querySelector(".latent-strip");
        seeds.slice(0, -1).forEach((seed, k) => this.paint(strip, latentOf(seed), 28 * k, 0));
        this.shownWalk = walk;
      }
      this.tell(
        "walk",
        `${percent(share)} of the way from seed ${ends[0]} to seed ${ends[1]}. ` +
          `The walk visits the seeds ${walk} to ${walk + STATIONS - 1} and returns.`
      );
    }

    drawArithmetic() {
      const { terms, mean, far } = this.settings;
      const latents = terms.map((seed) => latentOf(seed));
      const [a, b, c] = mean ? [latents[0], ...terms.slice(1).map((s) => meanOf(latentsLike(s)))] : latents;
      ["a", "b", "c"].forEach((name, k) => this.paintNamed(name, latents[k]));
      this.paintNamed("sum", analogy(a, b, c, far));
      const of = mean ? "the mean of " : "";
      this.tell(
        "arithmetic",
        `${described(terms[0])} + ${percent(far)} × (${of}${described(terms[2])} − ` +
          `${of}${described(terms[1])}), as long as the latent of a.`
      );
    }

    drawTruncation() {
      const { psi, samples } = this.settings;
      const latents = Array.from({ length: SAMPLES }, (_, k) => latentOf(samples + k));
      const grey = latents.map((latent, k) => this.paintNamed(`sample${k}`, scaled(latent, psi)));
      const length = latents.reduce((sum, z) => sum + lengthOf(z), 0) / SAMPLES;
      this.tell(
        "truncation",
        `The latents are ${(psi * length).toFixed(1)} long on average. Two samples differ by ` +
          `${percent(variety(grey))} of the way from black to white, on average over pixels and pairs. ` +
          `Seeds ${samples} to ${samples + SAMPLES - 1}.`
      );
    }
  }

  // Mean difference of two pictures, as a share of the way from black to white.
  function variety(pictures) {
    let [sum, count] = [0, 0];
    pictures.forEach((picture, n) => {
      for (const other of pictures.slice(n + 1)) {
        other.forEach((value, k) => (sum += Math.abs(value - picture[k]) / 2));
        count += other.length;
      }
    });
    return sum / count;
  }

  root.LATENT = { DEFAULTS, toHash, fromHash };
  root.mountLatent = (page) => new Latent(page);
})(typeof globalThis !== "undefined" ? globalThis : this);
