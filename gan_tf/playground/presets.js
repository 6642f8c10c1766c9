// What one can choose in the lab, as a form, as the end of a link and as Python. Needs shared.js and gan2d.js.
(function (root) {
  "use strict";

  const { SEED } = root.SHARED;
  const { DATA, DEFAULTS, LOSSES } = root.GAN2D;
  const RATES = [1e-4, 3e-4, 1e-3, 2e-3, 3e-3, 5e-3, 1e-2];

  // Name of the setting, what it is called, what it can be, and whether it may change while the
  // game runs.
  const FIELDS = [
    ["data", "Data", Object.keys(DATA), false],
    ["loss", "Loss", Object.keys(LOSSES), true],
    ["rateD", "Rate of D", RATES, true],
    ["rateG", "Rate of G", RATES, true],
    ["beta1", "Momentum", [0, 0.5, 0.9], true],
    ["stepsD", "Steps of D", [1, 2, 5, 10], true],
    ["r1", "R1 penalty", [0, 0.1, 0.3, 1, 3], true],
    ["width", "Neurons", [8, 16, 32, 64], false],
  ];

  // The first four in the order in which one would try them. `keep` goes on with the networks
  // that are there.
  const PRESETS = {
    "A circle": { settings: { data: "circle" } },
    "Eight modes": { settings: { data: "ring" } },
    "A collapse": { settings: { data: "ring", beta1: 0.9, rateG: 3e-3 } },
    "The rescue": { settings: { data: "ring", beta1: 0, r1: 0.1 }, keep: true },
    "A starved generator": { settings: { data: "ring", loss: "minimax", stepsD: 5, rateD: 3e-3 } },
  };

  const presetSettings = (name) => ({ ...DEFAULTS, ...PRESETS[name].settings });

  // The settings that differ from the defaults, as the end of a link.
  function toHash(settings) {
    const keys = [...FIELDS.map(([key]) => key), "seed"];
    const changed = keys.filter((key) => settings[key] !== DEFAULTS[key]);
    return new URLSearchParams(changed.map((key) => [key, settings[key]])).toString();
  }

  // The settings in the end of a link; whatever the lab does not offer is left out.
  function fromHash(hash) {
    const found = {};
    const given = new URLSearchParams(hash.replace(/^#/, ""));
    for (const [key, , choices] of FIELDS) {
      const choice = choices.find((each) => String(each) === given.get(key));
      if (choice !== undefined) found[key] = choice;
    }
    const seed = given.get("seed") || "";
    if (SEED.test(seed)) found.seed = Number(seed);
    return found;
  }

  // The same game as a program with the Python package.
  function toPython(settings, epochs = 12) {
    const units = `(${Array(settings.depth).fill(settings.width).join(", ")})`;
    const std = settings.data === "ring" ? `, std=${DATA.ring.std}` : ""; // others have ours
    const steps = settings.stepsD > 1 ? [`    discriminator_steps=${settings.stepsD},`] : [];
    const penalty = settings.r1 > 0 ? [`    penalty=penalties.R1(${settings.r1}),`] : [];
    const adam = (rate) => `keras.optimizers.Adam(${rate}, beta_1=${settings.beta1})`;
    const builder = `builders.point_generator(${settings.latent}, units=${units}`;
    return [
      `from gan_tf import GAN, builders, data${penalty.length ? ", penalties" : ""}`,
      "import keras",
      "",
      `keras.utils.set_random_seed(${settings.seed})`,
      "gan = GAN(",
      `    ${builder}, activation="leaky_relu"),`,
      `    builders.point_discriminator(units=${units}),`,
      ...steps,
      `    seed=${settings.seed},`,
      ")",
      "gan.compile(",
      `    ${adam(settings.rateG)},  # the generator's`,
      `    ${adam(settings.rateD)},  # the discriminator's`,
      `    loss="${settings.loss}",`,
      ...penalty,
      "    steps_per_execution=50,",
      ")",
      `points = data.${settings.data}(20_000${std}, seed=${settings.seed})`,
      `batches = data.batches(points, ${settings.batch}, ${settings.seed}, steps_per_epoch=250)`,
      `history = gan.fit(batches, epochs=${epochs})`,
      "",
    ].join("\n");
  }

  root.LAB = { FIELDS, PRESETS, presetSettings, toHash, fromHash, toPython };
})(typeof globalThis !== "undefined" ? globalThis : this);
