import type { Step } from "../../../impulse.ts";
import { NO_OCTETS, type Octets } from "../../../octets.ts";
import type { Apdu, ApduOf } from "../../../stack/7-al/apdu.ts";
import { accessOf } from "../access.ts";
import { type ApduIndication, answer, answering, silence } from "../answer.ts";
import type { DeviceState } from "../state.ts";
import { describe, findObject, findProperty } from "./objects.ts";
import { PDT } from "./pdt.ts";
import { readProperty, writeProperty } from "./property.ts";
import { RETURN } from "./return-code.ts";
import { NO_DESCRIPTION, NOBODY } from "./value-services.ts";

/*
 * A_PropertyExtValue_* and A_PropertyExtDescription_*: objects by type and instance, refusals with a return code.
 * `layers.md` D.4
 */

export const readExtValue = (
  state: DeviceState,
  request: ApduIndication,
  { objectType, instance, pid, count, start }: ApduOf<"A_PropertyExtValue_Read">,
): Step<DeviceState> => {
  const property = findProperty(findObject(objectType, instance), pid);
  const range = { level: accessOf(state, request), start, count };
  const found = property === undefined ? RETURN.addressVoid : readProperty(state, property, range);
  const read =
    typeof found !== "number" && found.length > state.maxApduLength - 9 ? RETURN.tooLong : found;
  const service = "A_PropertyExtValue_Response";
  const head = { service, objectType, instance, pid, start } as const;
  const response: Apdu =
    typeof read === "number"
      ? { ...head, count: 0, data: [read] }
      : { ...head, count: start === 0 ? 1 : count, data: read };
  return [state, [answer(request, response)]];
};

export const writeExtValue = (
  state: DeviceState,
  request: ApduIndication,
  apdu: ApduOf<"A_PropertyExtValue_WriteCon">,
): Step<DeviceState> => {
  const { objectType, instance, pid, count, start } = apdu;
  const service = "A_PropertyExtValue_WriteConRes";
  const head = { service, objectType, instance, pid, start } as const;
  const written = write(state, request, apdu);
  if (typeof written === "number")
    return [state, [answer(request, { ...head, count: 0, returnCode: written })]];
  const [after, caused] = written;
  const response = answer(request, { ...head, count, returnCode: RETURN.success });
  return [after, answering(caused, response)];
};

/** Never answered, whatever becomes of it. */
export const writeExtValueUnconfirmed = (
  state: DeviceState,
  request: ApduIndication,
  apdu: ApduOf<"A_PropertyExtValue_WriteUnCon">,
): Step<DeviceState> => {
  const written = write(state, request, apdu);
  return typeof written === "number" ? [state, [silence(request, "device.property")]] : written;
};

/** Types of values are not told: there is no catalogue of them in the device. */
export const readExtDescription = (
  state: DeviceState,
  request: ApduIndication,
  { objectType, instance, pid, index }: ApduOf<"A_PropertyExtDescription_Read">,
): Step<DeviceState> => {
  const found = describe(findObject(objectType, instance), pid, index);
  const service = "A_PropertyExtDescription_Response";
  const head = {
    service,
    objectType,
    instance,
    descriptionType: 0,
    dptMain: 0,
    dptSub: 0,
  } as const;
  if (found === undefined)
    return [state, [answer(request, { ...head, pid, index, ...NO_DESCRIPTION })]];
  const { property } = found;
  const described: Apdu = {
    ...head,
    pid: property.pid,
    index: found.index,
    writable: property.writeLevel === null ? 0 : 1,
    pdt: PDT[property.pdt].code,
    max: property.max,
    readLevel: property.readLevel,
    writeLevel: property.writeLevel ?? NOBODY,
  };
  return [state, [answer(request, described)]];
};

/**
 * A_FunctionPropertyExt*: no property here is a function, but a load or run state machine may be driven like one.
 */
export const callExtFunction = (
  state: DeviceState,
  request: ApduIndication,
  apdu: ApduOf<"A_FunctionPropertyExtCommand"> | ApduOf<"A_FunctionPropertyExtState_Read">,
): Step<DeviceState> => {
  const { objectType, instance, pid } = apdu;
  const service = "A_FunctionPropertyExtState_Response";
  const head = { service, objectType, instance, pid } as const;
  const refusal = (returnCode: number): Step<DeviceState> => [
    state,
    [answer(request, { ...head, returnCode, data: NO_OCTETS })],
  ];
  const property = findProperty(findObject(objectType, instance), pid);
  if (property === undefined) return refusal(RETURN.addressVoid);
  if (property.pdt !== "control") return refusal(RETURN.typeConflict);
  const range = { level: accessOf(state, request), start: 1, count: 1 };
  const called: Step<DeviceState> | number =
    apdu.service === "A_FunctionPropertyExtState_Read"
      ? [state, []]
      : writeProperty(state, property, range, apdu.data, request.at);
  if (typeof called === "number")
    return refusal(called === RETURN.typeConflict ? RETURN.commandInvalid : called);
  const [after, caused] = called;
  const read = readProperty(after, property, range);
  if (typeof read === "number") return refusal(read);
  const response = answer(request, { ...head, returnCode: RETURN.success, data: read });
  return [after, answering(caused, response)];
};

const write = (
  state: DeviceState,
  request: ApduIndication,
  apdu: Readonly<{
    objectType: number;
    instance: number;
    pid: number;
    count: number;
    start: number;
    data: Octets;
  }>,
): Step<DeviceState> | number => {
  const { objectType, instance, pid, count, start, data } = apdu;
  const property = findProperty(findObject(objectType, instance), pid);
  if (property === undefined) return RETURN.addressVoid;
  const range = { level: accessOf(state, request), start, count };
  return writeProperty(state, property, range, data, request.at);
};
