import { type Octets, sameOctets } from "../core/octets.ts";
import { octetsOf, word } from "./frame.ts";
import { hasObjects, isSystemB } from "./management-options.ts";
import {
  readExtendedMemory,
  readMemory,
  readUserMemory,
  writeExtendedMemory,
  writeMemory,
  writeUserMemory,
} from "./memory-services.ts";
import { type Model, NO_KEY } from "./model.ts";
import { describeProperty, readProperty, writeProperty } from "./property-services.ts";

export type Mode = "broadcast" | "connectionless" | "connected";

/** Once the answer has left; a master reset comes with its erase code. */
export type Restart = (eraseCode?: number) => void;

/**
 * Does what an APDU asks for. What is unknown, or has the wrong length or mode, is ignored. `layers.md` D.
 * @param apdu with the upper two bits of the APCI in its first octet, and nothing else there
 * @returns the APDU that answers it, on the way it came
 */
export const serve = (
  model: Model,
  apdu: Octets,
  mode: Mode,
  restart: Restart,
): Octets | undefined => {
  const [high = 0, low] = apdu;
  if (low === undefined) return undefined;
  const code = (high << 8) | low;
  const service = EXACT.get(code) ?? WITH_DATA_IN_CODE.get(code & 0x03c0);
  if (service === undefined || !service.modes.includes(mode) || !isKnownTo(model.mask, service))
    return undefined;
  const granted = mode === "connected" ? model.live.granted : undefined;
  const level = granted ?? levelOf(model, NO_KEY);
  return service.run(model, apdu, level, restart);
};

type Run = (model: Model, apdu: Octets, level: number, restart: Restart) => Octets | undefined;
type Service = Readonly<{ modes: readonly Mode[]; from: Generation; run: Run }>;

/** The first mask that has the service. */
type Generation = "any" | "objects" | "System B";

const isKnownTo = (mask: number, { from }: Service): boolean =>
  from === "any" || (from === "objects" ? hasObjects(mask) : isSystemB(mask));

/** Lowest level that the key opens; 3 when it opens none. */
const levelOf = ({ keys }: Model, key: Octets): number => {
  const level = keys.findIndex((held) => sameOctets(held, key));
  return level === -1 ? LAST_LEVEL : level;
};

const writeAddress: Run = ({ live }, apdu) => {
  if (apdu.length === 4 && live.programmingMode) live.address = word(apdu, 2);
  return undefined;
};

const readAddress: Run = ({ live }, apdu) =>
  apdu.length === 2 && live.programmingMode ? [0x01, 0x40] : undefined;

/** b2–7 serial number. The domain address in the answer is 0 on TP1. */
const readBySerialNumber: Run = ({ serialNumber }, apdu) =>
  apdu.length === 8 && sameOctets(apdu.slice(2), serialNumber)
    ? [0x03, 0xdd, ...serialNumber, 0, 0, 0, 0]
    : undefined;

/** b2–7 serial number  b8–9 address  b10–13 reserved. */
const writeBySerialNumber: Run = ({ serialNumber, live }, apdu) => {
  if (apdu.length === 14 && sameOctets(apdu.slice(2, 8), serialNumber))
    live.address = word(apdu, 8);
  return undefined;
};

/** The one question that is answered: serial numbers of the devices in programming mode. */
const readSystemParameter: Run = ({ serialNumber, live }, apdu) =>
  live.programmingMode && sameOctets(apdu.slice(2), [0x00, 0x00, 0x00, 0xb0, 0x01])
    ? [0x01, 0xc9, ...apdu.slice(2), ...serialNumber]
    : undefined;

/** b2–3 object type  b4 PID. No parameter is known. */
const refuseParameter: Run = ({ objects }, apdu) => {
  if (apdu.length < 5) return undefined;
  const isKnown = objects.some(({ type }) => type === word(apdu, 2));
  return [0x03, 0xdb, ...(isKnown ? apdu.slice(2, 4) : [0xff, 0xff]), 0xff];
};

const readDescriptor: Run = ({ mask }, apdu) => {
  const type = (apdu[1] ?? 0) & 0x3f;
  if (apdu.length !== 2) return undefined;
  return type === 0 ? [0x03, 0x40, ...octetsOf(mask)] : [0x03, 0x7f];
};

/** b1 channel(6)  b2 conversions; the answer is their sum. */
const readAdc: Run = ({ adc }, apdu) => {
  const [, low = 0, conversions = 0] = apdu;
  if (apdu.length !== 3) return undefined;
  const one = adc[low & 0x3f];
  const [count, sum] = one === undefined ? [0, 0] : [conversions, one * conversions];
  return [0x01, 0xc0 | (low & 0x3f), count, ...octetsOf(sum & 0xffff)];
};

/** b2 reserved  b3–6 key. */
const authorize: Run = (model, apdu) => {
  if (apdu.length !== 7) return undefined;
  const level = levelOf(model, apdu.slice(3));
  model.live.granted = level;
  return [0x03, 0xd2, level];
};

/** b2 level  b3–6 key. */
const writeKey: Run = ({ keys }, apdu, level) => {
  const [, , wanted = 0] = apdu;
  if (apdu.length !== 7) return undefined;
  if (wanted < level || wanted >= LAST_LEVEL) return [0x03, 0xd4, 0xff];
  keys[wanted] = apdu.slice(3);
  return [0x03, 0xd4, wanted];
};

const restartNow: Run = (_, apdu, __, restart) => {
  if (apdu.length === 2) restart();
  return undefined;
};

/** b2 erase code  b3 channel, of which there is only 0, for all. */
const masterReset: Run = (_, apdu, level, restart) => {
  const [, , eraseCode = 0, channel] = apdu;
  if (apdu.length !== 4) return undefined;
  const isErasing = eraseCode > CONFIRMED_RESTART && eraseCode <= LAST_ERASE_CODE;
  if (isErasing && level > 0) return [...RESET_RESPONSE, ACCESS_DENIED, 0, 0];
  if (!isErasing && eraseCode !== CONFIRMED_RESTART)
    return [...RESET_RESPONSE, UNSUPPORTED_ERASE_CODE, 0, 0];
  if (channel !== 0) return [...RESET_RESPONSE, INVALID_CHANNEL, 0, 0];
  restart(eraseCode);
  return [...RESET_RESPONSE, 0, ...PROCESS_TIME_S];
};

const LAST_LEVEL = 3;
const RESET_RESPONSE = [0x03, 0xa1] as const;
const CONFIRMED_RESTART = 1;
const LAST_ERASE_CODE = 7;
const ACCESS_DENIED = 1;
const UNSUPPORTED_ERASE_CODE = 2;
const INVALID_CHANNEL = 3;
const PROCESS_TIME_S = [0x00, 0x01] as const;

const ALL: readonly Mode[] = ["broadcast"];
const ONE: readonly Mode[] = ["connectionless", "connected"];
const CONNECTED: readonly Mode[] = ["connected"];

/** Memory, descriptor and converter have six bits of data in the code. */
// biome-ignore format: read by column
const WITH_DATA_IN_CODE: ReadonlyMap<number, Service> = new Map<number, Service>([
  [0x180, { modes: CONNECTED, from: "any",      run: readAdc }],
  [0x200, { modes: ONE,       from: "any",      run: readMemory }],
  [0x280, { modes: ONE,       from: "any",      run: writeMemory }],
  [0x300, { modes: ONE,       from: "any",      run: readDescriptor }],
]);

/** `layers.md` D.2. */
// biome-ignore format: read by column
const EXACT: ReadonlyMap<number, Service> = new Map<number, Service>([
  [0x0c0, { modes: ALL,       from: "any",      run: writeAddress }],
  [0x100, { modes: ALL,       from: "any",      run: readAddress }],
  [0x1c8, { modes: ALL,       from: "System B", run: readSystemParameter }],
  [0x1fb, { modes: ONE,       from: "System B", run: writeExtendedMemory }],
  [0x1fd, { modes: ONE,       from: "System B", run: readExtendedMemory }],
  [0x2c0, { modes: CONNECTED, from: "objects",  run: readUserMemory }],
  [0x2c2, { modes: CONNECTED, from: "objects",  run: writeUserMemory }],
  [0x380, { modes: ONE,       from: "any",      run: restartNow }],
  [0x381, { modes: ONE,       from: "System B", run: masterReset }],
  [0x3d1, { modes: CONNECTED, from: "objects",  run: authorize }],
  [0x3d3, { modes: CONNECTED, from: "objects",  run: writeKey }],
  [0x3d5, { modes: ONE,       from: "objects",  run: readProperty }],
  [0x3d7, { modes: ONE,       from: "objects",  run: writeProperty }],
  [0x3d8, { modes: ONE,       from: "objects",  run: describeProperty }],
  [0x3da, { modes: ONE,       from: "objects",  run: refuseParameter }],
  [0x3dc, { modes: ALL,       from: "objects",  run: readBySerialNumber }],
  [0x3de, { modes: ALL,       from: "objects",  run: writeBySerialNumber }],
]);
