import type { Image } from "../../core/app/client/image.ts";
import type { Form } from "../../product/read/com-objects.ts";

/** What a group object is, before somebody gives it addresses. */
export type Traits = Readonly<{
  /** Value field type: its size. `device-model.md` §4 */
  type: number;
  /** Letters of C R W T U I. */
  flags: string;
  priority: Priority;
}>;

export type Priority = keyof typeof PRIORITIES;

/** A group object with addresses: it sends to the first one, and listens to all. */
export type Linked = Readonly<{ number: number; addresses: readonly number[]; traits: Traits }>;

type Tables = Pick<Image, "groupAddresses" | "associations" | "groupObjects">;

/**
 * @param known by number: every group object that there is; null: there is none with this number now, but there can be, and
 *   its place in the table is kept
 */
export const tablesOf = (
  known: ReadonlyMap<number, Traits | null>,
  linked: readonly Linked[],
): Tables => {
  const objects = linked.toSorted((a, b) => a.number - b.number);
  const groupAddresses = [...new Set(objects.flatMap(({ addresses }) => addresses))].toSorted(
    (a, b) => a - b,
  );
  const tsaps = new Map(groupAddresses.map((address, index) => [address, index + 1]));
  const highest = [...known.keys()].reduce((most, number) => Math.max(most, number), 0);
  const groupObjects = new Array<number>(highest).fill(0);
  for (const [number, traits] of known)
    if (traits !== null) groupObjects[number - 1] = wordOf(traits, false);
  for (const { number, addresses, traits } of objects)
    groupObjects[number - 1] = wordOf(traits, addresses.length > 0);
  const associations = objects.flatMap(({ number, addresses }) =>
    addresses.map((address) => [tsaps.get(address) ?? 0, number] as const),
  );
  return { groupAddresses, associations, groupObjects };
};

/** Group object descriptor. `device-model.md` §4. C only with an address to communicate on. */
const wordOf = ({ type, flags, priority }: Traits, linked: boolean): number => {
  const set = [...flags].reduce((word, letter) => word | (FLAGS[letter] ?? 0), 0);
  const communication = linked && flags.includes("C") ? 0x0400 : 0;
  return set | communication | (PRIORITIES[priority] << 8) | type;
};

/** What a descriptor says: the way back. C is for whoever gives it an address. */
export const traitsOfWord = (word: number): Traits => ({
  type: word & 0xff,
  flags: `${Object.keys(FLAGS)
    .filter((letter) => (word & (FLAGS[letter] ?? 0)) !== 0)
    .join("")}C`,
  priority: PRIORITY_NAMES.find((name) => PRIORITIES[name] === ((word >> 8) & 3)) ?? "low",
});

export const traitsOfForm = ({ bits, flags, priority }: Form): Traits => ({
  type: typeOf(bits),
  flags,
  priority,
});

const FLAGS: Readonly<Record<string, number>> = {
  U: 0x8000,
  T: 0x4000,
  I: 0x2000,
  W: 0x1000,
  R: 0x0800,
};

export const PRIORITY_NAMES = ["system", "normal", "urgent", "low"] as const;
const PRIORITIES = { system: 0, normal: 1, urgent: 2, low: 3 } as const satisfies Record<
  (typeof PRIORITY_NAMES)[number],
  number
>;

/**
 * Value field type of a size: 1 to 7 bits, 1 to 248 octets, or 252. `device-model.md` §4
 * @param bits of the value
 */
export const typeOf = (bits: number): number => {
  if (bits < 8) return bits - 1;
  const octets = bits / 8;
  return octets === 252 ? 255 : (SIZES[octets] ?? octets + 6);
};

const SIZES: Readonly<Record<number, number>> = {
  1: 7,
  2: 8,
  3: 9,
  4: 10,
  5: 15,
  6: 11,
  7: 16,
  8: 12,
  9: 17,
  10: 13,
  11: 18,
  12: 19,
  13: 20,
  14: 14,
};
