import type { Step } from "../../../impulse.ts";
import { NO_OCTETS, type Octets } from "../../../octets.ts";
import type { Apdu, ApduOf } from "../../../stack/7-al/apdu.ts";
import { accessOf } from "../access.ts";
import { type ApduIndication, answer, answering } from "../answer.ts";
import type { DeviceState } from "../state.ts";
import { describe, findProperty, OBJECTS } from "./objects.ts";
import { PDT } from "./pdt.ts";
import { readProperty, writeProperty } from "./property.ts";

/*
 * A_PropertyValue_* and A_PropertyDescription_*: objects by index. A refusal has no elements and no data.
 * `layers.md` D.4; `device-model.md` §2.2
 */

export const readValue = (
  state: DeviceState,
  request: ApduIndication,
  apdu: ApduOf<"A_PropertyValue_Read">,
): Step<DeviceState> => {
  const { object, pid, start, count } = apdu;
  const property = findProperty(OBJECTS[object], pid);
  const range = { level: accessOf(state, request), start, count };
  const read = property === undefined ? undefined : readProperty(state, property, range);
  return [state, [answer(request, responseTo(state, apdu, read))]];
};

/** Answered with what stands there afterwards. */
export const writeValue = (
  state: DeviceState,
  request: ApduIndication,
  apdu: ApduOf<"A_PropertyValue_Write">,
): Step<DeviceState> => {
  const { object, pid, start, count, data } = apdu;
  const property = findProperty(OBJECTS[object], pid);
  const range = { level: accessOf(state, request), start, count };
  const refused: Step<DeviceState> = [state, [answer(request, responseTo(state, apdu, undefined))]];
  if (property === undefined || data.length > longest(state)) return refused;
  const written = writeProperty(state, property, range, data, request.at);
  if (typeof written === "number") return refused;
  const [after, caused] = written;
  const stored = readProperty(after, property, range);
  return [after, answering(caused, answer(request, responseTo(after, apdu, stored)))];
};

export const readDescription = (
  state: DeviceState,
  request: ApduIndication,
  { object, pid, index }: ApduOf<"A_PropertyDescription_Read">,
): Step<DeviceState> => {
  const found = describe(OBJECTS[object], pid, index);
  const service = "A_PropertyDescription_Response";
  if (found === undefined)
    return [state, [answer(request, { service, object, pid, index, ...NO_DESCRIPTION })]];
  const { property } = found;
  const described: Apdu = {
    service,
    object,
    pid: property.pid,
    index: found.index,
    writable: property.writeLevel === null ? 0 : 1,
    pdt: PDT[property.pdt].code,
    max: Math.min(property.max, MOST_ELEMENTS),
    readLevel: property.readLevel,
    writeLevel: property.writeLevel ?? NOBODY,
  };
  return [state, [answer(request, described)]];
};

/** What a description of nothing says. */
export const NO_DESCRIPTION = { writable: 0, pdt: 0, max: 0, readLevel: 0, writeLevel: 0 } as const;

/** The write level of what cannot be written: the highest right, as nobody gets it by being told. */
export const NOBODY = 0;

/** As many as 12 bits can say. */
const MOST_ELEMENTS = 0xfff;

/** @param read octets, or anything else for a refusal */
const responseTo = (
  state: DeviceState,
  { object, pid, start, count }: ApduOf<"A_PropertyValue_Read"> | ApduOf<"A_PropertyValue_Write">,
  read: Octets | number | undefined,
): Apdu => {
  const service = "A_PropertyValue_Response";
  return read === undefined || typeof read === "number" || read.length > longest(state)
    ? { service, object, pid, count: 0, start, data: NO_OCTETS }
    : { service, object, pid, count: start === 0 ? 1 : count, start, data: read };
};

/** Octets of data that an answer can have. */
const longest = ({ maxApduLength }: DeviceState): number => maxApduLength - 5;
