import type { Octets } from "../../src/core/octets.ts";
import type { Clock } from "../../src/sim/clock.ts";
import { readFrame } from "../../src/sim/frame.ts";
import type { SeenFrame } from "../../src/sim/line.ts";
import { isIntact } from "../../src/sim/tp1.ts";
import { BRIDGE } from "./world.ts";

/**
 * Every frame on the line, and what became of it at the bridge: received, dropped for a reason, or not heard because nobody could
 * hear. What is none of these is unaccounted for.
 */
export type Account = Readonly<{
  frame(frame: SeenFrame): void;
  /** The bridge counted an intact frame of somebody else. @param key of its content @param indicated it went up */
  heard(key: string, indicated: boolean): void;
  /** The bridge saw a frame of its own. */
  echoed(octets: number): void;
  dropped(reason: string, octets: Octets): void;
  /** From now on nothing can be heard, for this reason, or it can again. */
  deaf(reason: string, on: boolean): void;
  /** For so long octets on the way to the host change, or are joined by others: the check octet may close all the same. */
  disturbed(ms: number): void;
  /** Another process listens: it knows nothing of what was said before. */
  anew(): void;
  /** Nothing was heard just now, for a moment. */
  missed(reason: string): void;
  /** Called for every frame of others that was received, or will never be. */
  onFate(listener: (frame: SeenFrame, fate: Fate) => void): void;
  /** What is old enough is decided. @param all everything is: nothing comes any more */
  settle(all?: boolean): void;
  sums(): Sums;
}>;

export type Fate = "received" | "dropped" | "unheard" | "unaccounted";

export type Sums = Readonly<{
  frames: number;
  own: number;
  received: number;
  dropped: Readonly<Record<string, number>>;
  unheard: Readonly<Record<string, number>>;
  /** Repetitions that came so late that they are news. */
  again: number;
  /** Of others, unaccounted for. */
  lost: number;
  /** The first few, own ones too. */
  unaccounted: readonly string[];
  /** Heard, but never on the line. */
  phantoms: readonly string[];
  /** A telegram went up, and its repetition too. */
  twice: readonly string[];
}>;

type Pending = {
  readonly frame: SeenFrame;
  /** Of its content; undefined: it is not intact. */
  readonly key: string | undefined;
  readonly own: boolean;
  /** Of a telegram and its repetitions. */
  readonly chain: Chain;
  fate: Fate | undefined;
};
type Chain = { indicated: boolean; heardAt: number; altered: boolean };
type Heard = Readonly<{ key: string; at: number; indicated: boolean }>;
type Interval = { readonly reason: string; readonly from: number; to: number };

export const openAccount = (clock: Clock): Account => {
  let pending: Pending[] = [];
  let drops: { at: number; reason: string }[] = [];
  let intervals: Interval[] = [];
  let early: Heard[] = [];
  const open = new Map<string, Interval>();
  const listeners = new Set<(frame: SeenFrame, fate: Fate) => void>();
  const chains = new Map<string, Chain>();
  const dropped: Record<string, number> = {};
  const unheard: Record<string, number> = {};
  const unaccounted: string[] = [];
  const phantoms: string[] = [];
  const twice: { readonly text: string; readonly chain: Chain }[] = [];
  let frames = 0;
  let own = 0;
  let received = 0;
  let again = 0;
  let disturbedUntil = Number.NEGATIVE_INFINITY;
  let lost = 0;

  const say = (list: string[], text: string): void => {
    if (list.length < SHOWN) list.push(text);
  };

  const decide = (one: Pending, fate: Fate): void => {
    one.fate = fate;
    for (const listener of listeners) listener(one.frame, fate);
  };

  const receive = (one: Pending, heard: Heard): void => {
    if (!one.own) {
      received++;
      const { chain } = one;
      const isSoon = heard.at - chain.heardAt <= REPETITION_MS + one.frame.octets.length * OCTET_MS;
      if (heard.indicated && one.frame.attempt > 0 && chain.indicated) {
        if (isSoon) twice.push({ text: showFrame(one.frame), chain });
        else again++;
      }
      chain.heardAt = heard.at;
      chain.indicated ||= heard.indicated;
    }
    decide(one, "received");
  };

  const conclude = (one: Pending): void => {
    if (one.fate !== undefined) return;
    const { at, end } = one.frame;
    const deaf = [...intervals, ...open.values()].find(
      ({ from, to }) => from <= end + LATE_MS && to >= at - EARLY_MS,
    );
    const drop = drops.find((each) => each.at >= at && each.at <= end + SWALLOWED_MS);
    if (deaf !== undefined) {
      if (!one.own) unheard[deaf.reason] = (unheard[deaf.reason] ?? 0) + 1;
      decide(one, "unheard");
    } else if (drop !== undefined) {
      if (!one.own) dropped[drop.reason] = (dropped[drop.reason] ?? 0) + 1;
      // For the link layer the source has said something else meanwhile.
      if (closesEarly(one.frame.octets)) one.chain.altered = true;
      decide(one, "dropped");
    } else {
      say(unaccounted, showFrame(one.frame));
      if (!one.own) lost++;
      decide(one, "unaccounted");
    }
  };

  /** What a process that was held up got late belongs to the newest frame that it fits: an older one may have been lost. */
  const settleLate = (): void => {
    while (early[0] !== undefined && early[0].at < clock.now() - 2 * LATE_MS) {
      const [heard] = early;
      early = early.slice(1);
      const one = pending.findLast(
        ({ key, fate, frame }) => key === heard.key && fate === undefined && frame.end <= heard.at,
      );
      if (one !== undefined) receive(one, heard);
      else if (isAltered(heard)) unheard[ALTERED] = (unheard[ALTERED] ?? 0) + 1;
      else if (!heard.key.startsWith("own")) say(phantoms, `${heard.at.toFixed(1)}: ${heard.key}`);
    }
  };

  /** What was heard is a frame of this moment with other octets in it. */
  const isAltered = ({ key, at }: Heard): boolean => {
    if (at > disturbedUntil) return false;
    const one = pending.find(
      ({ own, fate, frame }) =>
        !own && fate === undefined && at >= frame.at && at <= frame.end + LATE_MS,
    );
    if (one === undefined || lengthOf(one.key) !== lengthOf(key)) return false;
    decide(one, "unheard");
    return true;
  };

  const settle = (all = false): void => {
    settleLate();
    const limit = all ? Number.POSITIVE_INFINITY : clock.now() - SWALLOWED_MS - LATE_MS;
    let first = 0;
    for (
      let one = pending[first];
      one !== undefined && one.frame.end <= limit;
      one = pending[first]
    ) {
      conclude(one);
      first++;
    }
    if (first > 0) pending = pending.slice(first);
    const old = (pending[0]?.frame.at ?? clock.now()) - 2 * SWALLOWED_MS;
    if (drops[0] !== undefined && drops[0].at < old) drops = drops.filter(({ at }) => at >= old);
    if (intervals.length > 0) intervals = intervals.filter(({ to }) => to >= old);
  };

  const missed = (reason: string): void => {
    intervals.push({ reason, from: clock.now(), to: clock.now() });
  };

  return {
    frame(frame) {
      settle();
      const isOwn = frame.from.includes(BRIDGE);
      if (isOwn) own++;
      else frames++;
      const sender = frame.from.join();
      const before = frame.attempt > 0 ? chains.get(sender) : undefined;
      const chain = before ?? {
        indicated: false,
        heardAt: Number.NEGATIVE_INFINITY,
        altered: false,
      };
      chains.set(sender, chain);
      const key = isOwn ? ownKey(frame.octets) : keyOf(frame.octets);
      const one: Pending = { frame, key, own: isOwn, chain, fate: undefined };
      pending.push(one);
      // The host has its last octet before the line has its acknowledge.
      const index = early.findIndex(
        (each) => each.key === key && each.at >= frame.end && each.at <= frame.end + LATE_MS,
      );
      const prompt = early[index];
      if (prompt !== undefined) {
        early = early.toSpliced(index, 1);
        receive(one, prompt);
      }
    },
    heard: (key, indicated) => {
      early.push({ key, at: clock.now(), indicated });
    },
    echoed: (octets) => {
      early.push({ key: `own ${octets}`, at: clock.now(), indicated: false });
    },
    dropped(reason) {
      drops.push({ at: clock.now(), reason });
    },
    deaf(reason, on) {
      const now = clock.now();
      if (on) {
        if (!open.has(reason))
          open.set(reason, { reason, from: now, to: Number.POSITIVE_INFINITY });
        return;
      }
      const interval = open.get(reason);
      open.delete(reason);
      if (interval !== undefined) intervals.push({ ...interval, to: now });
    },
    disturbed: (ms) => {
      disturbedUntil = Math.max(disturbedUntil, clock.now() + ms);
    },
    anew() {
      for (const chain of chains.values()) chain.indicated = false;
    },
    missed,
    onFate: (listener) => {
      listeners.add(listener);
    },
    settle,
    sums: () => ({
      frames,
      own,
      received,
      dropped,
      unheard,
      again,
      lost,
      unaccounted,
      phantoms,
      twice: twice.filter(({ chain }) => !chain.altered).map(({ text }) => text),
    }),
  };
};

export const showFrame = ({ at, octets, attempt, from }: SeenFrame): string =>
  `${at.toFixed(1)} ${from.join()} try ${attempt + 1}: ${Buffer.from([...octets]).toString("hex")}`;

/** Of its own frames only the length is told. */
const ownKey = (octets: Octets): string | undefined =>
  isIntact(octets) ? `own ${octets.length}` : undefined;

/** Source, destination and TPDU: what stays the same when a telegram is repeated. Undefined: not an intact frame of data. */
export const keyOf = (octets: Octets): string | undefined => {
  const frame = readFrame(octets);
  return frame && contentKey(frame.source, frame.destination, frame.tpdu);
};
export const contentKey = (source: number, destination: number, tpdu: Octets): string =>
  `${source} ${destination} ${[...tpdu].join()}`;

/** Altered in its length so that an octet before its last one closes it. */
const closesEarly = (octets: Octets): boolean => {
  const [control = 0, , , , , length = 0] = octets;
  const end = 8 + (length & 0x0f);
  return (control & 0x80) !== 0 && end < octets.length && isIntact(octets.slice(0, end));
};

const lengthOf = (key: string | undefined): number => key?.split(",").length ?? 0;
const ALTERED = "altered, and its check octet closes";

/** From the last bit of a frame to its last octet at the host, with whatever a stalled process needs. */
const LATE_MS = 5;
/** What came before it may still have been with the chip. */
const EARLY_MS = 5;
/** A damaged length makes others part of a frame: the longest has 263 octets, and silence inside is waited for. */
const SWALLOWED_MS = 3_000;
/** As in `src/core/stack/2-dl/repeats.ts`: what comes later is news. */
const REPETITION_MS = 200;
const OCTET_MS = 13 / 9.6;
const SHOWN = 20;
