import type { GroupAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import { type GroupValue, NOTHING } from "../../../impulse.ts";
import { toCompactHex } from "../../../octets.ts";
import { entries, get, put } from "../../../table.ts";
import { schedule } from "../agenda.ts";
import { failure } from "../commands/errors.ts";
import { accept, type Command, finish } from "../commands/results.ts";
import { admit } from "../loops/detect.ts";
import { type Draft, enter } from "../queue/line-up.ts";
import { lastWrite, TIME_TO_LIVE_MS } from "../queue/queue.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf } from "../telegrams/publish.ts";
import { sameValue } from "../telegrams/same-value.ts";
import { andThen, type Turn } from "../turn.ts";
import { withoutAgain } from "./again.ts";
import type { Pace } from "./state.ts";

/** A telegram with a value, of a command or a link. */
export type Transmission = Draft & Readonly<{ value: GroupValue }>;

/**
 * A new value of a provided object: held from now on, and sent if it differs enough from what was last sent, not sooner than
 * `min_interval` after that. `mqtt-interface.md` §15.1.
 */
export const provide = (
  state: BridgeState,
  at: number,
  object: ObjectConfig,
  draft: Transmission,
): Turn => {
  const { ga, value } = draft;
  const before = get(state.provided, ga);
  const transmitted = before?.transmitted ?? null;
  const changed = before === undefined || !sameValue(before.value, value);
  const stored = {
    ...withoutAgain(state, ga),
    provided: put(state.provided, ga, { value, transmitted }),
  };
  return andThen(supersede(stored, at, draft), (free) => {
    if (draft.service === "response") return transmit(free, at, draft, changed);
    if (!isWanted(object, transmitted, value)) return finishUnsent(free, at, draft);
    return isTooSoon(free, at, object, draft)
      ? holdBack(free, at, object, draft)
      : transmit(free, at, draft, changed);
  });
};

/** Time for one that came too soon. */
export const onInterval = (state: BridgeState, at: number, ga: GroupAddress): Turn => {
  const object = get(state.objects, ga);
  const pace = get(state.features.sending.paces, ga);
  if (!object || !pace?.waiting) return [state, NOTHING];
  const { draft, expires } = pace.waiting;
  const due = dueOf(pace, object, expires);
  if (due > at) return [remind(state, due, ga), NOTHING];
  const free = withPace(state, ga, { ...pace, waiting: null });
  if (expires !== null && expires <= at) {
    const { tallies } = free;
    const counted = { ...free, tallies: { ...tallies, expired: tallies.expired + 1 } };
    const error = failure("expired", "The time to live was over before min_interval was");
    return draft.command
      ? finish(counted, at, draft.command, { stage: "expired", error })
      : [counted, NOTHING];
  }
  const { value } = draft;
  return value === null ? [free, NOTHING] : transmit(free, at, { ...draft, value }, true);
};

/** The commands of those that came too soon. */
export const heldBack = ({ features }: BridgeState): readonly Command[] =>
  [...entries(features.sending.paces)].flatMap(([, { waiting }]) => waiting?.draft.command ?? []);

/** To the queue, unless it goes to and fro without end. */
const transmit = (state: BridgeState, at: number, draft: Transmission, changed: boolean): Turn => {
  const { ga, value, command } = draft;
  const text = toCompactHex(value.octets);
  const { turn, open } = admit(state, at, { is: "ga", key: ga }, { value: text, changed });
  if (!open) {
    const error = failure("loop", "This value goes to and fro without end: it rests for a while");
    return andThen(turn, (after) =>
      command ? finish(after, at, command, { stage: "dropped", error }) : [after, NOTHING],
    );
  }
  return andThen(turn, (after) => {
    const provided = put(after.provided, ga, { value, transmitted: value });
    return enter(paced({ ...after, provided }, at, ga), at, draft);
  });
};

/** The newest value wins: the one that waited ends. */
const supersede = (state: BridgeState, at: number, { ga, command }: Transmission): Turn => {
  const pace = get(state.features.sending.paces, ga);
  if (!pace?.waiting) return [state, NOTHING];
  const free = withPace(state, ga, { ...pace, waiting: null });
  const { tallies } = free;
  const merged = { ...free, tallies: { ...tallies, merged: tallies.merged + 1 } };
  const older = pace.waiting.draft.command;
  const fields = { merged_into: command?.id ?? null };
  return older ? finish(merged, at, older, { stage: "merged", fields }) : [merged, NOTHING];
};

const finishUnsent = (state: BridgeState, at: number, { command }: Transmission): Turn =>
  command
    ? finish(accept(state, at, command), at, command, {
        stage: "merged",
        fields: { merged_into: null },
      })
    : [state, NOTHING];

const holdBack = (
  state: BridgeState,
  at: number,
  object: ObjectConfig,
  draft: Transmission,
): Turn => {
  const { ga, command, timeToLive } = draft;
  const early = command?.confirm === "queued";
  const ttl = timeToLive ?? TIME_TO_LIVE_MS[draft.class];
  const waiting = {
    // Answered now, so that the queue does not answer it again.
    draft: {
      ...draft,
      command: early ? ({ ...command, confirm: "sent", answered: true } as const) : command,
    },
    expires: ttl === null ? null : at + ttl,
  };
  const known = command ? accept(state, at, command) : state;
  const pace = { at: get(known.features.sending.paces, ga)?.at ?? at, waiting };
  const held = remind(withPace(known, ga, pace), dueOf(pace, object, waiting.expires), ga);
  return early ? finish(held, at, command, { stage: "queued" }) : [held, NOTHING];
};

/** Whether the bus has to know. */
const isWanted = (
  object: ObjectConfig,
  transmitted: GroupValue | null,
  value: GroupValue,
): boolean => {
  if (transmitted === null) return true;
  if (object.hysteresis !== undefined && object.hysteresis.amount > 0) {
    const far = isFar(object, object.hysteresis, transmitted, value);
    if (far !== undefined) return far;
  }
  return object.transmit === "always" || !sameValue(transmitted, value);
};

/** @returns undefined for values that are no numbers: for those every change counts */
const isFar = (
  object: ObjectConfig,
  { of, amount }: NonNullable<ObjectConfig["hysteresis"]>,
  transmitted: GroupValue,
  value: GroupValue,
): boolean | undefined => {
  const from = meaningOf(object, transmitted).value;
  const to = meaningOf(object, value).value;
  if (typeof from !== "number" || typeof to !== "number") return undefined;
  const limit = of === "value" ? amount : (Math.abs(from) * amount) / 100;
  return from !== to && Math.abs(to - from) >= limit - ROUNDING * Math.max(1, Math.abs(from));
};

/** One that still waits in the queue is replaced there, and so costs no telegram. */
const isTooSoon = (
  { features, queue, sender }: BridgeState,
  at: number,
  { minIntervalMs = 0 }: ObjectConfig,
  { ga, merges }: Transmission,
): boolean => {
  const pace = get(features.sending.paces, ga);
  if (minIntervalMs === 0 || pace === undefined) return false;
  if (sender.flight?.entry.ga === ga) return true;
  if (merges && lastWrite(queue, ga)?.merges) return false;
  return at < pace.at + minIntervalMs;
};

const dueOf = (
  { at }: Pick<Pace, "at">,
  { minIntervalMs = 0 }: ObjectConfig,
  expires: number | null,
): number => Math.min(at + minIntervalMs, expires ?? Number.POSITIVE_INFINITY);

/** It was sent at `at`. */
export const paced = (state: BridgeState, at: number, ga: GroupAddress): BridgeState => {
  const object = get(state.objects, ga);
  if (object?.minIntervalMs === undefined && object?.cyclicMs === undefined) return state;
  const waiting = get(state.features.sending.paces, ga)?.waiting ?? null;
  return withPace(state, ga, { at, waiting });
};

const withPace = (state: BridgeState, ga: GroupAddress, pace: Pace): BridgeState => {
  const { features } = state;
  const paces = put(features.sending.paces, ga, pace);
  return { ...state, features: { ...features, sending: { ...features.sending, paces } } };
};

const remind = (state: BridgeState, at: number, ga: GroupAddress): BridgeState => {
  const { features } = state;
  const agenda = schedule(features.agenda, { at, what: "interval", key: ga });
  return { ...state, features: { ...features, agenda } };
};

/** Sums and differences of decimal fractions never come out exactly. */
const ROUNDING = 1e-9;
