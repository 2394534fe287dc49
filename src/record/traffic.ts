import type { DropReason } from "../core/drop.ts";
import type { Effect } from "../core/effect.ts";
import { type ExplainOptions, type Explanation, explainFrame } from "../core/explain.ts";
import type { Impulse, Outcome } from "../core/impulse.ts";
import { type Octets, sameOctets } from "../core/octets.ts";
import { dl } from "../core/stack/2-dl/dl.ts";
import { encodeFrame } from "../core/stack/2-dl/frame.ts";
import { ACKNOWLEDGE } from "../core/stack/2-dl/tpuart.ts";
import type { StackState } from "../core/stack/stack.ts";
import { get } from "../core/table.ts";
import type { ReplayEvent, Taken } from "./replay.ts";

/*
 * What was on the line, found by the data link layer itself: it is asked once more, with every octet that ended a frame, to tell of
 * the frame as it does for `knxpi monitor`.
 */

/** One thing on the line. `at` as in the recording, `utc` in milliseconds since 1970. */
export type Traffic = Readonly<{ at: number; utc: number }> &
  Readonly<
    | OnLine
    /** The chip only listens: what was on the line between two silences, and the octet that acknowledged it. */
    | { kind: "raw"; octets: Octets; acknowledge: number | null; means: Explanation }
    /** No frame, or none that can be read. */
    | { kind: "damaged"; octets: Octets; reason: DropReason }
    /** An own telegram that was never on the line. */
    | { kind: "unsent"; octets: Octets; outcome: Outcome; means: Explanation }
    /** From here to the next state of the recording nothing is known. */
    | { kind: "gap"; impulses: number }
  >;

export type OnLine = Readonly<{
  kind: "telegram";
  octets: Octets;
  own: boolean;
  /**
   * `us`: we have acknowledged it. `yes`, `no`: so the chip has said of an own one, or it was repeated. `unknown`: nobody told us.
   */
  acknowledged: "us" | "yes" | "no" | "unknown";
  /** Why it went no further; null: it did, or is our own. */
  dropped: DropReason | null;
  /** An own one of which the chip said how it ended, without being heard on the line. */
  unheard: boolean;
  means: Explanation;
}>;

/** What is kept from one event to the next. */
export type Listening = Readonly<{
  /** Epoch of the clock as it is known now: it may be set while the recording runs. */
  epoch: number;
  /** An own telegram whose confirmation is to come, and what came after it. */
  waiting: readonly Traffic[];
  /** We have acknowledged the frame that is coming in. */
  acknowledging: boolean;
}>;

export const OPEN_LISTENING: Listening = { epoch: 0, waiting: [], acknowledging: false };

/** @returns what was on the line, in order, with the confirmations of own telegrams known where the recording knows them */
export const listen = (
  before: Listening,
  event: ReplayEvent,
): readonly [Listening, readonly Traffic[]] => {
  switch (event.event) {
    case "begin":
      return [{ ...OPEN_LISTENING, epoch: event.head.epoch }, []];
    case "impulse":
      return onImpulse(before, event);
    case "gap": {
      const { at, impulses } = event;
      const gap: Traffic = { kind: "gap", at, utc: before.epoch + at, impulses };
      return [{ ...before, waiting: [], acknowledging: false }, [...before.waiting, gap]];
    }
    case "skipped":
      return [withClock(before, event.impulse), []];
    case "end":
    case "broken":
      return [{ ...before, waiting: [] }, before.waiting];
    case "state":
    case "divergence":
      return [before, []];
  }
};

/** The clock of the host was set, or is told for the first time. */
export const withClock = <T extends Readonly<{ epoch: number }>>(known: T, impulse: Impulse): T =>
  impulse.for === "bridge" && impulse.type === "clock.ind" && impulse.epoch !== known.epoch
    ? { ...known, epoch: impulse.epoch }
    : known;

const onImpulse = (before: Listening, taken: Taken): readonly [Listening, readonly Traffic[]] => {
  let listening = withClock(before, taken.impulse);
  // most octets cause nothing at all
  if (taken.passed.length === 1) return [listening, NONE];
  const out: Traffic[] = [];
  const sequence = sequenceOf(taken);
  const dropped = reasonOf(sequence);
  for (const one of sequence) {
    const [next, traffic] = onPassed(listening, one, taken, dropped);
    listening = next;
    out.push(...traffic);
  }
  return [listening, out];
};

/** What passed, with what the link layer tells of frames on the line put in where it belongs. */
export const sequenceOf = ({ impulse, passed, before }: Taken): readonly (Impulse | Effect)[] => {
  if (impulse.for !== "dl" || !passed.some(isAirtime)) return passed.slice(1);
  const [, told] = dl({ ...before.dl, watched: true }, impulse);
  const added = before.dl.watched ? 0 : told.filter(isTelegram).length;
  return [...told, ...passed.slice(1 + told.length - added)];
};

const onPassed = (
  before: Listening,
  one: Impulse | Effect,
  { after, at }: Taken,
  dropped: DropReason | null,
): readonly [Listening, readonly Traffic[]] => {
  const when = { at, utc: before.epoch + at };
  const means = (octets: Octets): Explanation => explainFrame(octets, explainOptionsOf(after));
  if (isTelegram(one)) {
    const { octets, own } = one;
    const acknowledged = !own && before.acknowledging ? "us" : "unknown";
    const telegram: Traffic = {
      ...when,
      ...{ kind: "telegram", octets, own, acknowledged, unheard: false },
      ...{ dropped: own ? null : dropped, means: means(octets) },
    };
    return inOrder({ ...before, acknowledging: false }, telegram, own);
  }
  if (one.for === "serial" && one.type === "write" && sameOctets(one.octets, ACKNOWLEDGE))
    return [{ ...before, acknowledging: true }, NONE];
  if (one.for === "drops" && isDamage(one.reason)) {
    const { octets, reason } = one;
    return inOrder(
      { ...before, acknowledging: false },
      { ...when, kind: "damaged", octets, reason },
    );
  }
  if (one.for === "control" && one.type === "raw") {
    const { octets, acknowledge } = one;
    const raw = { kind: "raw", octets, acknowledge, means: means(octets) } as const;
    return inOrder(before, { at: one.at, utc: before.epoch + one.at, ...raw });
  }
  if (one.for !== "nl" || one.type !== "L_Data.con") return [before, NONE];
  const source = after.dl.config.address;
  const octets = encodeFrame({ ...one.frame, source, repeated: false });
  const { outcome } = one;
  if (!wasHandedOver(outcome))
    return inOrder(before, { ...when, kind: "unsent", octets, outcome, means: means(octets) });
  if (before.waiting.some(isOwn))
    return [{ ...before, waiting: [] }, withOutcome(before.waiting, outcome)];
  return outcome === "lost"
    ? inOrder(before, { ...when, kind: "unsent", octets, outcome, means: means(octets) })
    : inOrder(before, {
        ...when,
        ...{ kind: "telegram", octets, own: true, acknowledged: ACKNOWLEDGED[outcome] },
        ...{ dropped: null, unheard: true, means: means(octets) },
      });
};

/** Nothing overtakes an own telegram that waits for its confirmation. */
const inOrder = (
  before: Listening,
  traffic: Traffic,
  waits = false,
): readonly [Listening, readonly Traffic[]] => {
  const { waiting } = before;
  if (!waits && waiting.length === 0) return [before, [traffic]];
  return waiting.length < WAITING_LIMIT
    ? [{ ...before, waiting: [...waiting, traffic] }, NONE]
    : [{ ...before, waiting: [] }, [...waiting, traffic]];
};

/** Of an own telegram that was repeated only the last transmission can have been acknowledged. */
const withOutcome = (waiting: readonly Traffic[], outcome: HandedOver): readonly Traffic[] => {
  const last = waiting.findLastIndex(isOwn);
  return waiting.map((traffic, index) =>
    isOwn(traffic)
      ? { ...traffic, acknowledged: index === last ? ACKNOWLEDGED[outcome] : "no" }
      : traffic,
  );
};

type HandedOver = "ok" | "no_ack" | "lost";

const ACKNOWLEDGED = { ok: "yes", no_ack: "no", lost: "unknown" } as const satisfies Record<
  HandedOver,
  OnLine["acknowledged"]
>;

/** The chip had it, so that it may have been on the line. */
const wasHandedOver = (outcome: Outcome): outcome is HandedOver => outcome in ACKNOWLEDGED;

const isOwn = (traffic: Traffic): traffic is Extract<Traffic, OnLine> =>
  traffic.kind === "telegram" && traffic.own;

/** Why the frame that an impulse completed went no further; where there were two it cannot be told whose reason it is. */
const reasonOf = (sequence: readonly (Impulse | Effect)[]): DropReason | null => {
  if (sequence.filter(isTelegram).length !== 1) return null;
  for (const one of sequence)
    if (one.for === "drops" && ON_ITS_WAY.test(one.reason) && !isDamage(one.reason))
      return one.reason;
  return null;
};

/** From the link layer to those who are asked; what an object means for MQTT is another matter. */
const ON_ITS_WAY = /^(dl|nl|tl|tlsm|al|device|objects)\./;

const isTelegram = (
  one: Impulse | Effect,
): one is Extract<Impulse, { for: "client"; type: "telegram.ind" }> =>
  one.for === "client" && one.type === "telegram.ind";

const isAirtime = (one: Impulse | Effect): boolean =>
  one.for === "bridge" && one.type === "line.ind";

/** Octets that are no frame. The other reasons are those of frames that go no further, and of what the chip says. */
const isDamage = (reason: DropReason): boolean => DAMAGE.has(reason);
const DAMAGE: ReadonlySet<DropReason> = new Set<DropReason>([
  "dl.check-octet",
  "dl.truncated",
  "dl.length",
  "dl.frame-format",
  "dl.control",
  "dl.unexpected-octet",
  "dl.garbage",
  "dl.poll",
]);

/** Types of the group addresses, and how they are written, as the recorded program knew them. */
export const explainOptionsOf = ({ bridge }: StackState): ExplainOptions => ({
  style: bridge.config.style,
  dptOf: (address) => get(bridge.objects, address)?.dpt,
});

/** A confirmation comes within seconds; where it is missing because the replay is another, nothing is held back for good. */
const WAITING_LIMIT = 1_000;
const NONE: readonly Traffic[] = [];
