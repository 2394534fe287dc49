import { formatIndividualAddress, IndividualAddress } from "../../address.ts";
import type { DeviceRecord, Effect } from "../../effect.ts";
import type { Impulse, Step } from "../../impulse.ts";
import { sameOctets } from "../../octets.ts";
import type { ApduOf } from "../../stack/7-al/apdu.ts";
import { type ApduIndication, answer, note, silence } from "./answer.ts";
import type { Settings } from "./model/model.ts";
import { hopsOf, repetitionsOf } from "./model/settings.ts";
import type { DeviceState } from "./state.ts";

/** The address of a device that has none yet: 15.15.255. */
export const UNREGISTERED = IndividualAddress(0xffff);

/** A_IndividualAddress_Read: who is in programming mode? The address is the source of the answer. */
export const readAddress = (state: DeviceState, request: ApduIndication): Step<DeviceState> =>
  state.programmingMode
    ? [state, [answer(request, { service: "A_IndividualAddress_Response" })]]
    : [state, [silence(request, "device.not-in-programming-mode")]];

/** A_IndividualAddress_Write: for who is in programming mode, and stays there. */
export const writeAddress = (
  state: DeviceState,
  request: ApduIndication,
  { address }: ApduOf<"A_IndividualAddress_Write">,
): Step<DeviceState> =>
  state.programmingMode
    ? move(state, address, request.at)
    : [state, [silence(request, "device.not-in-programming-mode")]];

/** A_IndividualAddressSerialNumber_Read. TP1 has no domains: theirs is 0. */
export const readAddressBySerial = (
  state: DeviceState,
  request: ApduIndication,
  { serial }: ApduOf<"A_IndividualAddressSerialNumber_Read">,
): Step<DeviceState> => {
  if (!sameOctets(serial, state.serial)) return [state, [silence(request, "device.other-serial")]];
  const service = "A_IndividualAddressSerialNumber_Response";
  return [state, [answer(request, { service, serial: state.serial, domain: 0 })]];
};

/** A_IndividualAddressSerialNumber_Write. */
export const writeAddressBySerial = (
  state: DeviceState,
  request: ApduIndication,
  { serial, address }: ApduOf<"A_IndividualAddressSerialNumber_Write">,
): Step<DeviceState> =>
  sameOctets(serial, state.serial)
    ? move(state, address, request.at)
    : [state, [silence(request, "device.other-serial")]];

/** Every layer that knows the own address learns the new one, and hop count and repetitions if they are new too. */
export const configure = (
  address: IndividualAddress,
  at: number,
  settings?: Settings,
): readonly (Impulse | Effect)[] => [
  {
    for: "dl",
    type: "configure.req",
    address,
    ...(settings && { repetitions: repetitionsOf(settings) }),
  },
  { for: "nl", type: "configure.req", address, ...(settings && { hops: hopsOf(settings) }) },
  { for: "client", type: "configure.req", address, at },
  { for: "bridge", type: "configure.req", address, at },
];

/**
 * Neither service refuses an address: a tool takes it away with FFFF. Saved first: from the next telegram on the device is
 * known by it. The one it already has costs no write.
 */
const move = (state: DeviceState, value: number, at: number): Step<DeviceState> => {
  const address = IndividualAddress(value);
  const before = state.record.address;
  if (address === before) return [state, []];
  const record: DeviceRecord = { ...state.record, address };
  const moved = note("new individual address", {
    address: formatIndividualAddress(address),
    before: formatIndividualAddress(before),
  });
  return [
    { ...state, record },
    [{ for: "store", type: "save", record }, ...configure(address, at), moved],
  ];
};
