// Moves through the slides, makes what is too long fit, and plays films. Nothing is sent anywhere.
(function () {
  "use strict";

  const WIDTH = 1280;
  const HEIGHT = 720;
  const SMALLEST = 0.4; // of the size of text
  const SECONDS_A_FRAME = 0.4;
  const deck = document.getElementById("deck");
  const slides = [...document.querySelectorAll(".slide")];
  const counter = document.querySelector("#bar output");
  let current = 0;

  function scale() {
    const factor = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT);
    deck.style.transform = `translate(-50%, -50%) scale(${factor})`;
  }

  function show(number) {
    current = Math.max(0, Math.min(slides.length - 1, number));
    slides.forEach((slide, place) => {
      slide.classList.toggle("is-current", place === current);
      slide.inert = place !== current;
    });
    counter.textContent = `${current + 1} / ${slides.length}`;
    history.replaceState(null, "", `#${current + 1}`);
    const film = slides[current].querySelector(".film");
    if (film && !matchMedia("(prefers-reduced-motion: reduce)").matches) film.play();
  }

  // ------------------------------------------------------------------ keys

  const MOVES = {
    ArrowRight: () => show(current + 1),
    ArrowDown: () => show(current + 1),
    PageDown: () => show(current + 1),
    " ": () => show(current + 1),
    ArrowLeft: () => show(current - 1),
    ArrowUp: () => show(current - 1),
    PageUp: () => show(current - 1),
    Home: () => show(0),
    End: () => show(slides.length - 1),
    a: () => toggle("details:not(.code)"),
    c: () => toggle(".code"),
    Escape: () => slides[current].querySelectorAll("details[open]").forEach((each) => (each.open = false)),
  };

  function toggle(selector) {
    const details = slides[current].querySelector(selector);
    if (details) details.open = !details.open;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onControl = event.target.closest("summary, button, a");
    if (!MOVES[event.key] || (onControl && event.key === " ")) return;
    if (event.target.closest(".code[open]") && /^(Arrow(Up|Down)|Page)/.test(event.key)) return;
    event.preventDefault();
    MOVES[event.key]();
  });
  document.getElementById("back").addEventListener("click", () => show(current - 1));
  document.getElementById("on").addEventListener("click", () => show(current + 1));
  addEventListener("resize", scale);
  addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1 || 0));

  // ------------------------------------------------------------------ what is too long

  function overflows(box) {
    return box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1;
  }

  function fit(slide) {
    const box = slide.querySelector(".content");
    for (let size = 1; size >= SMALLEST; size -= 0.04) {
      box.style.setProperty("--fit", size);
      if (!overflows(box)) return;
    }
  }

  // An answer may need more room than the question; it shrinks when it is opened.
  function refit(event) {
    const slide = event.target.closest(".slide");
    if (slide && !event.target.classList.contains("code")) fit(slide);
  }
  document.addEventListener("toggle", refit, true);

  // ------------------------------------------------------------------ films

  function mountFilm(film) {
    const frames = Number(film.dataset.frames);
    const columns = Number(film.dataset.columns);
    const rows = Math.ceil(frames / columns);
    const screen = film.querySelector(".film-screen");
    const share = (at, count) => (count > 1 ? (100 * at) / (count - 1) : 0);
    const button = document.createElement("button");
    let at = frames - 1;
    let timer = null;

    function draw() {
      screen.style.backgroundPosition =
        `${share(Math.floor(at / rows), columns)}% ${share(at % rows, rows)}%`;
    }
    function stop() {
      clearInterval(timer);
      timer = null;
      button.textContent = "Play";
    }
    film.play = () => {
      if (timer) return;
      if (at === frames - 1) at = 0;
      draw();
      button.textContent = "Pause";
      timer = setInterval(() => (at < frames - 1 ? (at++, draw()) : stop()), 1000 * SECONDS_A_FRAME);
    };
    button.addEventListener("click", () => (timer ? stop() : film.play()));
    film.append(button);
    const [width, height] = screen.style.aspectRatio.split("/").map(Number);
    const room = [film.clientWidth, film.clientHeight - button.offsetHeight - 8];
    const factor = Math.min(room[0] / width, room[1] / height);
    screen.style.width = `${width * factor}px`;
    screen.style.height = `${height * factor}px`;
    stop();
    draw();
  }

  // ------------------------------------------------------------------ start

  async function start() {
    scale();
    await MathJax.startup.promise;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    document.querySelectorAll(".film").forEach(mountFilm);
    slides.forEach(fit);
    show(Number(location.hash.slice(1)) - 1 || 0);
    document.body.dataset.ready = "yes";
  }
  start();
})();
