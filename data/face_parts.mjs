// Writes the parts of cartoon faces as SVG: `node face_parts.mjs NODE_MODULES > parts.json`.
// Each part is drawn alone, once with its colour black and once with its colour white: the
// difference says how much of the colour each pixel takes. data/make_faces.py calls this.
import path from "path";
import { pathToFileURL } from "url";

const load = (file) => import(pathToFileURL(path.join(process.argv[2], file)).href);
const { faceToSvgString } = await load("facesjs/build/index.js");
const toonParts = await load("@dicebear/toon-head/lib/components/index.js");
const COLOURS = ["#000000", "#ffffff"];

// facesjs. A kind has ids, widths of the head that it follows, and variants.
const WIDTHS = [0, 0.5, 1];
const numbered = (name, numbers) => numbers.map((n) => `${name}${n}`);
const upTo = (n) => Array.from({ length: n }, (_, i) => i + 1);
const FLIPPED = [{ flip: false }, { flip: true }];
const KINDS = {
  hairBg: { ids: numbered("female", [2, 3, 4, 5]), widths: WIDTHS },
  body: { ids: ["body"] },
  jersey: { ids: ["jersey", "jersey2", "jersey3"] },
  ear: { ids: numbered("ear", [1, 2, 3]), widths: WIDTHS, variants: [{ size: 0.8 }] },
  head: { ids: numbered("head", upTo(18)), widths: WIDTHS },
  eyeLine: { ids: numbered("line", [1, 2, 4]) },
  smileLine: { ids: numbered("line", [1, 2, 3]), variants: [{ size: 0.8 }] },
  facialHair: {
    ids: [...numbered("beard", upTo(6)), "fullgoatee", "fullgoatee4", "beard-point", "logan"],
    widths: WIDTHS,
  },
  eye: {
    ids: [...numbered("eye", upTo(19)), ...numbered("female", upTo(16))],
    variants: [{ angle: -6 }, { angle: 8 }],
  },
  eyebrow: {
    ids: [...numbered("eyebrow", upTo(20)), ...numbered("female", upTo(10))],
    variants: [{ angle: -8 }, { angle: 8 }],
  },
  mouth: {
    ids: ["smile", "smile2", "smile3", "smile4", "closed", "straight", "side", "mouth6"],
    variants: FLIPPED.map((flip) => ({ size: 1.5, ...flip })),
  },
  nose: {
    ids: ["nose1", "nose2", "nose3", "nose5", "nose9", "small"],
    variants: [{ size: 0.65, flip: false }, { size: 0.9, flip: true }],
  },
  hair: {
    ids: [
      ...["short", "short2", "short3", "hair", "messy", "parted", "middle-part", "curly", "curly2"],
      ...["afro", "spike", "spike3", "high", "crop", "shortBangs"],
      ...numbered("female", [1, 3, 5, 6, 7, 9, 10, 12]),
    ],
    widths: WIDTHS,
    variants: FLIPPED,
  },
  glasses: { ids: ["glasses1-primary", "glasses1-secondary", "glasses2-black"], widths: WIDTHS },
  accessories: { ids: ["hat", "hat2", "hat3"], widths: WIDTHS },
};
const noParts = Object.fromEntries([...Object.keys(KINDS), "miscLine"].map((k) => [k, { id: "none" }]));

function facesjsPart(kind, id, fatness, variant, colour) {
  const face = { fatness, teamColors: ["#4c6fbf", "#b02a30", "#f2f2f2"], ...structuredClone(noParts) };
  face[kind] = { id, ...variant };
  Object.assign(face.body, { color: colour, size: 1 });
  face.hair.color = colour;
  face.head.shave = "rgba(0,0,0,0)";
  return faceToSvgString(face).replace('viewBox="0 0 400 600"', 'viewBox="-20 100 440 440"');
}

const facesjs = {};
for (const [kind, { ids, widths = [0.5], variants = [{}] }] of Object.entries(KINDS)) {
  const draw = (id, width, variant) => COLOURS.map((c) => facesjsPart(kind, id, width, variant, c));
  const parts = ids.map((id) => widths.map((w) => variants.map((v) => draw(id, w, v))));
  facesjs[kind] = { ids, parts };
}

// ToonHead, and spectacles of our own, which it lacks.
const ring = (x, r) =>
  `<rect x="${x - r}" y="${404 - r * 0.86}" width="${2 * r}" height="${1.72 * r}" rx="${r * 0.8}" ` +
  'fill="white" fill-opacity="0.25" stroke="#222" stroke-width="13"/>';
const temples = '<path d="M366 398q18 -12 36 0M240 398L206 388M528 398L562 388" stroke="#222" stroke-width="13"/>';
const toonKinds = { ...toonParts, glasses: { round: () => ring(303, 62) + ring(465, 62) + temples } };

// The renderer masks by luminance, so a mask that is not white would make its part fade.
const withWhiteMasks = (svg) =>
  svg.replace(/<mask.*?<\/mask>/gs, (mask) => mask.replace(/fill="#[0-9A-Fa-f]+"/g, 'fill="white"'));

function toonPart(kind, draw, colour) {
  let body = withWhiteMasks(draw({}, { hair: colour, skin: colour, clothes: colour }));
  if (kind === "rearHair") body = `<g transform="translate(0 10)">${body}</g>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="54 24 660 660" fill="none">${body}</svg>`;
}

const toon = {};
for (const [kind, variants] of Object.entries(toonKinds)) {
  const ids = Object.keys(variants).sort();
  toon[kind] = { ids, parts: ids.map((id) => [[COLOURS.map((c) => toonPart(kind, variants[id], c))]]) };
}

process.stdout.write(JSON.stringify({ facesjs, toon }));
