import { BROADCAST, parseGroupAddress, parseIndividualAddress } from "../core/address.ts";
import type { Octets } from "../core/octets.ts";
import { sameOctets } from "../core/octets.ts";
import type { Cancel } from "./clock.ts";
import { readFrame } from "./frame.ts";
import type { Line } from "./line.ts";
import { createManagement, type Management } from "./management.ts";
import type { ManagementOptions } from "./management-options.ts";
import { type GroupService, groupTelegram, readTelegram, type Value } from "./telegram.ts";
import { ACK, isIntact, isRepeated, NAK } from "./tp1.ts";

/** What a device does with one of its group addresses. */
export type GroupObject = Readonly<{
  written?: (data: Octets) => void;
  /** The value it answers reads with; without one it leaves them to others. */
  read?: () => Value;
}>;

/** A device of the house, with the manners of a real one: it acknowledges exactly what is meant for it. */
export interface Device {
  readonly name: string;
  /** Where it answers at the moment. */
  readonly address: string;
  /** Absent: it knows its groups only. */
  readonly management: Management | undefined;
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
  /** The line's power came back, or the device has restarted. */
  powered?: () => void;
  /** Makes it a device that can be managed point to point. */
  management?: ManagementOptions;
}): Device => {
  const { line, name, powered = () => {} } = options;
  const objects = new Map<number | undefined, GroupObject & { ga: string }>();
  for (const [ga, object] of Object.entries(options.objects ?? {}))
    objects.set(parseGroupAddress(ga), { ga, ...object });
  const first = parseIndividualAddress(options.address);
  const pending = new Set<Cancel>();
  let frame: number[] = [];
  let last: Octets = [];
  const waiting: Octets[] = [];
  let loading = false;
  let restarting = false;

  const address = (): string => managed?.address ?? options.address;

  const isForMe = (): boolean => {
    if (restarting) return false;
    const [control = 0, second = 0, , fourth = 0, fifth = 0, sixth = 0] = frame;
    const standard = (control & 0x80) !== 0;
    const destination = standard ? (fourth << 8) | fifth : (fifth << 8) | sixth;
    const toGroup = ((standard ? sixth : second) & 0x80) !== 0;
    if (!toGroup) return destination === (managed?.individualAddress ?? first);
    return destination === BROADCAST || objects.has(destination);
  };

  /** A repetition of what was understood the first time: only its acknowledge got lost. */
  const isRepetition = (): boolean =>
    last.length > 0 && sameOctets(frame.slice(1, -1), last.slice(1, -1));

  const understand = (): void => {
    const received = readFrame(frame);
    const again = received?.repeated === true && isRepetition();
    if (isIntact(frame)) last = frame;
    if (received === undefined || again) return;
    managed?.receive(received);
    const telegram = readTelegram(frame);
    const object = telegram === undefined ? undefined : objects.get(telegram.to);
    if (telegram === undefined || object === undefined) return;
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
      if (isIntact(frame)) {
        understand();
        return ACK;
      }
      // The same words may be said twice: what comes again now is new, unless this was a repetition already.
      if (!isRepeated(frame[0] ?? 0)) last = [];
      return NAK;
    },
    frameEnd: () => {},
    power: (on) => {
      forget();
      restarting = false;
      if (on) powered();
    },
  });

  const send = (to: string, service: GroupService, { data, short }: Value): void => {
    const hops = managed?.hops ?? 6;
    enqueue(groupTelegram({ source: address(), to, service, data, short, hops }));
  };

  const enqueue = (octets: readonly number[]): void => {
    if (restarting) return;
    if (waiting.length === QUEUE_LIMIT) waiting.shift();
    waiting.push(octets);
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
    managed?.stop();
  };

  const restart = (erase: () => void): void => {
    later(RESTART_AFTER_MS, () => {
      if (port.active || loading || waiting.length > 0) return restart(erase);
      erase();
      forget();
      restarting = true;
      later(RESTART_MS, () => {
        restarting = false;
        powered();
      });
    });
  };

  const managed =
    options.management &&
    createManagement(
      { ...options.management, address: options.address },
      { later, restart, send: (octets) => later(REACTION_MS, () => enqueue(octets)) },
    );

  return {
    name,
    get address() {
      return address();
    },
    management: managed,
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
/** From the request to restart to its beginning: the answer and its acknowledge have this long. */
const RESTART_AFTER_MS = 200;
/** Until it hears again. */
const RESTART_MS = 500;
/** Between two frames, to load the next one into its transceiver: the gap that lets others have their turn. */
const LOAD_MS = 10;
/** What a device cannot get rid of any more is out of date: the oldest goes. */
const QUEUE_LIMIT = 8;
