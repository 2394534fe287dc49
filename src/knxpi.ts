/*
 * The pure parts of knxpi: the stack and each of its layers, frames, addresses, datapoint types. No I/O, no clock; what a
 * program needs to speak KNX in its own way, and its tests to do so without a bus.
 */

export {
  BROADCAST,
  formatGroupAddress,
  formatIndividualAddress,
  GroupAddress,
  type GroupStyle,
  IndividualAddress,
  parseGroupAddress,
  parseIndividualAddress,
} from "./core/address.ts";
export { type BridgeState, bridge, openBridge } from "./core/app/bridge/bridge.ts";
export { device } from "./core/app/device/device.ts";
export { type DeviceState, openDevice } from "./core/app/device/state.ts";
export type * from "./core/app-impulse.ts";
export type * from "./core/config.ts";
export type { Decoded } from "./core/decoded.ts";
export type { Dpt, Value } from "./core/dpt/dpt.ts";
export { findDpt, knownDpts } from "./core/dpt/dpt.ts";
export { decodeValue, encodeValue } from "./core/dpt/value.ts";
export { DROP_REASONS, type DropReason } from "./core/drop.ts";
export type * from "./core/effect.ts";
export { type ExplainOptions, type Explanation, explainFrame } from "./core/explain.ts";
export { type GroupSet, groupSet, inGroupSet } from "./core/group-set.ts";
export type * from "./core/impulse.ts";
export { type Octets, parseHex, toHex } from "./core/octets.ts";
export { dl } from "./core/stack/2-dl/dl.ts";
export { decodeFrame, encodeFrame, type Frame } from "./core/stack/2-dl/frame.ts";
export { type DlState, openDl } from "./core/stack/2-dl/state.ts";
export { type NlState, nl, openNl } from "./core/stack/3-nl/nl.ts";
export { tl } from "./core/stack/4-tl/tl.ts";
export { decodeTpdu, encodeTpdu, type Tpdu } from "./core/stack/4-tl/tpci.ts";
export { openTlsm, type TlsmState, tlsm } from "./core/stack/4-tlsm/tlsm.ts";
export { al } from "./core/stack/7-al/al.ts";
export { type Apdu, type ApduOf, decodeApdu, encodeApdu } from "./core/stack/7-al/apdu.ts";
export { openStack, run, type StackState } from "./core/stack/stack.ts";
export type * from "./core/timer.ts";
