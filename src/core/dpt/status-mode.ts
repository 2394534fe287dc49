import { fieldsIn } from "./fields.ts";
import { bitSet } from "./flags.ts";
import { ok, refuse, shown } from "./main-type.ts";
import { wholeWithin } from "./number.ts";
import type { Scalar } from "./scalar.ts";

/*
 * 6.020, which is no number although its main type is. `datapoint-types.md` §10.4.9.
 *
 *   A B C D E m m m      A…E: 1 = set · m: 001, 010, 100 for mode 0, 1, 2; nothing else
 */

export const STATUS_MODE: Scalar = {
  bits: 8,
  format: "B5N3",
  read: (raw) => {
    const mode = MODES.indexOf(raw & 0x07);
    if (mode < 0) return undefined;
    const [a, b, c, d, e] = [raw & 0x80, raw & 0x40, raw & 0x20, raw & 0x10, raw & 0x08];
    return { status: { a: a > 0, b: b > 0, c: c > 0, d: d > 0, e: e > 0 }, mode };
  },
  write: (value, name) => {
    const fields = fieldsIn(value);
    if (fields === undefined)
      return refuse("invalid_value", `${name} takes {status, mode}, not ${shown(value)}`);
    const { status: bits = {}, mode: number } = fields;
    const mode = wholeWithin(`mode of ${name}`, { min: 0, max: 2 }, number);
    if (!mode.ok) return mode;
    const status = BITS.write(bits, `status of ${name}`);
    return status.ok ? ok((status.value << 3) | (MODES[mode.value] ?? 0)) : status;
  },
};

const MODES = [1, 2, 4];
const BITS = bitSet(5, ["e", "d", "c", "b", "a"]);
