import { parseGroupAddress, parseIndividualAddress } from "../core/address.ts";
import type { Priority } from "../core/impulse.ts";
import type { Octets } from "../core/octets.ts";
import { readFrame, writeFrame } from "./frame.ts";

/*
 * Group telegrams, written and read apart from the stack like the frames they travel in.  TPCI  APCI|value  value…
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
  hops?: number;
}): readonly number[] => {
  const { service, data = [0], short = telegram.data === undefined } = telegram;
  const { priority = "low", hops = 6 } = telegram;
  const source = parseIndividualAddress(telegram.source);
  const to = parseGroupAddress(telegram.to);
  if (source === undefined || to === undefined || data.length > 14)
    throw new RangeError(`no telegram: ${telegram.source} → ${telegram.to}`);
  const apci = APCI[service];
  const apdu = short ? [apci | ((data[0] ?? 0) & 0x3f)] : [apci, ...data];
  return writeFrame({
    source,
    destination: to,
    toGroup: true,
    priority: PRIORITIES[priority],
    hops,
    tpdu: [0x00, ...apdu],
  });
};

/** @returns nothing for whatever is not an intact group telegram */
export const readTelegram = (octets: Octets): Telegram | undefined => {
  const frame = readFrame(octets);
  if (frame === undefined || !frame.toGroup) return undefined;
  const [tpci, apci] = frame.tpdu;
  if (tpci !== 0 || apci === undefined) return undefined;
  const service = SERVICES.get(apci & 0xc0);
  if (service === undefined) return undefined;
  const short = frame.tpdu.length === 2;
  return {
    source: frame.source,
    to: frame.destination,
    service,
    repeated: frame.repeated,
    data: short ? [apci & 0x3f] : frame.tpdu.slice(2),
    short,
  };
};

const SERVICES: ReadonlyMap<number, GroupService> = new Map([
  [APCI.read, "read"],
  [APCI.response, "response"],
  [APCI.write, "write"],
] as const);
