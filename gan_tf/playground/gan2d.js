// A GAN in the plane in plain JavaScript, without a library: networks, Adam, losses, R1, data.
// Needs shared.js.
//
// It plays by the rules of the Python package: the same losses, the same Adam, the same data sets.
// A test takes one step with both from the same weights and compares. Matrices are flat
// Float64Arrays, row after row; a weight matrix has shape (inputs, outputs), as in Keras.
(function (root) {
  "use strict";

  const { Random, affine } = root.SHARED;

  const SLOPE = 0.2; // of leaky ReLU below zero
  const ADAM_BETA_2 = 0.999;
  const ADAM_EPSILON = 1e-7;
  const MOST_POINTS = 4096; // that a network takes at once

  // ------------------------------------------------------------------ products of matrices

  // dx = dy W^T: what a layer's outputs want, as what its inputs want.
  function affineBackward(dy, W, dx, rows, inputs, outputs) {
    for (let row = 0; row < rows; row++) {
      const from = row * outputs;
      const to = row * inputs;
      for (let i = 0; i < inputs; i++) {
        let sum = 0;
        for (let o = 0, w = i * outputs; o < outputs; o++) sum += dy[from + o] * W[w + o];
        dx[to + i] = sum;
      }
    }
  }

  // dW += x^T dy and dbias += the column sums of dy; two rows at a time.
  function addGradients(x, dy, dW, dbias, rows, inputs, outputs) {
    const none = new Float64Array(Math.max(inputs, outputs));
    for (let row = 0; row < rows; row += 2) {
      const x0 = x.subarray(row * inputs, (row + 1) * inputs);
      const y0 = dy.subarray(row * outputs, (row + 1) * outputs);
      const isPair = row + 1 < rows;
      const x1 = isPair ? x.subarray((row + 1) * inputs, (row + 2) * inputs) : none;
      const y1 = isPair ? dy.subarray((row + 1) * outputs, (row + 2) * outputs) : none;
      for (let i = 0, w = 0; i < inputs; i++, w += outputs) {
        const [a, b] = [x0[i], x1[i]];
        for (let o = 0; o < outputs; o++) dW[w + o] += a * y0[o] + b * y1[o];
      }
      if (dbias) for (let o = 0; o < outputs; o++) dbias[o] += y0[o] + y1[o];
    }
  }

  // ------------------------------------------------------------------ networks

  // Dense layers with leaky ReLU in between and nothing at the end.
  class Network {
    constructor(sizes, random) {
      this.sizes = sizes;
      this.depth = sizes.length - 1;
      this.weights = [];
      this.biases = [];
      this.weightGradients = [];
      this.biasGradients = [];
      const buffers = () => sizes.map((size) => new Float64Array(MOST_POINTS * size));
      this.values = buffers(); // of every layer in the last forward pass, the inputs first
      this.slopes = buffers(); // of the loss with respect to those values
      this.tangents = buffers(); // of those values along a direction of the inputs
      for (let layer = 0; layer < this.depth; layer++) this.addLayer(layer, random);
      const zeros = () => this.parameters().map((each) => new Float64Array(each.length));
      this.firstMoments = zeros();
      this.secondMoments = zeros();
      this.updates = 0;
    }

    // Glorot's uniform initialisation, the default of Keras.
    addLayer(layer, random) {
      const [inputs, outputs] = [this.sizes[layer], this.sizes[layer + 1]];
      const limit = Math.sqrt(6 / (inputs + outputs));
      const weights = new Float64Array(inputs * outputs);
      for (let k = 0; k < weights.length; k++) weights[k] = (2 * random.uniform() - 1) * limit;
      this.weights.push(weights);
      this.biases.push(new Float64Array(outputs));
      this.weightGradients.push(new Float64Array(inputs * outputs));
      this.biasGradients.push(new Float64Array(outputs));
    }

    parameters() {
      return [...this.weights, ...this.biases];
    }

    gradients() {
      return [...this.weightGradients, ...this.biasGradients];
    }

    clearGradients() {
      for (const gradient of this.gradients()) gradient.fill(0);
    }

    // Returns the outputs for the first `rows` rows of x; the next pass overwrites them.
    forward(x, rows) {
      const { sizes, values } = this;
      values[0].set(x.subarray(0, rows * sizes[0]));
      for (let layer = 0; layer < this.depth; layer++) {
        const next = values[layer + 1];
        affine(
          values[layer], this.weights[layer], this.biases[layer], next,
          rows, sizes[layer], sizes[layer + 1]
        );
        if (layer < this.depth - 1) this.bend(next, layer + 1, rows);
      }
      return values[this.depth];
    }

    // Multiplies by the slope of leaky ReLU at the layer's last values, which have their sign.
    bend(numbers, layer, rows) {
      const values = this.values[layer];
      const count = rows * this.sizes[layer];
      for (let k = 0; k < count; k++) if (values[k] < 0) numbers[k] *= SLOPE;
    }

    // Returns the slopes with respect to the inputs of the last forward pass, given those with
    // respect to its outputs; adds up the parameters' gradients if it is told to.
    backward(outputSlopes, rows, { learn }) {
      const { sizes, slopes, values } = this;
      slopes[this.depth].set(outputSlopes.subarray(0, rows * sizes[this.depth]));
      for (let layer = this.depth - 1; layer >= 0; layer--) {
        const [inputs, outputs] = [sizes[layer], sizes[layer + 1]];
        if (learn) {
          addGradients(
            values[layer], slopes[layer + 1], this.weightGradients[layer],
            this.biasGradients[layer], rows, inputs, outputs
          );
        }
        affineBackward(
          slopes[layer + 1], this.weights[layer], slopes[layer], rows, inputs, outputs
        );
        if (layer > 0) this.bend(slopes[layer], layer, rows);
      }
      return slopes[0];
    }

    // Adds the gradient of R1, weight / 2 * mean |grad_x D(x)|^2 at the last inputs; returns R1.
    //
    // It needs no derivative of a derivative. Leaky ReLU has no curvature, so D is linear around
    // each x, and the gradient of |grad_x D|^2 is that of D along the direction grad_x D: a
    // forward pass of this direction, and outer products with the slopes of the pass before.
    addR1(weight, rows) {
      const { sizes, slopes, tangents } = this;
      const ones = new Float64Array(rows).fill(1);
      const direction = this.backward(ones, rows, { learn: false });
      let squares = 0;
      for (let k = 0; k < rows * sizes[0]; k++) {
        squares += direction[k] * direction[k];
        tangents[0][k] = direction[k];
      }
      for (let layer = 0; layer < this.depth; layer++) {
        const [inputs, outputs] = [sizes[layer], sizes[layer + 1]];
        const slope = slopes[layer + 1];
        for (let k = 0; k < rows * outputs; k++) slope[k] *= weight / rows;
        addGradients(
          tangents[layer], slope, this.weightGradients[layer], null, rows, inputs, outputs
        );
        if (layer === this.depth - 1) break;
        const next = tangents[layer + 1];
        affine(tangents[layer], this.weights[layer], null, next, rows, inputs, outputs);
        this.bend(next, layer + 1, rows);
      }
      return ((weight / 2) * squares) / rows;
    }

    // One update of Adam, as Keras computes it.
    adam(rate, beta1) {
      this.updates += 1;
      const corrected =
        (rate * Math.sqrt(1 - ADAM_BETA_2 ** this.updates)) / (1 - beta1 ** this.updates);
      const gradients = this.gradients();
      this.parameters().forEach((parameter, p) => {
        const [gradient, first, second] = [
          gradients[p], this.firstMoments[p], this.secondMoments[p],
        ];
        for (let k = 0; k < parameter.length; k++) {
          first[k] += (1 - beta1) * (gradient[k] - first[k]);
          second[k] += (1 - ADAM_BETA_2) * (gradient[k] * gradient[k] - second[k]);
          parameter[k] -= (corrected * first[k]) / (Math.sqrt(second[k]) + ADAM_EPSILON);
        }
      });
    }
  }

  // ------------------------------------------------------------------ losses

  const sigmoid = (t) => 1 / (1 + Math.exp(-t));
  const softplus = (t) => (t > 30 ? t : Math.log1p(Math.exp(t)));

  // Each gives [loss, slope] for the logit of one point: `real` and `fake` for the
  // discriminator, `generator` for the generator's own fakes.
  const CROSS_ENTROPY = {
    real: (t) => [softplus(-t) / 2, -sigmoid(-t) / 2],
    fake: (t) => [softplus(t) / 2, sigmoid(t) / 2],
  };
  const CRITIC = { generator: (t) => [-t, -1] };
  const LOSSES = {
    non_saturating: { ...CROSS_ENTROPY, generator: (t) => [softplus(-t), -sigmoid(-t)] },
    minimax: { ...CROSS_ENTROPY, generator: (t) => [-softplus(t) / 2, -sigmoid(t) / 2] },
    least_squares: {
      real: (t) => [(t - 1) ** 2 / 2, t - 1],
      fake: (t) => [t ** 2 / 2, t],
      generator: (t) => [(t - 1) ** 2 / 2, t - 1],
    },
    hinge: {
      ...CRITIC,
      real: (t) => [Math.max(0, 1 - t), t < 1 ? -1 : 0],
      fake: (t) => [Math.max(0, 1 + t), t > -1 ? 1 : 0],
    },
    wasserstein: { ...CRITIC, real: (t) => [-t, -1], fake: (t) => [t, 1] },
  };

  // ------------------------------------------------------------------ data

  // Points from equally likely Gaussians.
  function mixture(centres, std, extent) {
    const draw = (random) => {
      const [x, y] = centres[Math.floor(random.uniform() * centres.length)];
      return [x + std * random.normal(), y + std * random.normal()];
    };
    return { centres, std, extent, draw };
  }

  function around(x, y, std, random) {
    return [x + std * random.normal(), y + std * random.normal()];
  }

  const RING = Array.from({ length: 8 }, (_, k) => (2 * Math.PI * k) / 8);
  const GRID = [-4, -2, 0, 2, 4];

  // Those of gan_tf.data. The view reaches from -extent to extent in both directions.
  const DATA = {
    circle: {
      std: 0.01,
      extent: 1.6,
      draw: (random) => {
        const angle = 2 * Math.PI * random.uniform();
        return around(Math.cos(angle), Math.sin(angle), 0.01, random);
      },
    },
    ring: mixture(RING.map((angle) => [Math.cos(angle), Math.sin(angle)]), 0.03, 1.6),
    grid: mixture(GRID.flatMap((x) => GRID.map((y) => [x, y])), 0.05, 5),
    swiss_roll: {
      std: 1 / 30,
      extent: 2.2,
      draw: (random) => {
        const angle = 1.5 * Math.PI * (1 + 2 * random.uniform());
        const [x, y] = [angle * Math.cos(angle), angle * Math.sin(angle)];
        return around(x / 7.5, y / 7.5, 1 / 30, random);
      },
    },
  };

  // ------------------------------------------------------------------ the game

  const DEFAULTS = {
    data: "ring",
    loss: "non_saturating",
    width: 32,
    depth: 2, // hidden layers
    latent: 2,
    batch: 64,
    rateD: 1e-3,
    rateG: 1e-3,
    beta1: 0.5,
    stepsD: 1,
    r1: 0,
    seed: 0,
  };
  const SHOWN = 1000; // real points to draw

  class Game {
    constructor(settings) {
      Object.assign(this, DEFAULTS, settings);
      this.source = DATA[this.data];
      this.random = new Random(this.seed + 1);
      const hidden = Array(this.depth).fill(this.width);
      this.G = new Network([this.latent, ...hidden, 2], this.random);
      this.D = new Network([2, ...hidden, 1], this.random);
      this.steps = 0;
      this.lossD = this.lossG = NaN;
      this.logitSlopes = new Float64Array(MOST_POINTS);
      this.both = new Float64Array(4 * this.batch); // real points, then fake ones
      this.shown = this.realPoints(SHOWN);
      this.fixedLatents = this.latents(MOST_POINTS / 2);
    }

    latents(rows) {
      return Float64Array.from({ length: rows * this.latent }, () => this.random.normal());
    }

    realPoints(rows) {
      const points = new Float64Array(2 * rows);
      for (let row = 0; row < rows; row++) points.set(this.source.draw(this.random), 2 * row);
      return points;
    }

    // `rows` points of an array, drawn with replacement.
    pick(points, rows) {
      const picked = new Float64Array(2 * rows);
      for (let row = 0; row < rows; row++) {
        const at = Math.floor((this.random.uniform() * points.length) / 2);
        picked[2 * row] = points[2 * at];
        picked[2 * row + 1] = points[2 * at + 1];
      }
      return picked;
    }

    // One update of the discriminator. A hand's points take the place of the generator's.
    stepD({ hand = null, real = this.realPoints(this.batch), latents = null } = {}) {
      const { batch, both, logitSlopes } = this;
      const loss = LOSSES[this.loss];
      both.set(real);
      if (hand) both.set(this.pick(hand, batch), 2 * batch);
      else {
        const fakes = this.G.forward(latents || this.latents(batch), batch);
        both.set(fakes.subarray(0, 2 * batch), 2 * batch);
      }
      const logits = this.D.forward(both, 2 * batch);
      let total = 0;
      for (let row = 0; row < batch; row++) {
        const [realLoss, realSlope] = loss.real(logits[row]);
        const [fakeLoss, fakeSlope] = loss.fake(logits[batch + row]);
        total += realLoss + fakeLoss;
        logitSlopes[row] = realSlope / batch;
        logitSlopes[batch + row] = fakeSlope / batch;
      }
      this.lossD = total / batch;
      this.D.clearGradients();
      this.D.backward(logitSlopes, 2 * batch, { learn: true });
      if (this.r1 > 0) {
        this.D.forward(both, batch);
        this.lossD += this.D.addR1(this.r1, batch);
      }
      this.D.adam(this.rateD, this.beta1);
    }

    // One update of the generator.
    stepG({ latents = this.latents(this.batch) } = {}) {
      const { batch, logitSlopes } = this;
      const loss = LOSSES[this.loss];
      const logits = this.D.forward(this.G.forward(latents, batch), batch);
      let total = 0;
      for (let row = 0; row < batch; row++) {
        const [value, slope] = loss.generator(logits[row]);
        total += value;
        logitSlopes[row] = slope / batch;
      }
      this.lossG = total / batch;
      const wanted = this.D.backward(logitSlopes, batch, { learn: false });
      this.G.clearGradients();
      this.G.backward(wanted, batch, { learn: true });
      this.G.adam(this.rateG, this.beta1);
    }

    // One step of the game: the discriminator `stepsD` times, then the generator.
    step() {
      for (let k = 0; k < this.stepsD; k++) this.stepD();
      this.stepG();
      this.steps += 1;
    }

    // The generator's points for the first `rows` of the fixed latents.
    samples(rows) {
      return this.G.forward(this.fixedLatents, rows).slice(0, 2 * rows);
    }

    // How real the discriminator thinks each point is, between 0 and 1.
    opinions(points, rows) {
      const logits = this.D.forward(points, rows);
      const isProbability = this.loss === "least_squares"; // its targets are 0 and 1 themselves
      const opinion = (t) => (isProbability ? Math.max(0, Math.min(1, t)) : sigmoid(t));
      return Float64Array.from(logits.subarray(0, rows), opinion);
    }

    // Where the generator's loss would have each point move.
    pulls(points, rows) {
      const logits = this.D.forward(points, rows);
      const { generator } = LOSSES[this.loss];
      for (let row = 0; row < rows; row++) this.logitSlopes[row] = -generator(logits[row])[1];
      return this.D.backward(this.logitSlopes, rows, { learn: false }).slice(0, 2 * rows);
    }

    // How many modes the generator reaches, or null where the data have none: a mode is found
    // if it gets a fiftieth of its fair share of points within three standard deviations.
    modes(rows) {
      const { centres, std } = this.source;
      if (!centres) return null;
      const points = this.samples(rows);
      const hits = new Int32Array(centres.length);
      for (let row = 0; row < rows; row++) {
        const apart = centres.map(([x, y]) =>
          Math.hypot(points[2 * row] - x, points[2 * row + 1] - y)
        );
        const nearest = apart.indexOf(Math.min(...apart));
        if (apart[nearest] < 3 * std) hits[nearest] += 1;
      }
      const found = hits.filter((count) => count > rows / centres.length / 50).length;
      return { found, of: centres.length, good: hits.reduce((a, b) => a + b, 0) / rows };
    }
  }

  root.GAN2D = { Network, Game, LOSSES, DATA, DEFAULTS };
})(typeof globalThis !== "undefined" ? globalThis : this);
