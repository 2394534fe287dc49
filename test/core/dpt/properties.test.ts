import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import {
  type Dpt,
  decode,
  detailOf,
  encode,
  findDpt,
  knownDpts,
  type Value,
} from "../../../src/core/dpt/dpt.ts";
import { toHex } from "../../../src/core/octets.ts";

/*
 * Properties of every type there is, each with its own random octets. `datapoint-types.md` §10.2.
 *
 * Canonical octets are what this device sends for a value. Others mean the same: reserved bits that are set, the field of a part
 * that is not valid when it is not 0, a 2-octet float with a larger exponent than needed, −0, a text with octets behind its end.
 */

const TYPES: readonly Dpt[] = [
  ...knownDpts(),
  ...[...new Set(knownDpts().map(({ main }) => main))].flatMap(
    (main) => findDpt(`${main}.xxx`) ?? [],
  ),
];
const RUNS = { numRuns: 60 };

/** Small ones more often: decimal digits, months, codes. */
const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 9 }));
const isShort = ({ bits }: Dpt): boolean => bits <= 6;

const octetsFor = ({ bits, length }: Dpt): fc.Arbitrary<number[]> =>
  length === undefined
    ? fc.array(octet, { minLength: (bits + 7) >> 3, maxLength: (bits + 7) >> 3 })
    : fc.array(octet, { minLength: length.min, maxLength: 20 });

/** Bits that mean something, by main type; all of them where nothing stands here. */
// biome-ignore format: read by column
const MASKS: Readonly<Record<number, string>> = {
  1: "01", 2: "03", 3: "0f", 23: "03", 17: "3f", 18: "bf", 26: "7f",
  10: "ff 3f 3f",       11: "1f 0f 7f",       19: "ff 0f 1f ff 3f 3f ff c0",
  219: "ff ff ff ff 0f 07", 229: "ff ff ff ff ff 1f", 235: "ff ff ff ff ff 03",
  237: "07 ff",         239: "ff 01",         240: "ff ff 03",     241: "ff ff c7 ff",
  242: "ff ff ff ff ff 03", 243: "ff ff ff ff ff ff ff 03",
  244: "f3 ff",         245: "ff f0 fc ff ff ff", 246: "07 ff",
  249: "ff ff ff ff ff 07", 250: "0f 0f 03",  251: "ff ff ff ff 00 0f",
  252: "0f 0f 0f 0f 0f", 253: "0f 0f 0f 07",  254: "0f 0f 0f",
};

/** Main type, bit that says whether a part is valid and what it says then, and the bits of the part. */
type Validity = readonly [octet: number, bit: number, valid: 0 | 1, at: number, mask: string];

// biome-ignore format: read by column
const VALIDITY: Readonly<Record<number, readonly Validity[]>> = {
  19:  [[6, 0x10, 0, 0, "ff"], [6, 0x08, 0, 1, "ff ff"], [6, 0x02, 0, 3, "1f ff ff"]],
  27:  [...Array.from({ length: 8 }, (_, n): Validity => [0, 1 << n, 1, 2, hexOf(1 << n)]),
        ...Array.from({ length: 8 }, (_, n): Validity => [1, 1 << n, 1, 3, hexOf(1 << n)])],
  207: [[1, 0x01, 1, 0, "ff"]],
  235: [[5, 0x02, 0, 0, "ff ff ff ff"], [5, 0x01, 0, 4, "ff"]],
  240: [[2, 0x02, 1, 1, "ff"], [2, 0x01, 1, 0, "ff"]],
  241: [[2, 0x80, 1, 1, "ff"], [2, 0x40, 1, 0, "ff"]],
  242: [[5, 0x02, 1, 0, "ff ff ff ff"], [5, 0x01, 1, 4, "ff"]],
  243: [[7, 0x02, 1, 2, "ff ff ff ff"], [7, 0x01, 1, 6, "ff"]],
  249: [[5, 0x04, 1, 0, "ff ff"], [5, 0x02, 1, 2, "ff ff"], [5, 0x01, 1, 4, "ff"]],
  250: [[2, 0x02, 1, 0, "ff"], [2, 0x01, 1, 1, "ff"]],
  251: [[5, 0x08, 1, 0, "ff"], [5, 0x04, 1, 1, "ff"], [5, 0x02, 1, 2, "ff"], [5, 0x01, 1, 3, "ff"]],
  252: [[4, 0x08, 1, 0, "ff"], [4, 0x04, 1, 1, "ff"], [4, 0x02, 1, 2, "ff"], [4, 0x01, 1, 3, "ff"]],
  253: [[3, 0x04, 1, 0, "ff"], [3, 0x02, 1, 1, "ff"], [3, 0x01, 1, 2, "ff"]],
};

function hexOf(value: number): string {
  return value.toString(16).padStart(2, "0");
}
const bytes = (hex: string): readonly number[] =>
  hex.split(" ").map((pair) => Number.parseInt(pair, 16));

const canonical = ({ id, main, length }: Dpt, octets: readonly number[]): readonly number[] => {
  const mask = bytes(MASKS[main] ?? "");
  const masked = octets.map((value, index) => value & (MASKS[main] ? (mask[index] ?? 0) : 0xff));
  for (const [at, bit, validAt, first, part] of VALIDITY[main] ?? [])
    if (((masked[at] ?? 0) & bit) > 0 !== (validAt === 1))
      for (const [index, bits] of bytes(part).entries())
        masked[first + index] = (masked[first + index] ?? 0) & ~bits;
  const end = masked.indexOf(0);
  if (main === 16) {
    const text = masked.map((value, index) => (end < 0 || index < end ? value : 0));
    // ASCII has no character for these.
    return id === "16.000" ? text.map((value) => (value > 0x7f ? QUESTION : value)) : text;
  }
  if (length) return [...(end < 0 ? masked : masked.slice(0, end)), 0];
  if (main === 14 || main === 255)
    return masked.map((value, index) =>
      index % 4 === 0 &&
      value === 0x80 &&
      masked.slice(index + 1, index + 4).every((rest) => rest === 0)
        ? 0
        : value,
    );
  return masked;
};

const QUESTION = 0x3f;

/** 2-octet floats have several encodings of a value: their octets are compared as values. */
const FLOATS = new Set([9, 222, 275]);

/** What decode says in two pieces, as encode takes it in one. */
const whole = ({ main }: Dpt, value: Value, detail: object | undefined): unknown =>
  main === 10 ? { time: value, ...detail } : main === 19 ? { datetime: value, ...detail } : value;

describe("octets → value → octets is the identity on canonical octets", () => {
  for (const type of TYPES) {
    const short = isShort(type);
    let values = 0;
    test.prop([octetsFor(type)], RUNS)(type.id, (octets) => {
      const received = { octets, short };
      const decoded = decode(type, received);
      if (!decoded.ok) {
        expect(decoded.why).toBe("invalid");
        return;
      }
      values += 1;
      const encoded = encode(type, whole(type, decoded.value, detailOf(type, received)));
      if (!encoded.ok) {
        // A received number that its subtype does not allow to be sent; a received character that it does not have.
        expect([9, 222, 275, 4, 231, 234]).toContain(type.main);
        return;
      }
      const sent = toHex(encoded.value.octets);
      if (!FLOATS.has(type.main)) expect(sent).toBe(toHex(canonical(type, octets)));
      // 16.000 sends `?` for what is no ASCII.
      const again = decode(type, encoded.value);
      if (type.id !== "16.000") expect(again).toEqual(decoded);
      const repeated = again.ok
        ? encode(type, whole(type, again.value, detailOf(type, encoded.value)))
        : again;
      expect(repeated.ok && toHex(repeated.value.octets)).toBe(sent);
    });
    test(`${type.id}: some of them were values`, () => {
      expect(values).toBeGreaterThan(0);
    });
  }
});

const numeric = TYPES.filter(({ range, main }) => range !== undefined && main !== 29);

describe("value → octets → value is within the resolution", () => {
  for (const type of numeric) {
    const { range = { min: 0, max: 0 }, resolution = 0, main, unit, json } = type;
    test.prop([fc.double({ min: 0, max: 1, noNaN: true })], RUNS)(type.id, (part) => {
      const wanted = range.min * (1 - part) + range.max * part;
      // Scene numbers are names.
      const value = main === 17 ? Math.round(wanted) : wanted;
      const encoded = encode(type, value);
      const decoded = encoded.ok ? decode(type, encoded.value) : undefined;
      const back = decoded?.ok ? decoded.value : undefined;
      const size = Math.abs(value);
      // Half a step; and half of the last decimal of the JSON form.
      const decimals = json.includes("one decimal") && unit !== undefined ? 0.05 : 0;
      const float =
        main === 9 ? Math.max(0.005, size / 2 ** 11) : Math.max(size / 2 ** 23, 2 ** -149);
      const step = main === 9 || main === 14 ? float : resolution / 2 + decimals;
      expect(Math.abs(Number(back) - value)).toBeLessThanOrEqual(step + 1e-9 + size * 1e-12);
    });
  }
});

const anyType = fc.constantFrom(...TYPES);

test.prop([anyType, fc.array(octet, { maxLength: 20 }), fc.boolean()], { numRuns: 5_000 })(
  "any octets of any length give a value or a reason",
  (type, octets, short) => {
    const decoded = decode(type, { octets, short });
    expect(decoded.ok || decoded.why === "length" || decoded.why === "invalid").toBe(true);
    // What stands in a topic is JSON.
    if (decoded.ok) expect(JSON.parse(JSON.stringify(decoded.value))).toEqual(decoded.value);
    detailOf(type, { octets, short });
  },
);

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withNullPrototype: true, withDate: true }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom(
    ...["{", "[]", "{}", '{"constructor":1}', "__proto__", "now", "toggle"],
    ...["-0", "1e400", "::", "#"],
  ),
);

test.prop([anyType, anything, fc.option(fc.boolean(), { nil: undefined })], { numRuns: 5_000 })(
  "anything to encode gives octets of the right size or an error",
  (type, value, held) => {
    const encoded = encode(type, value, held);
    if (!encoded.ok) {
      expect(encoded.error.message).not.toBe("");
      return;
    }
    expect(encoded.value.short).toBe(isShort(type));
    for (const each of encoded.value.octets)
      expect(Number.isInteger(each) && each >= 0 && each < 256).toBe(true);
    const back = decode(type, encoded.value);
    expect(back.ok || back.why === "invalid").toBe(true);
  },
);

const typeOf = (id: string): Dpt => {
  const type = findDpt(id);
  if (type === undefined) throw new Error(`no datapoint type ${id}`);
  return type;
};

const throughOctets = (type: Dpt, value: unknown): Value | undefined => {
  const encoded = encode(type, value);
  const decoded = encoded.ok ? decode(type, encoded.value) : undefined;
  return decoded?.ok ? decoded.value : undefined;
};

test.prop([fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })], { numRuns: 1_000 })(
  "64-bit integers: every one comes back, as a number or as a text",
  (value) => {
    const back = throughOctets(typeOf("29.010"), `${value}`);
    expect(`${back}`).toBe(`${value}`);
    const limit = 2n ** 53n - 1n;
    expect(typeof back).toBe(value >= -limit && value <= limit ? "number" : "string");
  },
);

test.prop([fc.float({ noNaN: true, noDefaultInfinity: true })], { numRuns: 2_000 })(
  "singles: the JSON form is the shortest that gives back the same octets",
  (single) => {
    const text = `${throughOctets(typeOf("14.056"), single)}`;
    expect(Math.fround(Number(text)) + 0).toBe(single + 0);
    const digits = (written: string): number =>
      written
        .replace(/e.*/, "")
        .replace(/[-.]/g, "")
        .replace(/^0+|0+$/g, "").length;
    const shorter = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((count) => Number(single.toPrecision(count)));
    const best = shorter.find((candidate) => Math.fround(candidate) === single);
    expect(digits(text)).toBe(digits(`${best}`));
  },
);
