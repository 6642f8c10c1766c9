// A board to draw on with greys: each stroke becomes digits in a text that Python reads.
(function (root) {
  "use strict";

  const GREYS = ["0", "3", "5", "7", "9"]; // 0 is black, 9 is white
  const OPEN = "."; // nothing was drawn here
  const RADIUS = 1; // of the brush, in pixels of the image

  const shade = (digit) => `rgb(${Array(3).fill(Math.round((digit * 255) / 9)).join()})`;

  // Rows of a square image, as text.
  const text = (cells, size) =>
    Array.from({ length: size }, (_, y) => cells.slice(y * size, (y + 1) * size).join("")).join("\n");

  // All cells within the brush's radius of a place take the digit.
  function paint(cells, size, column, row, digit) {
    for (let y = row - RADIUS; y <= row + RADIUS; y++) {
      for (let x = column - RADIUS; x <= column + RADIUS; x++) {
        if (x >= 0 && y >= 0 && x < size && y < size) cells[y * size + x] = digit;
      }
    }
  }

  function mountBoard(element, { size }) {
    const cells = Array(size * size).fill(OPEN);
    const step = Math.floor(392 / size);
    element.innerHTML = `
      <p id="tools"></p>
      <canvas width="${size * step}" height="${size * step}" aria-label="drawing board"></canvas>
      <p><button id="clear">Clear</button> <button id="copy">Copy</button>
      <span id="said" role="status"></span></p>
      <textarea rows="4" cols="34" readonly aria-label="the drawing as text"></textarea>`;
    const [canvas, output] = ["canvas", "textarea"].map((name) => element.querySelector(name));
    const context = canvas.getContext("2d");
    let digit = "9";

    function draw() {
      cells.forEach((cell, place) => {
        context.fillStyle = cell === OPEN ? "#cfe3f5" : shade(Number(cell));
        const [row, column] = [Math.floor(place / size), place % size];
        context.fillRect(column * step, row * step, step - 1, step - 1);
      });
      output.value = text(cells, size);
    }

    for (const value of [...GREYS, OPEN]) {
      const button = document.createElement("button");
      button.textContent = value === OPEN ? "erase" : value;
      if (value !== OPEN) button.style.background = shade(Number(value));
      if (value !== OPEN) button.style.color = value < 5 ? "#fff" : "#000";
      button.onclick = () => (digit = value);
      element.querySelector("#tools").append(button, " ");
    }
    function stroke(event) {
      if (!event.buttons) return;
      const box = canvas.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      const place = (value) => Math.floor((value * size) / box.width);
      paint(cells, size, place(x), place(y), digit);
      draw();
    }
    canvas.style.touchAction = "none";
    canvas.onpointerdown = canvas.onpointermove = stroke;
    element.querySelector("#clear").onclick = () => (cells.fill(OPEN), draw());
    element.querySelector("#copy").onclick = () => {
      output.select();
      navigator.clipboard.writeText(output.value).then(
        () => (element.querySelector("#said").textContent = "copied"),
        () => (element.querySelector("#said").textContent = "press Ctrl+C"),
      );
    };
    draw();
    return { cells, draw };
  }

  root.BOARD = { OPEN, paint, text };
  root.mountBoard = mountBoard;
})(globalThis);
