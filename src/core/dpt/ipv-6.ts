import type { Octets } from "../octets.ts";
import { readBits } from "./bits.ts";
import { type Dpt, ok, refuse, shown } from "./main-type.ts";

/** An IPv6 address in network order; as a text of RFC 5952: lower case, the longest run of zeros as `::`. */
export const ipv6 = (id: string, name: string): Dpt => ({
  id,
  main: 285,
  bits: 128,
  name,
  format: "16 × U8",
  json: '"2001:db8::1"',
  example: "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01",
  codec: {
    decode: (octets) => ok(written(octets)),
    encode: (value) => {
      const groups = typeof value === "string" ? groupsIn(value.trim()) : undefined;
      return groups === undefined
        ? refuse("invalid_value", `${shown(value)} is no value of ${id}: "2001:db8::1"`)
        : ok(groups.flatMap((group) => [group >> 8, group & 0xff]));
    },
  },
});

const written = (octets: Octets): string => {
  const groups = Array.from({ length: 8 }, (_, index) => readBits(octets, index * 16, 16));
  const [from, length] = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  return length < 2
    ? hex.join(":")
    : `${hex.slice(0, from).join(":")}::${hex.slice(from + length).join(":")}`;
};

/** The first one of equal length. */
const longestZeros = (groups: readonly number[]): readonly [from: number, length: number] => {
  let best: readonly [number, number] = [0, 0];
  let from = 0;
  for (const [index, group] of [...groups, 1].entries()) {
    if (group === 0) continue;
    if (index - from > best[1]) best = [from, index - from];
    from = index + 1;
  }
  return best;
};

const groupsIn = (text: string): readonly number[] | undefined => {
  const halves = text.split("::");
  const [before = "", after] = halves;
  const [head, tail] = [hexIn(before), hexIn(after ?? "")];
  if (halves.length > 2 || head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (after === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
};

const hexIn = (text: string): readonly number[] | undefined => {
  if (text === "") return [];
  const parts = text.split(":");
  return parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part))
    ? parts.map((part) => Number.parseInt(part, 16))
    : undefined;
};
