import type { Octets } from "../core/octets.ts";
import type { Cancel, Clock } from "./clock.ts";
import { ACK, arbitrate, asRepetition, BIT_MS, BITS, BUSY, idleBits, isPoll, NAK } from "./tp1.ts";

/** How a transmission ended, after its last repetition. */
export type Outcome = "ack" | "nak" | "busy" | "none";

export type Transmission = Readonly<{
  /** The whole frame with its check octet, as it is to appear the first time. */
  octets: Octets;
  /** How often it is sent again, after NAK or silence and after BUSY; 3 each when left out. */
  repetitions?: Readonly<{ nak: number; busy: number }>;
  done?: (outcome: Outcome) => void;
}>;

/** Whatever hangs on the line. Everybody hears everything, the sender itself included. */
export interface Station {
  readonly name: string;
  /** An octet arrived completely; `first` when the line was silent before it. */
  octet(octet: number, first: boolean): void;
  /** Asked of all who did not send, at the moment the acknowledge has to start. */
  acknowledge(): number | undefined;
  /** The frame is over, its acknowledge included; undefined when nobody acknowledged. */
  frameEnd(acknowledge: number | undefined): void;
  /** The line's supply went away or came back. What was to be sent is forgotten, and nothing will report on it. */
  power(on: boolean): void;
}

export interface Port {
  /** Behind what this port has yet to send. */
  send(transmission: Transmission): void;
  /** True while something is being sent or waits for it. */
  readonly active: boolean;
  /** Stops sending, inside a frame if need be. Nothing reports on what was forgotten. */
  abort(): void;
  detach(): void;
}

export type SeenFrame = Readonly<{
  /** First and last bit of the frame, ms. */
  at: number;
  end: number;
  octets: Octets;
  acknowledge: number | undefined;
  /** 0 for the first try. */
  attempt: number;
  /** Names of the stations that sent it: several when they sent the same. */
  from: readonly string[];
}>;

/** What may go wrong on the wire, asked once for every frame. */
export interface LineFaults {
  /** An octet that everybody receives damaged: which one, and the bits that turn over. */
  damage(length: number): Readonly<{ index: number; mask: number }> | undefined;
  /** An acknowledge from somewhere, over those of the stations. */
  answer(): number | undefined;
}

/** A KNX TP1 segment at 9600 bit/s. Timing and arbitration: KNX 03.02.02; `tp-uart.md` 5.1. */
export interface Line {
  readonly clock: Clock;
  readonly powered: boolean;
  power(on: boolean): void;
  attach(station: Station): Port;
  onFrame(listener: (frame: SeenFrame) => void): Cancel;
  /** Share of the last `windowMs` (at most a minute) that frames took, with the silence and acknowledge they need. */
  load(windowMs?: number): number;
}

type Sender = {
  readonly station: Station;
  readonly queue: Sender[];
  readonly transmission: Transmission;
  readonly since: number;
  frame: Octets;
  attempt: number;
  idleBits: number;
  left: { nak: number; busy: number };
  aborted: boolean;
};

type Running = {
  readonly at: number;
  readonly octets: number[];
  readonly damage: ReturnType<LineFaults["damage"]>;
  senders: readonly Sender[];
};

export const createLine = ({ clock, faults }: { clock: Clock; faults?: LineFaults }): Line => {
  const stations = new Map<Station, Sender[]>();
  const listeners = new Set<(frame: SeenFrame) => void>();
  const airtime: { end: number; ms: number }[] = [];
  let powered = true;
  let running: Running | undefined;
  let idleSince = clock.now();
  let cancelNext: Cancel = () => {};

  const after = (bits: number, run: () => void): void => {
    cancelNext = clock.after(bits * BIT_MS, run);
  };

  /** Stations count the silence in bits, so those that want to send within the same bit start together. */
  const startOf = (sender: Sender): number => {
    const waited = Math.ceil((sender.since - idleSince) / BIT_MS - ROUNDING);
    return idleSince + Math.max(sender.idleBits, waited) * BIT_MS;
  };

  const waiting = (): readonly Sender[] =>
    [...stations.values()].flatMap(([first]) => (first === undefined ? [] : [first]));

  const planNext = (): void => {
    if (running !== undefined || !powered) return;
    cancelNext();
    const senders = waiting();
    if (senders.length === 0) return;
    const at = Math.min(...senders.map(startOf));
    cancelNext = clock.at(at, () => {
      const contenders = waiting().filter((sender) => startOf(sender) <= at + ROUNDING * BIT_MS);
      start(contenders);
    });
  };

  const start = (senders: readonly Sender[]): void => {
    const length = Math.max(...senders.map(({ frame }) => frame.length));
    running = { at: clock.now(), octets: [], damage: faults?.damage(length), senders };
    const begun = running;
    after(BITS.character, () => octetSent(begun));
  };

  const octetSent = (frame: Running): void => {
    const index = frame.octets.length;
    const sent = frame.senders.map((sender) => sender.frame[index] ?? 0xff);
    const octet = arbitrate(sent);
    frame.senders = frame.senders.filter((_, sender) => sent[sender] === octet);
    const damage = frame.damage?.index === index ? frame.damage.mask : 0;
    frame.octets.push(octet ^ damage);
    for (const station of stations.keys()) station.octet(octet ^ damage, index === 0);
    // Whoever heard it may have taken the power away.
    if (running !== frame) return;
    if (frame.senders.some((sender) => !sender.aborted && sender.frame.length > index + 1))
      after(BITS.octet, () => octetSent(frame));
    else ended(frame);
  };

  const ended = (frame: Running): void => {
    const end = clock.now();
    idleSince = end;
    if (isPoll(frame.octets[0] ?? 0)) concluded(frame, end, undefined);
    else after(BITS.acknowledge, () => acknowledgeStarts(frame, end));
  };

  const acknowledgeStarts = (frame: Running, end: number): void => {
    const senders = new Set(frame.senders.map(({ station }) => station));
    const answers = [...stations.keys()].map((station) =>
      senders.has(station) ? undefined : station.acknowledge(),
    );
    answers.push(faults?.answer());
    const given = answers.filter((answer) => answer !== undefined);
    if (given.length === 0)
      after(BITS.noAcknowledge - BITS.acknowledge, () => concluded(frame, end, undefined));
    else
      after(BITS.character, () => {
        idleSince = clock.now();
        const wire = given.reduce((sum, answer) => sum & answer);
        concluded(frame, end, wire);
      });
  };

  const concluded = (frame: Running, end: number, acknowledge: number | undefined): void => {
    running = undefined;
    const { at, octets, senders } = frame;
    const [first] = senders;
    airtime.push({
      end,
      ms: clock.now() - at + (first?.idleBits ?? BITS.idle) * BIT_MS,
    });
    while (airtime[0] !== undefined && airtime[0].end < end - MINUTE_MS) airtime.shift();
    const seen: SeenFrame = {
      at,
      end,
      octets,
      acknowledge,
      attempt: first?.attempt ?? 0,
      from: senders.map(({ station }) => station.name),
    };
    for (const listener of listeners) listener(seen);
    for (const station of [...stations.keys()]) station.frameEnd(acknowledge);
    const outcome = isPoll(octets[0] ?? 0) ? "ack" : (OUTCOMES.get(acknowledge) ?? "nak");
    for (const sender of senders) if (!sender.aborted) settle(sender, outcome);
    planNext();
  };

  const settle = (sender: Sender, outcome: Outcome): void => {
    const kind = outcome === "busy" ? "busy" : "nak";
    if (outcome === "ack" || sender.left[kind] === 0) {
      sender.queue.shift();
      sender.transmission.done?.(outcome);
      return;
    }
    sender.left[kind]--;
    sender.attempt++;
    sender.frame = asRepetition(sender.frame);
    sender.idleBits = outcome === "busy" ? BITS.idleBusy : BITS.idleFirst;
  };

  const abort = (queue: Sender[]): void => {
    for (const sender of queue.splice(0)) sender.aborted = true;
  };

  const attach = (station: Station): Port => {
    const queue: Sender[] = [];
    stations.set(station, queue);
    return {
      send: (transmission) => {
        if (!powered) return;
        queue.push({
          station,
          queue,
          transmission,
          since: clock.now(),
          frame: transmission.octets,
          attempt: 0,
          idleBits: idleBits(transmission.octets[0] ?? 0),
          left: { ...(transmission.repetitions ?? DEFAULT_REPETITIONS) },
          aborted: false,
        });
        planNext();
      },
      get active() {
        return queue.length > 0;
      },
      abort: () => abort(queue),
      detach: () => {
        abort(queue);
        stations.delete(station);
      },
    };
  };

  const power = (on: boolean): void => {
    if (on === powered) return;
    powered = on;
    cancelNext();
    running = undefined;
    idleSince = clock.now();
    for (const queue of stations.values()) abort(queue);
    for (const station of [...stations.keys()]) station.power(on);
  };

  return {
    clock,
    get powered() {
      return powered;
    },
    power,
    attach,
    onFrame: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load: (windowMs = 1000) => {
      const from = clock.now() - windowMs;
      const busy = airtime.reduce((sum, { end, ms }) => (end > from ? sum + ms : sum), 0);
      return Math.min(1, busy / windowMs);
    },
  };
};

const DEFAULT_REPETITIONS = { nak: 3, busy: 3 };
const MINUTE_MS = 60_000;
/** Part of a bit within which two computed moments are the same. */
const ROUNDING = 1e-3;

/** NAK and BUSY at once read as 00: the sender gives the busy one its time. */
const OUTCOMES: ReadonlyMap<number | undefined, Outcome> = new Map([
  [undefined, "none"],
  [ACK, "ack"],
  [NAK, "nak"],
  [BUSY, "busy"],
  [NAK & BUSY, "busy"],
] as const);
