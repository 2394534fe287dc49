import { formatGroupAddress, formatIndividualAddress, GroupAddress } from "../../../address.ts";
import { decode, findDpt } from "../../../dpt/dpt.ts";
import type { JsonValue } from "../../../effect.ts";
import type { GroupValue } from "../../../impulse.ts";
import { isoTime } from "../../../iso-time.ts";
import { toCompactHex } from "../../../octets.ts";
import { entries, get } from "../../../table.ts";
import { answer, done } from "./answer.ts";
import type { Take } from "./parameters.ts";

/** With the types that would fit, by their length and value. */
export const listUnknown: Take = (state, at, ask) => {
  const items = [...entries(state.features.unknown.known)]
    .filter(([ga]) => get(state.objects, ga) === undefined)
    .map(
      ([ga, { count, last, sources, first, seen }]): JsonValue => ({
        ga: formatGroupAddress(GroupAddress(ga), state.config.style),
        bits: last && bitsOf(last),
        count,
        last_raw: last && toCompactHex(last.octets),
        sources: sources.map(formatIndividualAddress),
        suggested: last ? suggestedFor(last) : [],
        first: isoTime(first),
        last: isoTime(seen),
      }),
    );
  return answer(state, at, ask, done(items));
};

/** Up to 6 bits travel in six: how many are meant can only be told from the largest value. */
const bitsOf = ({ octets, short }: GroupValue): number => {
  if (!short) return octets.length * 8;
  const octet = octets[0] ?? 0;
  return octet < 2 ? 1 : octet < 4 ? 2 : octet < 16 ? 4 : 6;
};

const suggestedFor = (value: GroupValue): readonly string[] =>
  (LIKELY[bitsOf(value)] ?? LIKELY_TEXT).filter((id) => {
    const type = findDpt(id);
    return type !== undefined && decode(type, value).ok;
  });

/** By bits, the most common first. */
const LIKELY: Readonly<Record<number, readonly string[]>> = {
  1: ["1.001", "1.008", "1.007"],
  2: ["2.001"],
  4: ["3.007", "3.008"],
  6: [],
  8: ["5.001", "5.010", "5.003", "6.010", "17.001", "18.001", "20.102"],
  16: ["9.001", "9.004", "9.007", "7.001", "8.001"],
  24: ["10.001", "11.001", "232.600"],
  32: ["14.056", "12.001", "13.001", "13.010"],
  48: ["242.600", "251.600"],
  64: ["19.001", "29.010"],
  112: ["16.001", "16.000"],
};
const LIKELY_TEXT: readonly string[] = ["28.001"];
