import type { Octets } from "../octets.ts";
import { readBits } from "./bits.ts";
import { type Dpt, type Encoding, type MainType, ok, refuse, shown } from "./main-type.ts";

/*
 * Main type 29: 64 bits with sign. `datapoint-types.md` §10.4.12. JSON has exact integers up to 2^53 − 1; beyond, a text.
 */

// biome-ignore format: read by column
const ROWS = [
  ["010", "active energy in Wh, 64 bits",    "Wh"],
  ["011", "apparent energy in VAh, 64 bits", "VAh"],
  ["012", "reactive energy in VARh, 64 bits", "VARh"],
] as const;

const integer = (sub: string, name: string, unit?: string): Dpt => {
  const id = `29.${sub}`;
  return {
    id,
    main: 29,
    bits: 64,
    name,
    format: "V64",
    json: "integer, as a text beyond ±(2^53 − 1)",
    example: "00 00 00 1c be 99 1a 14",
    unit,
    resolution: 1,
    codec: { decode: (octets) => ok(read(octets)), encode: (value) => encode(id, value) },
  };
};

const read = (octets: Octets): number | string => {
  const high = readBits(octets, 0, 32) | 0;
  const low = readBits(octets, 32, 32);
  const near = high * 2 ** 32 + low;
  // Also what was rounded to a safe integer cannot be one: −2^53 + 1 and 2^53 − 1 have no rounded neighbours inside.
  return Number.isSafeInteger(near) ? near : `${BigInt(high) * HIGH + BigInt(low)}`;
};

const encode = (id: string, value: unknown): Encoding<Octets> => {
  const whole = wholeOf(value);
  if (whole === undefined)
    return refuse(
      "invalid_value",
      typeof value === "number" && Number.isInteger(value)
        ? `${id}: ${value} is not exact as a number; write it as a text`
        : `${id} takes an integer, as a number or a text, not ${shown(value)}`,
    );
  if (BigInt.asIntN(64, whole) !== whole) {
    const side = whole > 0n ? "above the maximum" : "below the minimum";
    const limit = whole > 0n ? HIGHEST : -HIGHEST - 1n;
    const message = `${whole} is ${side} of ${id} (${limit})`;
    return { ok: false, error: { code: "out_of_range", message, detail: RANGE } };
  }
  const octets: number[] = [];
  for (let shift = 56n; shift >= 0n; shift -= 8n) octets.push(Number((whole >> shift) & 0xffn));
  return ok(octets);
};

const wholeOf = (value: unknown): bigint | undefined =>
  typeof value === "number"
    ? Number.isSafeInteger(value)
      ? BigInt(value)
      : undefined
    : typeof value === "string" && /^\s*[+-]?\d{1,30}\s*$/.test(value)
      ? BigInt(value.trim().replace(/^\+/, ""))
      : undefined;

const HIGH = 2n ** 32n;
const HIGHEST = 2n ** 63n - 1n;
/** As near as numbers come to it. */
const RANGE = { min: -(2 ** 63), max: 2 ** 63 };

export const DPT_29: MainType = {
  main: 29,
  subtypes: ROWS.map(([sub, name, unit]) => integer(sub, name, unit)),
  other: integer("xxx", "64 bits with sign"),
};
