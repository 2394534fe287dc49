import { parseGroupAddress, parseIndividualAddress } from "../core/address.ts";
import type { Priority } from "../core/impulse.ts";
import type { Octets } from "../core/octets.ts";
import { checkOctet, isIntact, isRepeated } from "./tp1.ts";

/*
 * Group telegrams in standard frames, written and read apart from the stack, so that the stack meets an opinion that is
 * not its own.  ctrl  source(2)  destination(2)  AT|hops|length  TPCI  APCI|value  value…  check
 */

export type GroupService = "read" | "response" | "write";

/** Up to 6 bits travel inside the APCI octet (`short`). */
export type Value = Readonly<{ data: Octets; short: boolean }>;

export type Telegram = Readonly<{
  source: number;
  to: number;
  service: GroupService;
  repeated: boolean;
}> &
  Value;

const APCI: Record<GroupService, number> = { read: 0x00, response: 0x40, write: 0x80 };
const PRIORITIES: Record<Priority, number> = {
  system: 0x00,
  normal: 0x04,
  urgent: 0x08,
  low: 0x0c,
};

export const bit = (on: boolean): Value => ({ data: [on ? 1 : 0], short: true });
export const octets = (...data: readonly number[]): Value => ({ data, short: false });

/** @throws RangeError for an address that is none, or more than 14 octets */
export const groupTelegram = (telegram: {
  source: string;
  to: string;
  service: GroupService;
  data?: Octets;
  short?: boolean;
  priority?: Priority;
}): readonly number[] => {
  const { service, data = [0], short = telegram.data === undefined, priority = "low" } = telegram;
  const source = parseIndividualAddress(telegram.source);
  const to = parseGroupAddress(telegram.to);
  if (source === undefined || to === undefined || data.length > 14)
    throw new RangeError(`no telegram: ${telegram.source} → ${telegram.to}`);
  const apci = APCI[service];
  const apdu = short ? [apci | ((data[0] ?? 0) & 0x3f)] : [apci, ...data];
  const frame = [
    0xb0 | PRIORITIES[priority],
    source >> 8,
    source & 0xff,
    to >> 8,
    to & 0xff,
    0xe0 | apdu.length,
    0x00,
    ...apdu,
  ];
  return [...frame, checkOctet(frame)];
};

/** @returns nothing for whatever is not an intact group telegram */
export const readTelegram = (frame: Octets): Telegram | undefined => {
  const [control = 0, , , , , npci = 0, tpci, apci] = frame;
  if ((control & 0x80) === 0 || (npci & 0x80) === 0 || !isIntact(frame)) return undefined;
  if (tpci !== 0 || apci === undefined) return undefined;
  const service = SERVICES.get(apci & 0xc0);
  if (service === undefined) return undefined;
  const short = frame.length === 9;
  return {
    source: word(frame, 1),
    to: word(frame, 3),
    service,
    repeated: isRepeated(control),
    data: short ? [apci & 0x3f] : frame.slice(8, -1),
    short,
  };
};

const SERVICES: ReadonlyMap<number, GroupService> = new Map([
  [APCI.read, "read"],
  [APCI.response, "response"],
  [APCI.write, "write"],
] as const);

const word = (frame: Octets, index: number): number =>
  ((frame[index] ?? 0) << 8) | (frame[index + 1] ?? 0);
