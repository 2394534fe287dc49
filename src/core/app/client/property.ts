import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { type Octets, sameOctets, toCompactHex, toHex } from "../../octets.ts";
import {
  type Arguments,
  done,
  fail,
  type Result,
  request,
  type Session,
  type Steps,
} from "./ask.ts";
import { areOctets, check, isWithin } from "./range.ts";
import { inEitherMode } from "./session.ts";

/** Where a property value is. `object`: its index; `start` 0: how many elements there are, 2 octets. */
export type Place = Readonly<{ object: number; pid: number; start: number; count: number }>;

/**
 * As many elements as were asked for, in as few telegrams as the device can take. DMP_InterfaceObjectRead_R.
 * @returns `octets` in hex, and the same apart by `elements`
 */
export function* readProperty(
  procedure: Arguments<"property.read">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  const wrong = checkPlace(procedure);
  if (wrong) return wrong;
  return yield* inEitherMode(procedure, own, function* (session) {
    const octets = yield* readElements(session, procedure);
    if (!octets.ok) return octets;
    const count = procedure.start === 0 ? 1 : procedure.count;
    return done({ ...levelOf(session), ...shown(octets.value, count) });
  });
}

/** Written, and compared with what the device says it has now. DMP_InterfaceObjectWrite_R. */
export function* writeProperty(
  procedure: Arguments<"property.write">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  const { octets, count, start } = procedure;
  const size = octets.length / count;
  const wrong =
    checkPlace(procedure) ??
    check([
      [start > 0 || count === 1, "The number of elements is one element: write it with count 1."],
      [areOctets(octets), "A value is octets, 0 … 255 each."],
      [
        octets.length > 0 && Number.isInteger(size),
        `${octets.length} octets are not ${count} elements of equal size.`,
      ],
    ]);
  if (wrong) return wrong;
  return yield* inEitherMode(procedure, own, function* (session) {
    const most = yield* elementsPerTelegram(session, octets.length, size, OWN_MAX_APDU);
    if (!most.ok) return most;
    const stored: number[] = [];
    for (let at = 0; at < count; ) {
      const part = Math.min(most.value, count - at);
      const place = { ...procedure, start: start + at, count: part };
      const answer = yield* writeOnce(session, place, octets.slice(at * size, (at + part) * size));
      if (!answer.ok) return answer;
      stored.push(...answer.value);
      at += part;
      yield { ask: "progress", done: at, total: count };
    }
    return done({ ...levelOf(session), ...shown(stored, count) });
  });
}

/** What a property is: DM_InterfaceObject_Scan asks this of each. */
export function* describeProperty(
  procedure: Arguments<"property.describe">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  const { object, pid } = procedure;
  const wrong = checkPlace({ object, pid, start: 1, count: 1 });
  if (wrong) return wrong;
  return yield* inEitherMode(procedure, own, function* (session) {
    const answer = yield* request(
      session,
      { service: "A_PropertyDescription_Read", object, pid, index: 0 },
      "A_PropertyDescription_Response",
      pid === 0 ? { object } : { object, pid },
    );
    if (!answer.ok) return answer;
    const { service: _, pdt, max, writable, ...rest } = answer.value;
    return max === 0 && pdt === 0
      ? missing(session, { object, pid, start: 1, count: 1 })
      : done({ ...rest, pdt, max, writable: writable === 1 });
  });
}

/** All elements of a place, one after the other. */
export function* readElements(session: Session, place: Place): Steps<Result<Octets>> {
  // The first one tells how long an element is.
  const first = yield* readOnce(session, { ...place, count: 1 });
  if (!first.ok || place.count === 1 || place.start === 0) return first;
  const size = first.value.length;
  const most = yield* elementsPerTelegram(session, size * place.count, size, MAX_APDU);
  if (!most.ok) return most;
  const octets = [...first.value];
  for (let at = 1; at < place.count; ) {
    const count = Math.min(most.value, place.count - at);
    const next = yield* readOnce(session, { ...place, start: place.start + at, count });
    if (!next.ok) return next;
    octets.push(...next.value);
    at += count;
    yield { ask: "progress", done: at, total: place.count };
  }
  return done(octets);
}

/** One telegram and its answer. */
export function* readOnce(session: Session, place: Place): Steps<Result<Octets>> {
  const { object, pid, start, count } = place;
  const answer = yield* request(
    session,
    { service: "A_PropertyValue_Read", object, pid, start, count },
    "A_PropertyValue_Response",
    { object, pid, start },
  );
  if (!answer.ok) return answer;
  return answer.value.count === count ? done(answer.value.data) : missing(session, place);
}

/** @returns what the device says it has now */
export function* writeOnce(session: Session, place: Place, octets: Octets): Steps<Result<Octets>> {
  const { object, pid, start, count } = place;
  const answer = yield* request(
    session,
    { service: "A_PropertyValue_Write", object, pid, start, count, data: octets },
    "A_PropertyValue_Response",
    { object, pid, start },
  );
  if (!answer.ok) return answer;
  const { data } = answer.value;
  if (answer.value.count !== count) return missing(session, place);
  return CONTROL.includes(pid) || sameOctets(data, octets)
    ? done(data)
    : fail(
        "verify_failed",
        `${at(session, place)} is ${toHex(data)} and not ${toHex(octets)} as written. Maybe the device corrects values, or needs another state for this one.`,
      );
}

/** Of these a device returns its state, which is not what was written. `device-model.md` §3.2, §3.4 */
const CONTROL: readonly number[] = [5, 6];

/** PID_MAX_APDULENGTH of the device object; devices without it take standard frames only. `device-model.md` §2.5 */
export function* readMaxApdu(session: Session): Steps<Result<number>> {
  const answer = yield* readOnce(session, { object: 0, pid: 56, start: 1, count: 1 });
  if (!answer.ok) return answer.error.code === "refused" ? done(STANDARD_APDU) : answer;
  const [high = 0, low = 0] = answer.value;
  return done(Math.max(STANDARD_APDU, Math.min(MAX_APDU, (high << 8) | low)));
}

/** What fits into a standard frame, into the longest extended one, and into what every transceiver sends (64 octets). */
export const STANDARD_APDU = 15;
const MAX_APDU = 254;
export const OWN_MAX_APDU = 55;

/** With its level, when a key was given. */
export const levelOf = ({ level }: Session): { readonly level?: number } =>
  level === undefined ? {} : { level };

/** At most 15 (the count has four bits) and never more octets than L − 5. `device-model.md` §2.2 */
function* elementsPerTelegram(
  session: Session,
  octets: number,
  size: number,
  limit: number,
): Steps<Result<number>> {
  const standard = STANDARD_APDU - PROPERTY_HEADER;
  if (octets <= standard) return done(MAX_COUNT);
  const length = yield* readMaxApdu(session);
  if (!length.ok) return length;
  const room = Math.min(length.value, limit) - PROPERTY_HEADER;
  return size > room
    ? fail(
        "refused",
        `An element of ${size} octets does not fit into one telegram to ${formatIndividualAddress(session.peer)}: it takes ${room}.`,
      )
    : done(Math.min(MAX_COUNT, Math.floor(room / Math.max(1, size))));
}

const PROPERTY_HEADER = 5;
const MAX_COUNT = 15;

const checkPlace = ({ object, pid, start, count }: Place): Result<never> | undefined =>
  check([
    [isWithin(object, 0, 255), "An object index is 0 … 255."],
    [isWithin(pid, 0, 255), "A property identifier is 0 … 255."],
    [isWithin(start, 0, 4095), "The first element is 1 … 4095; 0 is their number."],
    [isWithin(count, 1, 4095), "The count of elements is 1 … 4095."],
    [start + count <= 4096, "There is no element beyond 4095."],
  ]);

const missing = (session: Session, place: Place): Result<never> =>
  fail(
    "refused",
    `The device refuses ${at(session, place)}: there is no such object, property or element, or it needs a key.`,
  );

const at = ({ peer }: Session, { object, pid, start, count }: Place): string =>
  `property ${pid} of object ${object}, element ${count === 1 ? start : `${start} … ${start + count - 1}`}, of ${formatIndividualAddress(peer)}`;

const shown = (octets: Octets, count: number): { readonly [key: string]: JsonValue } => {
  const size = octets.length / count;
  const elements = Array.from({ length: Number.isInteger(size) ? count : 0 }, (_, index) =>
    toCompactHex(octets.slice(index * size, (index + 1) * size)),
  );
  return { count, octets: toCompactHex(octets), elements };
};
