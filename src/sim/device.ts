import { BROADCAST, parseGroupAddress, parseIndividualAddress } from "../core/address.ts";
import type { Octets } from "../core/octets.ts";
import { sameOctets } from "../core/octets.ts";
import type { Cancel } from "./clock.ts";
import type { Line } from "./line.ts";
import { type GroupService, groupTelegram, readTelegram, type Value } from "./telegram.ts";
import { ACK, isIntact, NAK } from "./tp1.ts";

/** What a device does with one of its group addresses. */
export type GroupObject = Readonly<{
  written?: (data: Octets) => void;
  /** The value it answers reads with; without one it leaves them to others. */
  read?: () => Value;
}>;

/** A device of the house, with the manners of a real one: it acknowledges exactly what is meant for it. */
export interface Device {
  readonly name: string;
  readonly address: string;
  send(to: string, service: GroupService, value: Value): void;
  /** Runs later, unless the line loses power before. */
  later(ms: number, run: () => void): Cancel;
  detach(): void;
}

export const createDevice = (options: {
  line: Line;
  name: string;
  address: string;
  objects?: Readonly<Record<string, GroupObject>>;
  /** The line's power came back. */
  powered?: () => void;
}): Device => {
  const { line, name, address, powered = () => {} } = options;
  const objects = new Map<number | undefined, GroupObject & { ga: string }>();
  for (const [ga, object] of Object.entries(options.objects ?? {}))
    objects.set(parseGroupAddress(ga), { ga, ...object });
  const own = parseIndividualAddress(address);
  const pending = new Set<Cancel>();
  let frame: number[] = [];
  let last: Octets = [];
  const waiting: Octets[] = [];
  let loading = false;

  const isForMe = (): boolean => {
    const [control = 0, second = 0, , fourth = 0, fifth = 0, sixth = 0] = frame;
    const standard = (control & 0x80) !== 0;
    const destination = standard ? (fourth << 8) | fifth : (fifth << 8) | sixth;
    const toGroup = ((standard ? sixth : second) & 0x80) !== 0;
    if (!toGroup) return destination === own;
    return destination === BROADCAST || objects.has(destination);
  };

  /** A repetition of what was understood the first time: only its acknowledge got lost. */
  const isRepetition = (): boolean =>
    last.length > 0 && sameOctets(frame.slice(1, -1), last.slice(1, -1));

  const understand = (): void => {
    const telegram = readTelegram(frame);
    const again = telegram?.repeated === true && isRepetition();
    if (isIntact(frame)) last = frame;
    const object = telegram === undefined ? undefined : objects.get(telegram.to);
    if (telegram === undefined || object === undefined || again) return;
    const { read, written, ga } = object;
    if (telegram.service !== "read") written?.(telegram.data);
    else if (read !== undefined) later(REACTION_MS, () => send(ga, "response", read()));
  };

  const port = line.attach({
    name,
    octet: (octet, first) => {
      if (first) frame = [];
      frame.push(octet);
    },
    acknowledge: () => {
      if (!isForMe()) return undefined;
      if (!isIntact(frame)) return NAK;
      understand();
      return ACK;
    },
    frameEnd: () => {},
    power: (on) => {
      forget();
      if (on) powered();
    },
  });

  const send = (to: string, service: GroupService, { data, short }: Value): void => {
    if (waiting.length === QUEUE_LIMIT) waiting.shift();
    waiting.push(groupTelegram({ source: address, to, service, data, short }));
    sendNext();
  };

  const sendNext = (): void => {
    if (loading || port.active) return;
    const octets = waiting.shift();
    if (octets === undefined) return;
    const done = (): void => {
      loading = true;
      later(LOAD_MS, () => {
        loading = false;
        sendNext();
      });
    };
    port.send({ octets, done });
  };

  const later = (ms: number, run: () => void): Cancel => {
    const cancel = line.clock.after(ms, () => {
      pending.delete(cancel);
      run();
    });
    pending.add(cancel);
    return () => {
      pending.delete(cancel);
      cancel();
    };
  };

  const forget = (): void => {
    for (const cancel of pending) cancel();
    pending.clear();
    waiting.length = 0;
    loading = false;
    last = [];
  };

  return {
    name,
    address,
    send,
    later,
    detach: () => {
      forget();
      port.detach();
    },
  };
};

/** From the request to the answer, as a small device takes. */
const REACTION_MS = 8;
/** Between two frames, to load the next one into its transceiver: the gap that lets others have their turn. */
const LOAD_MS = 10;
/** What a device cannot get rid of any more is out of date: the oldest goes. */
const QUEUE_LIMIT = 8;
