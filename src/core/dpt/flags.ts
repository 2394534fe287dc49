import { fieldsIn } from "./fields.ts";
import { type Encoding, ok, type Range, refuse, shown, type Value } from "./main-type.ts";
import { numberIn, wholeWithin } from "./number.ts";
import type { Scalar } from "./scalar.ts";

/**
 * B1: true or false.
 * @param one false where a 0 means true: 26.001 is active when its bit is not set
 */
export const flag = (one = true): Scalar => ({
  bits: 1,
  format: "B1",
  read: (raw) => (raw === 1) === one,
  write: (value, name) => {
    const yes = yesOrNo(value);
    return yes === undefined
      ? refuse("invalid_value", `${name} is true or false, not ${shown(value)}`)
      : ok(yes === one ? 1 : 0);
  },
  // Where 0 means true, nobody would guess what leaving it out does.
  ...(one && { absent: false }),
});

const yesOrNo = (value: unknown): boolean | undefined =>
  value === true || value === 1 || value === "true" || value === "1"
    ? true
    : value === false || value === 0 || value === "false" || value === "0"
      ? false
      : undefined;

/**
 * B8, B16, B24: an object of named booleans. A bit without a name shows itself as `bit5`, and only when it is set.
 * Takes an integer too. `mqtt-interface.md` §6.
 * @param names of bit 0 and up; undefined for a reserved one
 */
export const bitSet = (bits: number, names: readonly (string | undefined)[]): Scalar => {
  const range: Range = { min: 0, max: 2 ** bits - 1 };
  const positions = new Map<string, number>();
  for (let bit = 0; bit < bits; bit++) positions.set(names[bit] ?? `bit${bit}`, bit);
  return {
    bits,
    format: `B${bits}`,
    choices: names.flatMap((name, bit) => (name === undefined ? [] : [[bit, name] as const])),
    read: (raw) => {
      const value: Record<string, Value> = {};
      for (let bit = 0; bit < bits; bit++) {
        const name = names[bit];
        const set = (raw & (1 << bit)) !== 0;
        if (name !== undefined || set) value[name ?? `bit${bit}`] = set;
      }
      return value;
    },
    write: (value, name) => {
      if (typeof value === "number" || (typeof value === "string" && numberIn(value) !== undefined))
        return wholeWithin(name, range, value);
      const fields = fieldsIn(value);
      return fields === undefined
        ? refuse("invalid_value", `${name} takes an object of booleans, not ${shown(value)}`)
        : bitsIn(fields, positions, name);
    },
  };
};

const bitsIn = (
  fields: Readonly<Record<string, unknown>>,
  positions: ReadonlyMap<string, number>,
  name: string,
): Encoding<number> => {
  let raw = 0;
  for (const [key, value] of Object.entries(fields)) {
    const bit = positions.get(key);
    if (bit === undefined)
      return refuse(
        "invalid_value",
        `${name} has no ${shown(key)}; it has ${[...positions.keys()].join(", ")}`,
      );
    const set = yesOrNo(value);
    if (set === undefined)
      return refuse("invalid_value", `${key} of ${name} is true or false, not ${shown(value)}`);
    if (set) raw += 2 ** bit;
  }
  return ok(raw);
};
