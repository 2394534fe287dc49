import { ok, refuse, shown } from "./main-type.ts";
import type { Scalar } from "./scalar.ts";

/**
 * Digits of 4 bits each, in JSON a text: BCD, whose leading zeros count.
 * @param decimal a digit above 9 is no value; else it is shown as in hex
 */
export const hexDigits = (count: number, decimal = false): Scalar => {
  const written = new RegExp(`^[${decimal ? "0-9" : "0-9a-f"}]{${count}}$`, "i");
  return {
    bits: 4 * count,
    format: "U4".repeat(count),
    read: (raw) => {
      const text = raw.toString(16).padStart(count, "0");
      return written.test(text) ? text : undefined;
    },
    write: (value, name) =>
      typeof value === "string" && written.test(value)
        ? ok(Number.parseInt(value, 16))
        : refuse("invalid_value", `${name} is a text of ${count} digits, not ${shown(value)}`),
  };
};
