import { IndividualAddress } from "../../../../src/core/address.ts";
import { device } from "../../../../src/core/app/device/device.ts";
import { type DeviceState, openDevice } from "../../../../src/core/app/device/state.ts";
import type { DeviceConfig } from "../../../../src/core/config.ts";
import type {
  DeviceImpulse,
  Effect,
  Impulse,
  Mode,
  Partner,
} from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { type Apdu, decodeApdu, encodeApdu } from "../../../../src/core/stack/7-al/apdu.ts";
import { hex } from "../../../../src/testing/watch.ts";

export const TOOL = IndividualAddress(0x11fa);
export const OTHER = IndividualAddress(0x11fb);
export const NO_KEY = "FF FF FF FF";

/** 1.1.5, serial number 00FA:1234BEEF, keys of the levels 0, 1 and 2 in hex. */
export const opened = (
  options: Partial<DeviceConfig> & { readonly keyTexts?: readonly [string, string, string] } = {},
): DeviceState => {
  const { keyTexts = [NO_KEY, NO_KEY, NO_KEY], ...config } = options;
  return openDevice({
    descriptor: [0x07, 0xb0],
    serial: hex("00 FA 12 34 BE EF"),
    keys: keyTexts.map(hex),
    address: IndividualAddress(0x1105),
    programmingMode: false,
    ...config,
  });
};

export const partner = (mode: Mode, peer = TOOL): Partner =>
  mode === "broadcast" ? { mode } : { mode, peer };

/** @throws TypeError when the octets are no APDU: a fixture with a typing mistake must not pass */
export const apduOf = (octets: string): Apdu => {
  const decoded = decodeApdu(hex(octets));
  if (!decoded.ok) throw new TypeError(`${octets}: ${decoded.reason}`);
  return decoded.value;
};

export const arrival = (mode: Mode, octets: string, source = TOOL): DeviceImpulse => ({
  for: "device",
  type: "apdu.ind",
  mode,
  source,
  priority: "normal",
  apdu: apduOf(octets),
  at: 31,
});

/** One impulse after the other; what came out, in words. */
export const feed = (
  state: DeviceState,
  ...impulses: readonly DeviceImpulse[]
): readonly [DeviceState, readonly string[]] => {
  let current = state;
  const out: string[] = [];
  for (const impulse of impulses) {
    const [next, caused] = device(current, impulse);
    current = next;
    out.push(...caused.map(words));
  }
  return [current, out];
};

/** A service arrives at the device. */
export const ask = (state: DeviceState, mode: Mode, octets: string, source = TOOL) =>
  feed(state, arrival(mode, octets, source));

const words = (item: Impulse | Effect): string => {
  switch (item.for) {
    case "al":
      return item.type === "apdu.req"
        ? `${item.to.mode}${item.to.mode === "broadcast" ? "" : ` ${item.to.peer.toString(16)}`} ${item.priority}: ${toHex(encodeApdu(item.apdu))}`
        : item.type;
    case "drops":
      return item.reason;
    case "store":
      return `save ${item.record.address.toString(16)} ${item.record.keys.map(toHex).join(", ")}`;
    case "log":
      return `note ${item.note.message} ${JSON.stringify(item.note.fields)}`;
    case "dl":
    case "nl":
    case "client":
    case "bridge":
      return item.type === "configure.req"
        ? `${item.for} ${item.type} ${item.address.toString(16)}`
        : item.type;
    default:
      return `${item.for} ${item.type}`;
  }
};
