import type { IndividualAddress } from "../../address.ts";
import type { DeviceImpulse } from "../../app-impulse.ts";
import type { Step } from "../../impulse.ts";
import { never } from "../../never.ts";
import { NO_OCTETS, sameOctets } from "../../octets.ts";
import type { Apdu, ApduOf } from "../../stack/7-al/apdu.ts";
import { serviceOf } from "../../stack/7-al/services.ts";
import { admit, authorize, dismiss, writeKey } from "./access.ts";
import { readAddress, readAddressBySerial, writeAddress, writeAddressBySerial } from "./address.ts";
import { type ApduIndication, answer, silence } from "./answer.ts";
import { readLinks } from "./links.ts";
import { unfinished } from "./load.ts";
import {
  readExtended,
  readMemory,
  readUserMemory,
  writeBits,
  writeExtended,
  writeMemory,
} from "./memory.ts";
import { negative } from "./negative.ts";
import { firstNews, newsOf } from "./news.ts";
import { onOwnAddress } from "./own-address.ts";
import { setProgrammingMode } from "./programming-mode.ts";
import {
  callExtFunction,
  readExtDescription,
  readExtValue,
  writeExtValue,
  writeExtValueUnconfirmed,
} from "./properties/ext-services.ts";
import { readDescription, readValue, writeValue } from "./properties/value-services.ts";
import { afterResponse, masterReset, restart, waitsFor } from "./restart.ts";
import type { DeviceState } from "./state.ts";
import { announced, start } from "./tables.ts";

/**
 * What the device answers on its own: who it is, where it is, who may do what, and what is loaded into it.
 * @see KNX 03.03.07 Application Layer; `layers.md` D.4…D.11; `device-model.md` §1, §6
 */
export const device = (before: DeviceState, impulse: DeviceImpulse): Step<DeviceState> => {
  const [after, out] = react(before, impulse);
  const news = newsOf(before, after, impulse.at);
  return [after, news.length === 0 ? out : [...out, ...news]];
};

const react = (state: DeviceState, impulse: DeviceImpulse): Step<DeviceState> => {
  switch (impulse.type) {
    case "apdu.ind":
      return onService(state, impulse);
    case "apdu.con":
      return afterResponse(state, impulse);
    case "T_Connect.ind":
      return [admit(state, impulse.peer), []];
    case "T_Disconnect.ind":
    case "T_Disconnect.con":
      return waitsFor(state, impulse.peer)
        ? restart(state, impulse.at)
        : leave(state, impulse.peer);
    case "start.ind":
      return [state, [...start(state, impulse.at), ...firstNews(state, impulse.at)]];
    case "programming-mode.req":
      return setProgrammingMode(state, impulse.on);
    case "button.ind":
      return setProgrammingMode(state, !state.programmingMode);
    case "own-address.ind":
      return onOwnAddress(state, impulse.at);
    default:
      return never(impulse);
  }
};

/** A connection that others had is over; `dismiss` knows which those are. */
const leave = (state: DeviceState, peer: IndividualAddress): Step<DeviceState> => {
  const left = dismiss(state, peer);
  return [left, left === state ? [] : unfinished(state)];
};

const onService = (state: DeviceState, request: ApduIndication): Step<DeviceState> => {
  const { apdu } = request;
  switch (apdu.service) {
    case "A_DeviceDescriptor_Read":
      return [state, [answer(request, descriptorOf(state, apdu))]];
    case "A_IndividualAddress_Read":
      return readAddress(state, request);
    case "A_IndividualAddress_Write":
      return writeAddress(state, request, apdu);
    case "A_IndividualAddressSerialNumber_Read":
      return readAddressBySerial(state, request, apdu);
    case "A_IndividualAddressSerialNumber_Write":
      return writeAddressBySerial(state, request, apdu);
    case "A_SystemNetworkParameter_Read":
      return onSystemParameter(state, request, apdu);
    case "A_UserManufacturerInfo_Read":
      return [state, [answer(request, manufacturerInfo(state))]];
    case "A_ADC_Read":
      return [state, [onConversion(request, apdu)]];
    case "A_Authorize_Request":
      return authorize(state, request, apdu);
    case "A_Key_Write":
      return writeKey(state, request, apdu);
    case "A_Restart":
      return restart(state, request.at);
    case "A_Restart_MasterReset":
      return announced(state, masterReset(state, request, apdu), request.at);
    default:
      return onContent(state, request, apdu);
  }
};

/** What is loaded, and the properties by which it is. */
const onContent = (state: DeviceState, request: ApduIndication, apdu: Apdu): Step<DeviceState> => {
  switch (apdu.service) {
    case "A_PropertyValue_Read":
      return readValue(state, request, apdu);
    case "A_PropertyValue_Write":
      return announced(state, writeValue(state, request, apdu), request.at);
    case "A_PropertyDescription_Read":
      return readDescription(state, request, apdu);
    case "A_PropertyExtValue_Read":
      return readExtValue(state, request, apdu);
    case "A_PropertyExtValue_WriteCon":
      return announced(state, writeExtValue(state, request, apdu), request.at);
    case "A_PropertyExtValue_WriteUnCon":
      return announced(state, writeExtValueUnconfirmed(state, request, apdu), request.at);
    case "A_PropertyExtDescription_Read":
      return readExtDescription(state, request, apdu);
    case "A_FunctionPropertyExtCommand":
    case "A_FunctionPropertyExtState_Read":
      return announced(state, callExtFunction(state, request, apdu), request.at);
    case "A_Memory_Read":
      return readMemory(state, request, apdu);
    case "A_UserMemory_Read":
      return readUserMemory(state, request, apdu);
    case "A_Memory_Write":
    case "A_UserMemory_Write":
      return writeMemory(state, request, apdu);
    case "A_MemoryBit_Write":
    case "A_UserMemoryBit_Write":
      return writeBits(state, request, apdu);
    case "A_Link_Read":
      return [state, [answer(request, readLinks(state.model, apdu))]];
    case "A_MemoryExtended_Read":
      return readExtended(state, request, apdu);
    case "A_MemoryExtended_Write":
      return writeExtended(state, request, apdu);
    default:
      return [state, [notHere(request)]];
  }
};

/** An unknown type is answered with 3F and nothing else. */
const descriptorOf = (
  { descriptor }: DeviceState,
  { descriptorType }: ApduOf<"A_DeviceDescriptor_Read">,
): Apdu => {
  const service = "A_DeviceDescriptor_Response";
  return descriptorType === 0
    ? { service, descriptorType, descriptor }
    : { service, descriptorType: 0x3f, descriptor: NO_OCTETS };
};

/** One octet is all there is for the manufacturer: the low one of the code with which the serial number begins. `layers.md` D.7 */
const manufacturerInfo = ({ serial }: DeviceState): Apdu => ({
  service: "A_UserManufacturerInfo_Response",
  manufacturer: serial[1] ?? 0,
  data: [0x00, 0x00],
});

/**
 * The transceivers measure nothing for the host: no conversion was made. Some channels cannot be answered at all, because the
 * code of their answer is another service (`layers.md` F 3).
 */
const onConversion = (request: ApduIndication, { channel }: ApduOf<"A_ADC_Read">) =>
  serviceOf(ADC_RESPONSE | channel) === "A_ADC_Response"
    ? answer(request, { service: "A_ADC_Response", channel, count: 0, sum: 0 })
    : silence(request, "al.unsupported-service");

const ADC_RESPONSE = 0x1c0;

/**
 * Devices in programming mode tell their serial number; nobody answers anything else. The standard spreads the answers of many
 * by a random wait; on TP1 the arbitration of the line does that, and loses none.
 */
const onSystemParameter = (
  state: DeviceState,
  request: ApduIndication,
  { objectType, pid, data }: ApduOf<"A_SystemNetworkParameter_Read">,
): Step<DeviceState> => {
  if (objectType !== 0 || pid !== SERIAL_NUMBER || !sameOctets(data, IN_PROGRAMMING_MODE))
    return [state, [silence(request, "device.network-parameter")]];
  if (!state.programmingMode) return [state, [silence(request, "device.not-in-programming-mode")]];
  const service = "A_SystemNetworkParameter_Response";
  const found = [...IN_PROGRAMMING_MODE, ...state.serial];
  return [state, [answer(request, { service, objectType, pid, data: found })]];
};

/** PID_SERIAL_NUMBER of the device object. */
const SERIAL_NUMBER = 11;
/** The operand, and with it the condition. */
const IN_PROGRAMMING_MODE = [0x01] as const;

/** To a question that everybody got, nobody says no. */
const notHere = (request: ApduIndication) => {
  if (request.mode === "broadcast")
    return silence(
      request,
      request.apdu.service === "A_NetworkParameter_Read"
        ? "device.network-parameter"
        : "al.unsupported-service",
    );
  const refusal = negative(request.apdu);
  return refusal === undefined
    ? silence(request, "al.unsupported-service")
    : answer(request, refusal);
};
