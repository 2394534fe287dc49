import type { GroupValue } from "../impulse.ts";
import type { LocalTime } from "./calendar.ts";
import { timeOf } from "./dpt-10.ts";
import { dateOf } from "./dpt-11.ts";
import { dateTimeOf } from "./dpt-19.ts";
import type { Decoding, Detail, Dpt, Encoding, Value } from "./main-type.ts";
import { MAIN_TYPES } from "./main-types.ts";

export type { LocalTime } from "./calendar.ts";
export type {
  Choice,
  ClockQuestion,
  Detail,
  Dpt,
  DptError,
  Field,
  Range,
  Value,
} from "./main-type.ts";

const KNOWN: ReadonlyMap<string, Dpt> = new Map(
  MAIN_TYPES.flatMap(({ subtypes, other }) => [...subtypes, other]).map((dpt) => [dpt.id, dpt]),
);

/**
 * @param id `9.001`, also `DPT9.001`, `DPST-9-1`, `DPT-9`
 * @returns the subtype; `9.xxx` for a subtype that is not in the list; undefined when the main type is unknown or the text
 *   is no datapoint type at all
 */
export const findDpt = (id: string): Dpt | undefined => {
  const known = KNOWN.get(id);
  if (known) return known;
  const plain = plainDptId(id);
  return plain === undefined
    ? undefined
    : (KNOWN.get(plain) ?? KNOWN.get(`${plain.slice(0, plain.indexOf("."))}.xxx`));
};

/**
 * The one spelling of a datapoint type: `9.001` for `DPT9.001`, `DPST-9-1`; `9.xxx` for `DPT-9`.
 * @returns undefined when the text is no datapoint type; the type need not exist
 */
export const plainDptId = (text: string): string | undefined => {
  const [, main, sub] =
    /^(?:DPT[ -]?)?(\d{1,3})\.(\d{3,5}|xxx)$/i.exec(text) ??
    /^DPS?T-(\d{1,3})(?:-(\d{1,5}))?$/i.exec(text) ??
    [];
  return main === undefined
    ? undefined
    : `${Number(main)}.${(sub ?? "xxx").padStart(3, "0").toLowerCase()}`;
};

/** Every subtype that is known by name, in the order of the standard. */
export const knownDpts = (): readonly Dpt[] => MAIN_TYPES.flatMap(({ subtypes }) => subtypes);

/**
 * Group value → JSON value. Reserved bits are ignored.
 * @returns the value, or `length` when the size does not fit the type (6 bits or less must have come inside the APCI octet,
 *   more must not), or `invalid` when the octets are the type's own code for that; never throws
 * @see `datapoint-types.md` §10.2, `mqtt-interface.md` §6
 */
export const decode = (dpt: Dpt, { octets, short }: GroupValue): Decoding =>
  short === isShort(dpt) && fits(dpt, octets.length) ? dpt.codec.decode(octets) : WRONG_LENGTH;

const WRONG_LENGTH: Decoding = { ok: false, why: "length" };

const fits = ({ bits, length }: Dpt, octets: number): boolean =>
  length === undefined ? octets === (bits + 7) >> 3 : octets >= length.min && octets <= length.max;

/**
 * What a group value says beside its value, `detail` of `mqtt-interface.md` §6: the weekday of a time, the code of a word, the
 * flags of a date and time.
 * @returns undefined for types without, and where `decode` has no value
 */
export const detailOf = (dpt: Dpt, { octets, short }: GroupValue): Detail | undefined =>
  dpt.codec.detailOf && short === isShort(dpt) && fits(dpt, octets.length)
    ? dpt.codec.detailOf(octets)
    : undefined;

/**
 * What somebody wants to send → group value. Takes the JSON form of the type, the same as text, and everything else that
 * `mqtt-interface.md` §6 accepts. Nothing is clamped.
 * @param held the value that `toggle` turns over; without one it is refused with `no_value`
 * @returns the group value, or the error for the sender; never throws. An error with `clock` is a question to whoever has one
 *   ("now", "today", a time with an offset): `clockValue` makes the answer to it, which is encoded in its place
 */
export const encode = (dpt: Dpt, value: unknown, held?: Value): Encoding => {
  const octets = dpt.codec.encode(value, held);
  return octets.ok ? { ok: true, value: { octets: octets.value, short: isShort(dpt) } } : octets;
};

/** The value that a clock gives a 10.xxx, 11.xxx or 19.xxx; undefined for other types. */
export const clockValue = ({ main }: Dpt, local: LocalTime): Value | undefined =>
  main === 10
    ? timeOf(local)
    : main === 11
      ? dateOf(local)
      : main === 19
        ? dateTimeOf(local)
        : undefined;

/** A text cut to what the type can hold, for objects that want that (`truncate`); any other value as it is. */
export const cutText = (dpt: Dpt, value: unknown): unknown =>
  typeof value === "string" && dpt.codec.cut ? dpt.codec.cut(value) : value;

const isShort = (dpt: Dpt): boolean => dpt.bits <= 6;

/** `text` of `mqtt-interface.md` §5.1: the word for a value (`on`, `up`), undefined where the type has none. */
export const textOf = (dpt: Dpt, value: Value): string | undefined => dpt.codec.textOf?.(value);

/**
 * `event_type` of `mqtt-interface.md` §5.3: `increase`, `decrease`, `up`, `down` or `stop` of a step, else the text, else
 * the service. A read is a read whatever value is held.
 */
export const eventTypeOf = (
  dpt: Dpt | undefined,
  value: Value,
  service: "write" | "response" | "read",
): string =>
  service === "read" || dpt === undefined
    ? service
    : (dpt.codec.eventOf?.(value) ?? textOf(dpt, value) ?? service);

/**
 * Types whose telegrams are actions and not states, so that none of them replaces another in a queue.
 * @param id as configured: it need not be a type known here
 * @see `mqtt-interface.md` §13.4
 */
export const isAction = (id: string | undefined): boolean =>
  id !== undefined && (ACTIONS.has(id) || id.startsWith("3."));

const ACTIONS: ReadonlySet<string> = new Set([
  ...["1.007", "1.008", "1.010", "1.015", "1.016", "1.017"],
  ...["15.000", "18.001", "26.001"],
]);
