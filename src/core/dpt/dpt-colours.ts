import type { Dpt, MainType } from "./main-type.ts";
import { PERCENT, unsigned } from "./quantity.ts";
import { type Part, part, recordType, reserved, valid } from "./record.ts";
import { alone } from "./scalar.ts";
import { step } from "./step.ts";

/*
 * Main types 232, 242, 243 and 249…254: colours. `datapoint-types.md` §10.3, §10.4.10, §10.4.11. Fields stand from the MSB on.
 * Bits of validity: 1 = valid; a part that is not valid is null, and must be left as it is by whoever receives it.
 */

const level = (name: string) => part(name, unsigned(8));

/** `#ff8000`, `[255,128,0]`, and the same with a fourth part for white. */
const hashOrList =
  (names: readonly string[]) =>
  (value: unknown): unknown => {
    const list = typeof value === "string" ? hashIn(value, names.length) : value;
    return Array.isArray(list) && list.length === names.length
      ? Object.fromEntries(names.map((name, index) => [name, list[index]]))
      : value;
  };

const hashIn = (text: string, count: number): readonly number[] | undefined => {
  const [, digits] = /^\s*#([0-9a-f]+)\s*$/i.exec(text) ?? [];
  return digits?.length === 2 * count
    ? Array.from({ length: count }, (_, at) =>
        Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
      )
    : undefined;
};

const RGB = ["r", "g", "b"];
const RGBW = [...RGB, "w"];

const rgb = (sub: string, name: string): Dpt =>
  recordType(`232.${sub}`, name, RGB.map(level), {
    json: '{"r":255,"g":128,"b":0}, "#ff8000" or [255,128,0]',
    example: "ff 80 00",
    accept: hashOrList(RGB),
  });

export const DPT_232: MainType = alone(232, rgb("600", "RGB colour"), rgb("xxx", "three octets"));

/** Five decimals: four would not tell neighbours of 1/65535 apart. */
const axis = (name: string) => part(name, unsigned(16, { step: [1, 65_535], decimals: 5 }));
const XYY: readonly Part[] = [
  axis("x"),
  axis("y"),
  part("brightness", PERCENT),
  reserved(6),
  valid("x", "y"),
  valid("brightness"),
];

const xyy = (sub: string, name: string): Dpt =>
  recordType(`242.${sub}`, name, XYY, {
    json: '{"x":0.3127,"y":0.329,"brightness":78.4}',
    example: "50 0d 54 39 c8 03",
  });

export const DPT_242: MainType = alone(
  242,
  xyy("600", "xyY colour"),
  xyy("xxx", "colour of 48 bits"),
);

const TIME = part("time_ms", unsigned(16, { unit: "ms", step: [100, 1] }));

const transition = (sub: string, name: string): Dpt =>
  recordType(`243.${sub}`, name, [TIME, ...XYY], {
    json: '{"time_ms":3000,"x":0.3127,"y":0.329,"brightness":78.4}',
    example: "00 1e 50 0d 54 39 c8 03",
  });

export const DPT_243: MainType = alone(
  243,
  transition("600", "transition of an xyY colour"),
  transition("xxx", "transition of 64 bits"),
);

const temperature = (sub: string, name: string): Dpt =>
  recordType(
    `249.${sub}`,
    name,
    [
      TIME,
      part("colour_temperature", unsigned(16, { unit: "K" })),
      part("brightness", PERCENT),
      reserved(5),
      valid("time_ms"),
      valid("colour_temperature"),
      valid("brightness"),
    ],
    {
      json: '{"time_ms":3000,"colour_temperature":2700,"brightness":50.2}',
      example: "00 1e 0a 8c 80 07",
    },
  );

export const DPT_249: MainType = alone(
  249,
  temperature("600", "transition of brightness and colour temperature"),
  temperature("xxx", "transition of 48 bits"),
);

const STEP = step(["decrease", "increase"]);
const relative = (name: string): readonly Part[] => [reserved(4), part(name, STEP)];
const ONE_STEP = '{"direction":"increase","step":3}';

const control = (sub: string, name: string): Dpt =>
  recordType(
    `250.${sub}`,
    name,
    [
      ...relative("colour_temperature"),
      ...relative("brightness"),
      reserved(6),
      valid("colour_temperature"),
      valid("brightness"),
    ],
    { json: `{"colour_temperature":${ONE_STEP},"brightness":null}`, example: "0b 00 02" },
  );

export const DPT_250: MainType = alone(
  250,
  control("600", "relative brightness and colour temperature"),
  control("xxx", "relative control of 24 bits"),
);

const rgbw = (sub: string, name: string): Dpt =>
  recordType(
    `251.${sub}`,
    name,
    [...RGBW.map(level), reserved(12), ...RGBW.map((colour) => valid(colour))],
    {
      json: '{"r":255,"g":128,"b":0,"w":64}, "#ff800040" or [255,128,0,64]',
      example: "ff 80 00 40 00 0f",
      accept: hashOrList(RGBW),
    },
  );

export const DPT_251: MainType = alone(
  251,
  rgbw("600", "RGBW colour"),
  rgbw("xxx", "colour of four parts"),
);

const masked = (id: string, name: string, parts: readonly string[], example: string): Dpt =>
  recordType(
    id,
    name,
    [
      ...parts.flatMap(relative),
      reserved(8 - parts.length),
      ...parts.map((colour) => valid(colour)),
    ],
    { json: `{"${parts[0]}":${ONE_STEP},"${parts[1]}":null,…}`, example },
  );

export const DPT_252: MainType = alone(
  252,
  masked("252.600", "relative RGBW", RGBW, "0b 00 00 01 09"),
  masked("252.xxx", "four relative controls", RGBW, "0b 00 00 01 09"),
);

const SHB = ["saturation", "hue", "brightness"];

export const DPT_253: MainType = alone(
  253,
  masked("253.600", "relative xyY", SHB, "0b 00 01 05"),
  masked("253.xxx", "three relative controls with mask", SHB, "0b 00 01 05"),
);

const unmasked = (sub: string, name: string): Dpt =>
  recordType(`254.${sub}`, name, RGB.flatMap(relative), {
    json: `{"r":${ONE_STEP},"g":${ONE_STEP},"b":${ONE_STEP}}`,
    example: "0b 00 01",
  });

export const DPT_254: MainType = alone(
  254,
  unmasked("600", "relative RGB"),
  unmasked("xxx", "three relative controls"),
);
