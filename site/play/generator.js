// The DCGAN generator of builders.dcgan_generator in plain JavaScript, and what one does with
// latents. Needs shared.js; weights.js, which the site's build writes, has its trained weights.
(function (root) {
  "use strict";

  const { Random, affine } = root.SHARED;

  const EPSILON = 1e-3; // of BatchNormalization in Keras
  const KERNEL = 5; // rows and columns of a transposed convolution's kernel
  const BEFORE = 1; // what padding="same" with stride 2 cuts off at the top and the left
  const [SELU_SCALE, SELU_ALPHA] = [1.0507009873554805, 1.6732632423543772];
  const selu = (t) => SELU_SCALE * (t > 0 ? t : SELU_ALPHA * Math.expm1(t));

  // ------------------------------------------------------------------ the network

  // The numbers of a file: float32 as they are, int8 with a scale for each index of the last axis.
  function numbersOf({ float32, int8, scale }) {
    if (float32) return Float64Array.from(new Float32Array(bytesOf(float32)));
    const levels = new Int8Array(bytesOf(int8));
    const scales = new Float32Array(bytesOf(scale));
    return Float64Array.from(levels, (level, k) => level * scales[k % scales.length]);
  }

  function bytesOf(base64) {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
  }

  // BatchNormalization in inference: x * slope + shift for each channel.
  function normalization(gamma, beta, mean, variance) {
    const slope = gamma.map((each, c) => each / Math.sqrt(variance[c] + EPSILON));
    return { slope, shift: beta.map((each, c) => each - mean[c] * slope[c]) };
  }

  class Generator {
    // Weights in the order of Keras: of the dense layer, then for each doubling of the size those
    // of BatchNormalization and of the transposed convolution, with kernels (5, 5, out, in).
    constructor(weights) {
      const [dense, denseBias, ...others] = weights.map(numbersOf);
      this.dense = dense;
      this.denseBias = denseBias;
      this.doublings = [];
      for (let k = 0; k < others.length; k += 6) {
        const [gamma, beta, mean, variance, kernel, bias] = others.slice(k, k + 6);
        const matrix = matrixOf(kernel, gamma.length);
        this.doublings.push({ ...normalization(gamma, beta, mean, variance), matrix, bias });
      }
      this.latentSize = dense.length / denseBias.length;
      this.smallest = Math.sqrt(denseBias.length / this.doublings[0].slope.length);
      this.size = this.smallest * 2 ** this.doublings.length;
    }

    // Returns the picture of a latent vector: size * size grey levels between -1 and 1.
    picture(latent) {
      let values = this.project(latent);
      this.doublings.forEach((layer, k) => {
        const isLast = k === this.doublings.length - 1;
        normalize(values, layer);
        values = doubled(values, this.smallest * 2 ** k, layer);
        values = values.map(isLast ? Math.tanh : selu);
      });
      return values;
    }

    project(latent) {
      const values = new Float64Array(this.denseBias.length);
      affine(latent, this.dense, this.denseBias, values, 1, latent.length, values.length);
      return values;
    }
  }

  function normalize(values, { slope, shift }) {
    const channels = slope.length;
    for (let k = 0; k < values.length; k += channels) {
      for (let c = 0; c < channels; c++) values[k + c] = values[k + c] * slope[c] + shift[c];
    }
  }

  // Transposed convolution with stride 2: each pixel adds its kernel to a square of the output. All
  // pixels are multiplied by all places of the kernel at once, and the products are then added up.
  function doubled(values, size, { matrix, bias }) {
    const [pixels, outputs] = [size ** 2, bias.length];
    const width = KERNEL ** 2 * outputs;
    const products = new Float64Array(pixels * width);
    affine(values, matrix, null, products, pixels, values.length / pixels, width);
    const result = new Float64Array(4 * pixels * outputs);
    for (let k = 0; k < result.length; k++) result[k] = bias[k % outputs];
    for (let pixel = 0, from = 0; pixel < pixels; pixel++) {
      const [top, left] = [2 * Math.floor(pixel / size) - BEFORE, 2 * (pixel % size) - BEFORE];
      for (let place = 0; place < KERNEL ** 2; place++, from += outputs) {
        const [y, x] = [top + Math.floor(place / KERNEL), left + (place % KERNEL)];
        if (y < 0 || x < 0 || y >= 2 * size || x >= 2 * size) continue;
        const to = (2 * size * y + x) * outputs;
        for (let o = 0; o < outputs; o++) result[to + o] += products[from + o];
      }
    }
    return result;
  }

  // A kernel (5, 5, out, in) as a matrix (in, 5 * 5 * out).
  function matrixOf(kernel, inputs) {
    const width = kernel.length / inputs;
    return Float64Array.from(kernel, (_, k) => kernel[(k % width) * inputs + Math.floor(k / width)]);
  }

  // ------------------------------------------------------------------ latents

  // The latent vector of a seed: standard normal numbers.
  function latentOf(seed, count = 100) {
    const random = new Random(seed);
    return Float64Array.from({ length: count }, () => random.normal());
  }

  const lengthOf = (latent) => Math.hypot(...latent);
  const scaled = (latent, factor) => latent.map((value) => factor * value);

  // The sum of latents, each times its share.
  function sumOf(latents, shares) {
    return latents[0].map((_, k) =>
      latents.reduce((sum, latent, n) => sum + shares[n] * latent[k], 0)
    );
  }

  // Such a sum is shorter or longer than the latents that the generator was trained on.
  function withLength(latent, length) {
    return scaled(latent, length / (lengthOf(latent) || 1));
  }

  // A place between latents: shares sum to 1, and the length lies between those of the latents.
  function between(latents, shares) {
    const length = latents.reduce((sum, latent, n) => sum + shares[n] * lengthOf(latent), 0);
    return withLength(sumOf(latents, shares), length);
  }

  // The shares of the corners at a place in the unit square: top left, top right, then the bottom.
  function cornerShares(x, y) {
    return [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
  }

  // a + far * (c - b), as long as a.
  function analogy(a, b, c, far = 1) {
    return withLength(sumOf([a, b, c], [1, -far, far]), lengthOf(a));
  }

  function meanOf(latents) {
    return sumOf(latents, latents.map(() => 1 / latents.length));
  }

  root.GENERATOR = {
    Generator, latentOf, lengthOf, scaled, withLength, between, cornerShares, analogy, meanOf,
  };
})(typeof globalThis !== "undefined" ? globalThis : this);
