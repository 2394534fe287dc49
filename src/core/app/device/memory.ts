import type { DropReason } from "../../drop.ts";
import type { Step } from "../../impulse.ts";
import { NO_OCTETS, type Octets } from "../../octets.ts";
import type { Apdu, ApduOf } from "../../stack/7-al/apdu.ts";
import { accessOf } from "./access.ts";
import { type ApduIndication, answer, silence } from "./answer.ts";
import { readImage, writeImage } from "./model/image.ts";
import type { LoadableIndex, Model, Segment } from "./model/model.ts";
import { INDICES } from "./model/segments.ts";
import { CONFIGURATION } from "./properties/property.ts";
import { RETURN } from "./properties/return-code.ts";
import type { DeviceState } from "./state.ts";

/*
 * Memory is what was allocated, and nothing else. Everybody reads it; it is written while its object is being loaded, all
 * of the octets or none, by whoever may configure. `layers.md` D.5; `device-model.md` §6.5
 */

export const readMemory = (
  state: DeviceState,
  request: ApduIndication,
  { number, address }: ApduOf<"A_Memory_Read">,
): Step<DeviceState> => {
  const data = number > state.maxApduLength - 3 ? NO_OCTETS : read(state.model, address, number);
  return [state, [answer(request, memoryResponse(address, data))]];
};

export const readUserMemory = (
  state: DeviceState,
  request: ApduIndication,
  { number, address }: ApduOf<"A_UserMemory_Read">,
): Step<DeviceState> => {
  const data = number > state.maxApduLength - 4 ? NO_OCTETS : read(state.model, address, number);
  return [state, [answer(request, userMemoryResponse(address, data))]];
};

/** More than an answer could hold is not looked at; a number that lies is a failed write. */
export const writeMemory = (
  state: DeviceState,
  request: ApduIndication,
  apdu: ApduOf<"A_Memory_Write"> | ApduOf<"A_UserMemory_Write">,
): Step<DeviceState> => {
  const { service, number, address, data } = apdu;
  const isUser = service === "A_UserMemory_Write";
  if (number > state.maxApduLength - (isUser ? 4 : 3))
    return [state, [silence(request, "al.length")]];
  const written =
    number === data.length ? write(state, request, address, data) : RETURN.addressVoid;
  return verified(state, request, written, address, number, isUser);
};

/** Each octet: (old AND and) XOR xor. */
export const writeBits = (
  state: DeviceState,
  request: ApduIndication,
  apdu: ApduOf<"A_MemoryBit_Write"> | ApduOf<"A_UserMemoryBit_Write">,
): Step<DeviceState> => {
  const { service, number, address, and, xor } = apdu;
  const old = read(state.model, address, number);
  const data = Array.from(
    { length: old.length },
    (_, index) => ((old[index] ?? 0) & (and[index] ?? 0)) ^ (xor[index] ?? 0),
  );
  const written =
    number <= MOST_BIT_OCTETS ? write(state, request, address, data) : RETURN.addressVoid;
  return verified(state, request, written, address, number, service === "A_UserMemoryBit_Write");
};

const MOST_BIT_OCTETS = 5;

export const readExtended = (
  state: DeviceState,
  request: ApduIndication,
  { number, address }: ApduOf<"A_MemoryExtended_Read">,
): Step<DeviceState> => {
  const service = "A_MemoryExtended_ReadResponse";
  const isTooLong = number > state.maxApduLength - 5;
  const data = isTooLong ? NO_OCTETS : read(state.model, address, number);
  const failure = isTooLong ? RETURN.tooLong : RETURN.addressVoid;
  const returnCode = data.length > 0 ? RETURN.success : failure;
  return [state, [answer(request, { service, returnCode, address, data })]];
};

/** Always answered; without a CRC, which the standard lets the device choose. */
export const writeExtended = (
  state: DeviceState,
  request: ApduIndication,
  { number, address, data }: ApduOf<"A_MemoryExtended_Write">,
): Step<DeviceState> => {
  const written =
    number > state.maxApduLength - 5 ? RETURN.tooLong : write(state, request, address, data);
  const [after, returnCode] =
    typeof written === "number" ? [state, written] : [written, RETURN.success];
  const service = "A_MemoryExtended_WriteResponse";
  return [after, [answer(request, { service, returnCode, address, crc: NO_OCTETS })]];
};

/** In verify mode with what stands there now, no octets for a failure; otherwise without a word. */
const verified = (
  state: DeviceState,
  request: ApduIndication,
  written: DeviceState | number,
  address: number,
  number: number,
  isUser: boolean,
): Step<DeviceState> => {
  const after = typeof written === "number" ? state : written;
  if ((state.model.control & VERIFY_MODE) === 0)
    return [after, typeof written === "number" ? [silence(request, REFUSED)] : []];
  const data = typeof written === "number" ? NO_OCTETS : read(after.model, address, number);
  const response = isUser ? userMemoryResponse(address, data) : memoryResponse(address, data);
  return [after, [answer(request, response)]];
};

/** PID_DEVICE_CONTROL, bit 2. */
const VERIFY_MODE = 0x04;
const REFUSED: DropReason = "device.memory";

const memoryResponse = (address: number, data: Octets): Apdu => ({
  service: "A_Memory_Response",
  number: data.length,
  address,
  data,
});

const userMemoryResponse = (address: number, data: Octets): Apdu => ({
  service: "A_UserMemory_Response",
  number: data.length,
  address,
  data,
});

/** @returns as many octets as asked for, or none */
const read = (model: Model, address: number, number: number): Octets => {
  const found = find(model, address, number);
  return found === undefined
    ? NO_OCTETS
    : readImage(found.segment.image, address - found.segment.address, number);
};

/** @returns the state with these octets, or the return code of the refusal; nothing goes to the disk */
const write = (
  state: DeviceState,
  request: ApduIndication,
  address: number,
  octets: Octets,
): DeviceState | number => {
  const { model } = state;
  const found = find(model, address, octets.length);
  if (found === undefined) return RETURN.addressVoid;
  if (accessOf(state, request) > CONFIGURATION) return RETURN.accessDenied;
  const { index, segment } = found;
  const loadable = model.loadables[index];
  if (loadable.state !== "loading") return RETURN.readOnly;
  const image = writeImage(segment.image, address - segment.address, octets);
  const changed = { ...loadable, segment: { ...segment, image } };
  return { ...state, model: { ...model, loadables: { ...model.loadables, [index]: changed } } };
};

/** The segment in which all of these octets are. */
const find = (
  { loadables }: Model,
  address: number,
  number: number,
): Readonly<{ index: LoadableIndex; segment: Segment }> | undefined => {
  if (number === 0) return undefined;
  for (const index of INDICES) {
    const { segment } = loadables[index];
    if (
      segment !== null &&
      address >= segment.address &&
      address + number <= segment.address + segment.image.size
    )
      return { index, segment };
  }
  return undefined;
};
