// The lab's interface: mountLab(element, options) lets one play a GAN in the plane.
// Needs shared.js, gan2d.js and presets.js; asks for no other file and sends nothing.
(function (root) {
  "use strict";

  const { Random, option, percent, copyText } = root.SHARED;
  const { Game, DATA, DEFAULTS } = root.GAN2D;
  const { FIELDS, PRESETS, presetSettings, toHash, fromHash, toPython } = root.LAB;

  const FIELD = 56; // squares along a side of the picture of D's opinion
  const SAMPLES = 400; // generated points in the picture
  const ARROWS = 60;
  const CROSSES = 40; // that one moves oneself
  const HAND_R1 = 0.3; // without it D is soon sure of everything, and all arrows vanish
  const HAND_STEPS = 3; // of D in a frame while one moves the crosses
  const BUDGET_MS = 12; // for training in a frame, so that slow computers still draw
  const LONGEST_LOG = 600;
  const REAL = "#0b5cad";
  const FAKE = "#b23c00";

  const HTML = `
<div class="lab">
  <div class="lab-bar" role="group" aria-label="Run">
    <button type="button" class="lab-play" data-do="play">Play</button>
    <button type="button" data-do="stepD">One step of D</button>
    <button type="button" data-do="stepG">One step of G</button>
    <button type="button" data-do="fresh">New game</button>
    <label>Try <select data-choose="preset"><option value="">…</option>
      ${Object.keys(PRESETS).map(option).join("")}</select></label>
    <label>Steps a frame <select data-choose="speed">
      <option>1</option><option>4</option><option selected>10</option><option>25</option>
    </select></label>
  </div>
  <div class="lab-main">
    <div>
      <canvas class="lab-plane" width="560" height="560" tabindex="0"></canvas>
      <p class="lab-key"><b class="lab-real">●</b> real points, <b class="lab-fake">✕</b> generated
        points. Where the plane is blue, D believes that points are real; where it is orange, that
        they are fake. Where it is white, D cannot tell.</p>
    </div>
    <div class="lab-side">
      <div class="lab-fields"></div>
      <fieldset><legend>Show</legend>
        <label><input type="checkbox" data-show="arrows" checked> where D pulls the points</label>
        <label><input type="checkbox" data-show="mesh"> how G bends its plane</label>
      </fieldset>
      <fieldset><legend>Play yourself</legend>
        <label><input type="checkbox" data-show="hand"> You are the generator</label>
      </fieldset>
      <canvas class="lab-chart" width="360" height="150" role="img"
        aria-label="Losses of D and G against steps"></canvas>
      <p class="lab-status"></p>
      <p class="lab-said" role="status"></p>
      <p><button type="button" data-do="python">Copy as Python</button>
        <button type="button" data-do="link">Copy link</button></p>
    </div>
  </div>
</div>`;

  // Options: `settings` to begin with, `home`, the address that links lead to, and `autoplay`.
  function mountLab(element, options = {}) {
    element.innerHTML = HTML;
    return new Lab(element, options);
  }

  class Lab {
    constructor(element, { settings = {}, home = null, autoplay = false } = {}) {
      this.element = element;
      this.home = home;
      this.plane = this.find(".lab-plane");
      this.pen = this.plane.getContext("2d");
      this.chart = this.find(".lab-chart");
      this.small = document.createElement("canvas"); // D's opinion, a pixel for each square
      this.small.width = this.small.height = FIELD;
      this.smallPen = this.small.getContext("2d");
      this.opinionImage = this.smallPen.createImageData(FIELD, FIELD);
      this.settings = { ...DEFAULTS, ...settings, ...fromHash(location.hash) };
      this.playing = false;
      this.hand = null; // coordinates of the crosses while one is the generator
      this.held = 0; // which cross the pointer or the keys move
      this.framesPerSecond = 0;
      this.addFields();
      this.listen();
      this.start();
      this.play(autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches);
      this.frame = this.frame.bind(this);
      requestAnimationFrame(this.frame);
    }

    find(selector) {
      return this.element.querySelector(selector);
    }

    // ---------------------------------------------------------------- the form

    addFields() {
      const prefix = `lab${Math.random().toString(36).slice(2, 8)}`;
      const rows = FIELDS.map(
        ([key, label, choices]) =>
          `<label for="${prefix}-${key}">${label}</label>` +
          `<select id="${prefix}-${key}" data-field="${key}">${choices.map(option).join("")}</select>`
      );
      this.find(".lab-fields").innerHTML = rows.join("");
      this.showSettings();
    }

    showSettings() {
      for (const [key] of FIELDS) {
        this.find(`[data-field=${key}]`).value = String(this.settings[key]);
      }
    }

    listen() {
      this.element.addEventListener("click", (event) => {
        const action = event.target.dataset.do;
        if (action) this.act(action, event.target);
      });
      this.element.addEventListener("change", ({ target }) => {
        const { field, choose, show } = target.dataset;
        if (field) this.change(field, target);
        if (choose === "preset" && target.value) this.choose(target.value);
        if (show === "hand") this.takeOver(target.checked);
        if (show) this.draw();
      });
      this.plane.addEventListener("pointerdown", (event) => this.grab(event));
      this.plane.addEventListener("pointermove", (event) => this.drag(event));
      this.plane.addEventListener("pointerup", () => (this.dragging = false));
      this.plane.addEventListener("pointercancel", () => (this.dragging = false));
      this.plane.addEventListener("keydown", (event) => this.moveByKey(event));
    }

    act(action, button) {
      const actions = {
        play: () => this.play(!this.playing),
        stepD: () => this.once(() => this.game.stepD({ hand: this.hand })),
        stepG: () => this.once(() => (this.hand ? this.follow() : this.game.stepG())),
        fresh: () => {
          this.settings.seed += 1;
          this.start();
        },
        python: () => copyText(toPython(this.settings), button),
        link: () => copyText(this.link(), button),
      };
      actions[action]();
    }

    change(key, select) {
      const [, , choices, isLive] = FIELDS.find(([name]) => name === key);
      this.settings[key] = choices.find((choice) => String(choice) === select.value);
      if (isLive) this.game[key] = this.settings[key];
      else this.start();
    }

    choose(name) {
      const { keep } = PRESETS[name];
      const before = this.settings;
      this.settings = { ...presetSettings(name), seed: before.seed };
      this.showSettings();
      const goesOn = keep && !this.hand && before.data === this.settings.data && this.game.steps > 0;
      if (goesOn && before.width === this.settings.width) Object.assign(this.game, this.settings);
      else this.start();
      this.play(true);
    }

    link() {
      const base = this.home || location.href.split("#")[0];
      return `${base}#${toHash(this.settings)}`;
    }

    // ---------------------------------------------------------------- the game

    // A new game with the present settings.
    start() {
      const r1 = this.hand ? Math.max(this.settings.r1, HAND_R1) : this.settings.r1;
      this.game = new Game({ ...this.settings, r1 });
      this.extent = DATA[this.settings.data].extent;
      this.squares = this.grid(FIELD, this.extent * (1 - 1 / FIELD));
      this.log = [];
      this.draw();
      this.drawChart();
      this.say(true);
    }

    play(on) {
      this.playing = on;
      this.find("[data-do=play]").textContent = on ? "Pause" : "Play";
      this.framesSince = performance.now();
      this.frames = 0;
      if (!on) this.say(true);
    }

    once(step) {
      this.play(false);
      step();
      this.draw();
      this.say(true);
    }

    frame(now) {
      if (!this.element.isConnected) return;
      if (this.playing && !document.hidden) {
        this.train();
        this.draw();
        this.count(now);
      }
      requestAnimationFrame(this.frame);
    }

    // As many steps as were asked for, or as fit into the time for a frame; at least one.
    train() {
      const started = performance.now();
      const wanted = this.hand ? HAND_STEPS : Number(this.find("[data-choose=speed]").value);
      for (let k = 0; k < wanted; k++) {
        if (this.hand) {
          this.game.stepD({ hand: this.hand });
          this.game.steps += 1;
        } else this.game.step();
        if (performance.now() - started > BUDGET_MS) break;
      }
      this.log.push([this.game.lossD, this.hand ? NaN : this.game.lossG]);
      if (this.log.length > LONGEST_LOG) this.log = this.log.filter((_, k) => k % 2);
    }

    count(now) {
      this.frames += 1;
      if (this.frames % 6 === 0) this.drawChart();
      if (now - this.framesSince < 1000) return;
      this.framesPerSecond = (1000 * this.frames) / (now - this.framesSince);
      this.frames = 0;
      this.framesSince = now;
      this.say(false);
    }

    // What the picture shows, in words; aloud only when the game stands still.
    say(aloud) {
      const { game } = this;
      const parts = [`Step ${game.steps.toLocaleString("en")}.`];
      if (this.hand) {
        const opinions = game.opinions(this.hand, CROSSES);
        const mean = opinions.reduce((a, b) => a + b, 0) / CROSSES;
        parts.push(`D believes in ${percent(mean)} of your crosses. 50 % is the best you can get.`);
      } else {
        const modes = game.modes(500);
        if (modes) {
          parts.push(`Modes found: ${modes.found} of ${modes.of}.`);
          parts.push(`${percent(modes.good)} of the points are near one.`);
        }
        if (Number.isFinite(game.lossG)) {
          parts.push(`Losses: D ${game.lossD.toFixed(2)}, G ${game.lossG.toFixed(2)}.`);
        }
      }
      this.find(".lab-status").textContent = parts.join(" ");
      if (aloud) this.find(".lab-said").textContent = parts.join(" ");
    }

    // ---------------------------------------------------------------- you are the generator

    takeOver(on) {
      const reach = this.extent / 2;
      const random = new Random(this.settings.seed + 7);
      const place = () => reach * (random.uniform() - 0.5);
      this.hand = on ? Float64Array.from({ length: 2 * CROSSES }, place) : null;
      this.held = 0;
      this.plane.classList.toggle("lab-hand-on", on);
      this.start();
      this.play(on);
    }

    // What a generator would do: every cross takes a small step along its arrow.
    follow() {
      const pulls = this.game.pulls(this.hand, CROSSES);
      const most = 0.1 * this.extent;
      for (let k = 0; k < pulls.length; k++) {
        this.hand[k] += Math.max(-most, Math.min(most, most * pulls[k]));
      }
    }

    pointAt(event) {
      const box = this.plane.getBoundingClientRect();
      const [x, y] = [
        (event.clientX - box.left) / box.width,
        (event.clientY - box.top) / box.height,
      ];
      return [this.extent * (2 * x - 1), this.extent * (1 - 2 * y)];
    }

    grab(event) {
      if (!this.hand) return;
      const [x, y] = this.pointAt(event);
      const apart = Array.from({ length: CROSSES }, (_, k) =>
        Math.hypot(this.hand[2 * k] - x, this.hand[2 * k + 1] - y)
      );
      this.held = apart.indexOf(Math.min(...apart));
      this.dragging = apart[this.held] < 0.15 * this.extent;
      this.plane.setPointerCapture(event.pointerId);
    }

    drag(event) {
      if (!this.hand || !this.dragging) return;
      this.hand.set(this.pointAt(event), 2 * this.held);
      if (!this.playing) this.draw();
    }

    moveByKey(event) {
      if (!this.hand) return;
      const step = 0.05 * this.extent;
      const moves = {
        ArrowLeft: [-step, 0],
        ArrowRight: [step, 0],
        ArrowUp: [0, step],
        ArrowDown: [0, -step],
      };
      if (event.key in moves) {
        this.hand[2 * this.held] += moves[event.key][0];
        this.hand[2 * this.held + 1] += moves[event.key][1];
      } else if (event.key === "n") this.held = (this.held + 1) % CROSSES;
      else return;
      event.preventDefault();
      this.draw();
    }

    // ---------------------------------------------------------------- pictures

    toX(x) {
      return ((x / this.extent + 1) / 2) * this.plane.width;
    }

    toY(y) {
      return ((1 - y / this.extent) / 2) * this.plane.height;
    }

    // Points of a square grid, from the top left, `count` along each side.
    grid(count, reach) {
      const points = new Float64Array(2 * count * count);
      for (let row = 0, k = 0; row < count; row++) {
        for (let column = 0; column < count; column++, k++) {
          points[2 * k] = reach * ((2 * column) / (count - 1) - 1);
          points[2 * k + 1] = reach * (1 - (2 * row) / (count - 1));
        }
      }
      return points;
    }

    draw() {
      this.drawOpinion();
      this.drawReal();
      const isShown = (name) => this.find(`[data-show=${name}]`).checked;
      if (!this.hand && isShown("mesh")) this.drawMesh();
      const points = this.hand || this.game.samples(SAMPLES);
      this.drawCrosses(points);
      if (isShown("arrows")) this.drawArrows(points, this.hand ? CROSSES : ARROWS);
      const label = this.hand
        ? `The plane with ${CROSSES} crosses. The arrow keys move one of them, N takes the next.`
        : "The plane: real points, generated points, and how real D thinks each place is.";
      this.plane.setAttribute("role", this.hand ? "application" : "img");
      if (this.plane.getAttribute("aria-label") !== label) {
        this.plane.setAttribute("aria-label", label);
      }
    }

    // From orange (fake) over white (cannot tell) to blue (real).
    drawOpinion() {
      const opinions = this.game.opinions(this.squares, FIELD * FIELD);
      const { data } = this.opinionImage;
      opinions.forEach((opinion, k) => {
        const strength = Math.abs(2 * opinion - 1);
        const [red, green, blue] = opinion > 0.5 ? [130, 75, 25] : [15, 100, 165];
        data[4 * k] = 255 - red * strength;
        data[4 * k + 1] = 255 - green * strength;
        data[4 * k + 2] = 255 - blue * strength;
        data[4 * k + 3] = 255;
      });
      this.smallPen.putImageData(this.opinionImage, 0, 0);
      this.pen.imageSmoothingEnabled = true;
      this.pen.drawImage(this.small, 0, 0, this.plane.width, this.plane.height);
    }

    drawReal() {
      const { pen } = this;
      const points = this.game.shown;
      pen.fillStyle = REAL;
      for (let k = 0; k < points.length / 2; k += 2) {
        pen.fillRect(this.toX(points[2 * k]) - 1.5, this.toY(points[2 * k + 1]) - 1.5, 3, 3);
      }
    }

    drawCrosses(points) {
      const { pen } = this;
      const size = this.hand ? 7 : 3;
      pen.strokeStyle = FAKE;
      pen.lineWidth = this.hand ? 3 : 1.3;
      pen.beginPath();
      for (let k = 0; k < points.length / 2; k++) {
        const [x, y] = [this.toX(points[2 * k]), this.toY(points[2 * k + 1])];
        pen.moveTo(x - size, y - size);
        pen.lineTo(x + size, y + size);
        pen.moveTo(x + size, y - size);
        pen.lineTo(x - size, y + size);
      }
      pen.stroke();
      if (!this.hand) return;
      pen.beginPath();
      const held = 2 * this.held;
      pen.arc(this.toX(this.hand[held]), this.toY(this.hand[held + 1]), 14, 0, 2 * Math.PI);
      pen.stroke();
    }

    drawArrows(points, count) {
      const { pen } = this;
      const pulls = this.game.pulls(points, count);
      pen.strokeStyle = "#333";
      pen.lineWidth = 1.2;
      pen.beginPath();
      for (let k = 0; k < count; k++) {
        const [x, y] = [this.toX(points[2 * k]), this.toY(points[2 * k + 1])];
        const length = Math.hypot(pulls[2 * k], pulls[2 * k + 1]);
        const scale = Math.min(40, 30 * length) / (length || 1);
        const [dx, dy] = [scale * pulls[2 * k], -scale * pulls[2 * k + 1]];
        pen.moveTo(x, y);
        pen.lineTo(x + dx, y + dy);
        pen.moveTo(x + 0.75 * dx - 0.15 * dy, y + 0.75 * dy + 0.15 * dx);
        pen.lineTo(x + dx, y + dy);
        pen.lineTo(x + 0.75 * dx + 0.15 * dy, y + 0.75 * dy - 0.15 * dx);
      }
      pen.stroke();
    }

    // The image of a square grid of latent vectors.
    drawMesh() {
      const { pen } = this;
      const count = 15;
      const image = this.game.G.forward(this.grid(count, 2.5), count * count);
      pen.strokeStyle = "rgba(110, 40, 120, 0.55)";
      pen.lineWidth = 1;
      pen.beginPath();
      for (let k = 0; k < count * count; k++) {
        const right = k % count < count - 1 ? k + 1 : null;
        const below = k + count < count * count ? k + count : null;
        for (const other of [right, below]) {
          if (other === null) continue;
          pen.moveTo(this.toX(image[2 * k]), this.toY(image[2 * k + 1]));
          pen.lineTo(this.toX(image[2 * other]), this.toY(image[2 * other + 1]));
        }
      }
      pen.stroke();
    }

    drawChart() {
      const pen = this.chart.getContext("2d");
      const { width, height } = this.chart;
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, width, height);
      const numbers = this.log.flat().filter(Number.isFinite);
      const highest = Math.max(1.5, ...numbers);
      const lowest = Math.min(0, ...numbers);
      const toX = (k) => (k / Math.max(1, this.log.length - 1)) * (width - 20);
      const toY = (loss) => height - 20 - ((loss - lowest) / (highest - lowest)) * (height - 30);
      pen.strokeStyle = "#767676";
      pen.setLineDash([4, 4]);
      pen.beginPath();
      pen.moveTo(0, toY(Math.LN2));
      pen.lineTo(width, toY(Math.LN2));
      pen.stroke();
      pen.setLineDash([]);
      pen.font = "13px sans-serif";
      pen.fillStyle = "#444";
      pen.fillText("loss against steps; dashes: log 2", 6, height - 4);
      this.drawCurve(pen, 0, "D", REAL, toX, toY);
      this.drawCurve(pen, 1, "G", FAKE, toX, toY);
    }

    drawCurve(pen, which, name, colour, toX, toY) {
      const last = this.log.length - 1;
      if (last < 1 || !Number.isFinite(this.log[last][which])) return;
      pen.strokeStyle = pen.fillStyle = colour;
      pen.beginPath();
      this.log.forEach((losses, k) => pen.lineTo(toX(k), toY(losses[which])));
      pen.stroke();
      pen.fillText(name, toX(last) + 6, toY(this.log[last][which]) + 4);
    }
  }

  root.mountLab = mountLab;
})(typeof globalThis !== "undefined" ? globalThis : this);
