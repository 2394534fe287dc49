import type { Octets } from "../core/octets.ts";
import { octetsOf } from "./frame.ts";
import type { Model } from "./model.ts";
import type { Property } from "./property.ts";

/*
 * A_PropertyValue_Read, A_PropertyValue_Write, A_PropertyDescription_Read.  `layers.md` D.4
 *   b2 object index  b3 PID  b4 count(4) start(12) b5  b6… data
 * Each takes the whole APDU and gives the one that answers it; nothing when the length says that it is none.
 */

/** An element that is missing or may not be read is answered with count 0, the start as received, and no data. */
export const readProperty = (model: Model, apdu: Octets, level: number): Octets | undefined =>
  apdu.length === 6 ? answer(model, readHead(apdu), level) : undefined;

/** Answers with what is stored afterwards. */
export const writeProperty = (model: Model, apdu: Octets, level: number): Octets | undefined => {
  if (apdu.length < 7) return undefined;
  const head = readHead(apdu);
  const property = find(model, head);
  const { writeLevel } = property ?? {};
  const isAllowed = writeLevel !== undefined && level <= writeLevel && head.count > 0;
  const isWritten = isAllowed && property?.write?.(head.start, head.count, apdu.slice(6)) === true;
  return isWritten ? answer(model, head, level) : refusal(head);
};

/** By PID, or with PID 0 by the index of the property. Never refused for lack of rights. */
export const describeProperty = (model: Model, apdu: Octets): Octets | undefined => {
  const [, , object = 0, pid = 0, wanted = 0] = apdu;
  if (apdu.length !== 5) return undefined;
  const properties = model.objects[object]?.properties ?? [];
  const index = pid === 0 ? wanted : properties.findIndex((property) => property.pid === pid);
  const property = properties[index];
  if (property === undefined) return [...DESCRIPTION, object, pid, wanted, 0, 0, 0, 0];
  const { pdt, max, readLevel, writeLevel } = property;
  const type = (writeLevel === undefined ? 0 : 0x80) | pdt;
  const levels = (readLevel << 4) | (writeLevel ?? 0);
  return [...DESCRIPTION, object, property.pid, index, type, ...octetsOf(max), levels];
};

type Head = Readonly<{ object: number; pid: number; count: number; start: number }>;

const readHead = ([, , object = 0, pid = 0, high = 0, low = 0]: Octets): Head => ({
  object,
  pid,
  count: high >> 4,
  start: ((high & 0x0f) << 8) | low,
});

const find = (model: Model, { object, pid }: Head): Property | undefined =>
  model.objects[object]?.properties.find((property) => property.pid === pid);

const answer = (model: Model, head: Head, level: number): Octets => {
  const property = find(model, head);
  if (property === undefined || head.count === 0 || level > property.readLevel)
    return refusal(head);
  const { size } = property;
  const elements = property.elements();
  if (head.start === 0) return response({ ...head, count: 1 }, octetsOf(elements.length / size));
  const end = (head.start - 1 + head.count) * size;
  if (end > elements.length || head.count * size > model.maxApduLength - HEAD_OCTETS)
    return refusal(head);
  return response(head, elements.slice((head.start - 1) * size, end));
};

const refusal = (head: Head): Octets => response({ ...head, count: 0 }, []);

const response = ({ object, pid, count, start }: Head, data: Octets): Octets => [
  ...VALUE,
  object,
  pid,
  (count << 4) | (start >> 8),
  start & 0xff,
  ...data,
];

const VALUE = [0x03, 0xd6] as const;
const DESCRIPTION = [0x03, 0xd9] as const;
/** Of the APDU without its first octet, what is left for data: object, PID, count and start, and the second of the APCI. */
const HEAD_OCTETS = 5;
