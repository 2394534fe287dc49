import type { Codec, Dpt, MainType, Range } from "./main-type.ts";
import { numberWithin, rounded } from "./number.ts";

/*
 * Main type 5: one octet without sign. `datapoint-types.md` §10.2, §10.3.
 * 5.001 and 5.003 spread their range over 0…255 and have one decimal in JSON; all others are the octet itself.
 */

const octet = (sub: string, name: string, range: Range, unit?: string): Dpt =>
  unsigned(sub, name, range, 255, unit);

const scaled = (sub: string, name: string, max: number, unit: string): Dpt =>
  unsigned(sub, name, { min: 0, max }, max, unit);

/** @param full the value of octet 255 */
const unsigned = (sub: string, name: string, range: Range, full: number, unit?: string): Dpt => {
  const id = `5.${sub}`;
  return {
    id,
    main: 5,
    bits: 8,
    name,
    ...(unit === undefined ? {} : { unit }),
    range,
    codec: codec(id, range, full),
  };
};

const codec = (id: string, range: Range, full: number): Codec => ({
  decode: ([octet = 0]) => {
    const value = rounded((octet * full * 10) / 255) / 10;
    return value > range.max ? { ok: false, why: "invalid" } : { ok: true, value };
  },
  encode: (value) => {
    const number = numberWithin(id, range, value);
    return number.ok ? { ok: true, value: [rounded((number.value * 255) / full)] } : number;
  },
});

const WHOLE: Range = { min: 0, max: 255 };

export const DPT_5: MainType = {
  main: 5,
  subtypes: [
    scaled("001", "percentage", 100, "%"),
    scaled("003", "angle", 360, "°"),
    octet("004", "percentage to 255 %", WHOLE, "%"),
    octet("005", "ratio", WHOLE),
    // 255 is reserved: the one octet of this main type that is no value.
    octet("006", "tariff", { min: 0, max: 254 }),
    octet("010", "counter", WHOLE),
    octet("100", "fan stage", WHOLE),
  ],
  other: octet("xxx", "8 bits without sign", WHOLE),
};
