// Films, ticks and small repairs for every page of the course. Nothing is sent anywhere.
(function () {
  "use strict";

  const SECONDS_A_FRAME = 0.4;
  const DONE = "gan_tf.done"; // names of the notebooks that the reader has worked through

  // ------------------------------------------------------------------ films

  function mountFilm(film) {
    const frames = Number(film.dataset.frames);
    const columns = Number(film.dataset.columns);
    const rows = Math.ceil(frames / columns);
    const screen = film.querySelector(".film-screen");
    const share = (at, count) => (count > 1 ? (100 * at) / (count - 1) : 0);
    let timer = null;

    const bar = document.createElement("div");
    bar.className = "film-bar";
    bar.innerHTML =
      `<button type="button">Play</button>` +
      `<input type="range" min="1" max="${frames}" value="${frames}" aria-label="Frame of the film">` +
      `<output></output>`;
    film.append(bar);
    const [button, range, output] = bar.children;

    function show(number) {
      const at = number - 1;
      range.value = number;
      output.textContent = `${number} of ${frames}`;
      screen.style.backgroundPosition =
        `${share(Math.floor(at / rows), columns)}% ${share(at % rows, rows)}%`;
    }
    function stop() {
      clearInterval(timer);
      timer = null;
      button.textContent = "Play";
    }
    function next() {
      const number = Number(range.value);
      if (number < frames) show(number + 1);
      else stop();
    }
    function play() {
      if (Number(range.value) === frames) show(1);
      button.textContent = "Pause";
      timer = setInterval(next, 1000 * SECONDS_A_FRAME);
    }

    button.addEventListener("click", () => (timer ? stop() : play()));
    range.addEventListener("input", () => {
      stop();
      show(Number(range.value));
    });
    show(frames);
    playWhenSeen(screen, () => timer || play());
  }

  // Once, and not for readers who asked their system for less motion.
  function playWhenSeen(element, play) {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        play();
      },
      { threshold: 0.6 }
    );
    observer.observe(element);
  }

  // ------------------------------------------------------------------ ticks

  const notebookOf = (path) => (path.match(/(\d\d[a-z]?_\w+)\.html$/) || [])[1];

  function readDone() {
    try {
      return new Set(JSON.parse(localStorage.getItem(DONE) || "[]"));
    } catch (error) {
      return null; // storage is switched off: the page has no ticks then
    }
  }

  function markDone(done) {
    for (const link of document.querySelectorAll(".bd-sidebar-primary a, a.sd-stretched-link")) {
      const isHere = link.getAttribute("href") === "#";
      const name = notebookOf(isHere ? location.pathname : link.pathname);
      link.classList.toggle("is-done", done.has(name));
    }
  }

  function mountTicks() {
    const done = readDone();
    if (!done) return;
    const here = notebookOf(location.pathname);
    if (here) {
      const paragraph = document.createElement("p");
      paragraph.className = "done-box";
      paragraph.innerHTML =
        `<label><input type="checkbox"> I have worked through this notebook</label>`;
      const box = paragraph.querySelector("input");
      box.checked = done.has(here);
      box.addEventListener("change", () => {
        if (box.checked) done.add(here);
        else done.delete(here);
        localStorage.setItem(DONE, JSON.stringify([...done].sort()));
        markDone(done);
      });
      document.querySelector("article.bd-article").append(paragraph);
    }
    markDone(done);
  }

  // ------------------------------------------------------------------ repairs

  // What is wider than the page scrolls, and the arrow keys must reach it.
  function makeScrollable() {
    const wide = "div.highlight pre, .math-wrapper, div.math, .pst-scrollable-table-container";
    for (const element of document.querySelectorAll(wide)) {
      if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    }
  }

  // The theme's label lacks the words that one sees on the button.
  function nameSearchButtons() {
    for (const button of document.querySelectorAll(".search-button-field, .search-button")) {
      if (button.textContent.trim()) button.removeAttribute("aria-label");
    }
  }

  document.querySelectorAll(".film").forEach(mountFilm);
  mountTicks();
  makeScrollable();
  addEventListener("load", () => setTimeout(makeScrollable, 1000)); // formulas are set by then
  addEventListener("resize", makeScrollable);
  nameSearchButtons();
})();
