import { IndividualAddress } from "../../../../src/core/address.ts";
import { device } from "../../../../src/core/app/device/device.ts";
import type { StoredLoadable } from "../../../../src/core/app/device/model/model.ts";
import { FACTORY_SETTINGS } from "../../../../src/core/app/device/model/settings.ts";
import { type DeviceState, openDevice } from "../../../../src/core/app/device/state.ts";
import type { DeviceImpulse } from "../../../../src/core/app-impulse.ts";
import type { DeviceConfig } from "../../../../src/core/config.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse, Mode, Partner } from "../../../../src/core/impulse.ts";
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
    orderInfo: hex("4F 52 44 45 52 20 31 32 33 34"),
    hardwareType: hex("00 00 A1 B2 13 05"),
    firmwareRevision: 0x15,
    maxApduLength: 55,
    settings: FACTORY_SETTINGS,
    loaded: [],
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

/** One impulse after the other; what came out, in words, without the news for people: those are told in news.test.ts. */
export const feed = (
  state: DeviceState,
  ...impulses: readonly DeviceImpulse[]
): readonly [DeviceState, readonly string[]] => {
  let current = state;
  const out: string[] = [];
  for (const impulse of impulses) {
    const [next, caused] = device(current, impulse);
    current = next;
    out.push(...caused.filter((item) => item.type !== "device.ind").map(words));
  }
  return [current, out];
};

/** A service arrives at the device. */
export const ask = (state: DeviceState, mode: Mode, octets: string, source = TOOL) =>
  feed(state, arrival(mode, octets, source));

/** What goes to the store for one object. */
const keptWords = (stored: StoredLoadable): string =>
  stored.state === "loaded"
    ? `keep ${stored.index} loaded ${stored.address.toString(16)}: ${toHex(stored.octets)}`
    : `keep ${stored.index} ${stored.state}`;

export const words = (item: Impulse | Effect): string => {
  switch (item.for) {
    case "al":
      return item.type === "apdu.req"
        ? `${item.to.mode}${item.to.mode === "broadcast" ? "" : ` ${item.to.peer.toString(16)}`} ${item.priority}: ${toHex(encodeApdu(item.apdu))}`
        : item.type;
    case "drops":
      return item.reason;
    case "store":
      if (item.type === "keep") return keptWords(item.loadable);
      if (item.type === "snapshot" || item.type === "ledger") return item.type;
      return `save ${item.record.address.toString(16)} ${item.record.keys.map(toHex).join(", ")}`;
    case "transitions": {
      const { machine, subject, event, next } = item.transition;
      return `${machine} ${subject}: ${event} → ${next}`;
    }
    case "objects":
      if (item.type === "configure.req")
        return `objects configure.req ${item.limit?.telegrams} in ${item.limit?.ms} ms`;
      return item.type === "tables.ind"
        ? `tables ${[item.addresses, item.associations, item.objects].map((image) => image?.size ?? "-").join(" ")} ${item.running ? "running" : "halted"}`
        : item.type;
    case "log":
      return `note ${item.note.message} ${JSON.stringify(item.note.fields)}`;
    case "dl":
      if (item.type === "configure.req" && item.repetitions && item.address === undefined)
        return `dl configure.req nak ${item.repetitions.nak} busy ${item.repetitions.busy}`;
      return item.type === "configure.req"
        ? `dl configure.req ${item.address?.toString(16)}`
        : item.type;
    case "nl":
    case "client":
    case "bridge":
      return item.type === "configure.req"
        ? `${item.for} ${item.type} ${item.address?.toString(16)}${"hops" in item ? ` hops ${item.hops}` : ""}`
        : item.type;
    default:
      return `${item.for} ${item.type}`;
  }
};

/**
 * Octets as they stand in the references, from the TPCI octet on: what belongs to the transport layer is taken away.
 */
export const fromWire = (octets: string): string => {
  const [first = 0, ...rest] = hex(octets);
  return toHex([first & 0x03, ...rest]);
};

/** What is answered in a connection, in hex, without all else that follows. */
export const answersTo = (
  state: DeviceState,
  octets: string,
): readonly [DeviceState, readonly string[]] => {
  const [next, out] = ask(state, "connected", octets);
  const begin = "connected 11fa normal: ";
  return [
    next,
    out.filter((line) => line.startsWith(begin)).map((line) => line.slice(begin.length)),
  ];
};

/** Requests in a connection one after the other, from the APCI on. */
export const asked = (state: DeviceState, ...requests: readonly string[]): DeviceState =>
  requests.reduce((before, request) => ask(before, "connected", request)[0], state);

export const start = (index: number): string => `03 D7 0${index} 05 10 01 01${" 00".repeat(9)}`;
export const completed = (index: number): string => `03 D7 0${index} 05 10 01 02${" 00".repeat(9)}`;
export const unload = (index: number): string => `03 D7 0${index} 05 10 01 04${" 00".repeat(9)}`;
export const allocate = (index: number, size: string, mode = "00", fill = "00"): string =>
  `03 D7 0${index} 05 10 01 03 0B ${size} ${mode} ${fill} 00 00`;
