import type { GroupAddress } from "../../../address.ts";
import type { BridgeImpulse } from "../../../app-impulse.ts";
import { NOTHING } from "../../../impulse.ts";
import { get } from "../../../table.ts";
import { type Appointment, schedule } from "../agenda.ts";
import { enter } from "../queue/line-up.ts";
import { remove } from "../queue/queue.ts";
import { type BridgeState, utc } from "../state.ts";
import type { Telegram } from "../telegrams/publish.ts";
import { forEach, type Turn } from "../turn.ts";
import { clockValueOf, isTrusted } from "./answer.ts";
import { zoneAt } from "./local.ts";
import type { Clock } from "./state.ts";

type ClockIndication = Extract<BridgeImpulse, { type: "clock.ind" }>;
type ZoneIndication = Extract<BridgeImpulse, { type: "zone.ind" }>;
type SyncIndication = Extract<BridgeImpulse, { type: "clock-sync.ind" }>;

/** The clock of the host was set: what the bus was told is wrong now. */
export const onClock = (state: BridgeState, { epoch, at }: ClockIndication): Turn => {
  const isFar = Math.abs(epoch - state.epoch) >= STEP_MS;
  const set = { ...state, epoch };
  if (!isFar) return [set, NOTHING];
  const planned = planChange(set, at);
  return planned.features.clock.told ? tellTime(planned, at) : [planned, NOTHING];
};

/** Another zone makes what the bus was told wrong; the same one, told once more, does not. */
export const onZone = (state: BridgeState, { zone, at }: ZoneIndication): Turn => {
  const before = state.features.clock.zone;
  const known = withClock(state, { zone });
  const planned = before?.next?.from === zone.next?.from ? known : planChange(known, at);
  const now = utc(state, at);
  const isOther = before !== null && zoneAt(before, now).offsetMs !== zoneAt(zone, now).offsetMs;
  return isOther && state.features.clock.told ? tellTime(planned, at) : tellFirst(planned, at);
};

/** Told as soon as it may be, and no more from the moment on when it may not. */
export const onSync = (state: BridgeState, { synchronised, at }: SyncIndication): Turn => {
  const known = withClock(state, { synchronised });
  return isTrusted(known)
    ? tellFirst(known, at)
    : [withoutClock(withClock(known, { told: false })), NOTHING];
};

/** The first time since the start, or since the clock was not synchronised. */
export const tellFirst = (state: BridgeState, at: number): Turn =>
  state.features.clock.told ? [state, NOTHING] : tellTime(state, at);

export const timeAppointments = (state: BridgeState, at: number): readonly Appointment[] => {
  const { time } = state.config;
  if (time === null) return [];
  const change = changeOf(state);
  return [
    { at: at + time.everyMs, what: "time", key: INTERVAL },
    ...(change === null ? [] : [{ at: change, what: "time", key: CHANGE } as const]),
  ];
};

export const onTime = (state: BridgeState, at: number, key: number): Turn => {
  const { time } = state.config;
  if (time === null) return [state, NOTHING];
  if (key === INTERVAL)
    return tellTime(remind(state, { at: at + time.everyMs, what: "time", key }), at);
  const next = state.features.clock.zone?.next;
  // Planned twice, or put off because the clock was set.
  if (!next || next.from === state.features.clock.change) return [state, NOTHING];
  return utc(state, at) < next.from
    ? [planChange(state, at), NOTHING]
    : tellTime(withClock(state, { change: next.from }), at);
};

/** Somebody asks for the time with a trigger. */
export const onTimeRequest = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  { service, origin }: Telegram,
): Turn =>
  ga === state.config.time?.requestGa && service === "write" && origin === "bus"
    ? tellTime(state, at)
    : [state, NOTHING];

const tellTime = (state: BridgeState, at: number): Turn => {
  const { time } = state.config;
  if (time === null || !isTrusted(state)) return [state, NOTHING];
  const { timeGa, dateGa, dateTimeGa } = time;
  const all = [timeGa, dateGa, dateTimeGa].filter((ga) => ga !== null);
  if (all.every((ga) => clockValueOf(state, at, ga) === undefined)) return [state, NOTHING];
  return forEach(withClock(state, { told: true }), all, (each, ga) => {
    const value = clockValueOf(each, at, ga);
    return value === undefined
      ? [each, NOTHING]
      : enter(each, at, {
          class: CLASS,
          ga,
          service: "write",
          value,
          priority: get(each.objects, ga)?.priority ?? "low",
          merges: true,
          timeToLive: null,
          command: null,
          clock: true,
        });
  });
};

const withoutClock = (state: BridgeState): BridgeState => {
  const entries = (state.queue.lines[CLASS] ?? []).filter(({ clock }) => clock);
  return entries.length === 0 ? state : { ...state, queue: entries.reduce(remove, state.queue) };
};

const planChange = (state: BridgeState, at: number): BridgeState => {
  const change = changeOf(state);
  return change === null || state.config.time === null
    ? state
    : remind(state, { at: Math.max(at + 1, change), what: "time", key: CHANGE });
};

/** When the offset changes next, monotonic ms. */
const changeOf = ({ epoch, features }: BridgeState): number | null => {
  const next = features.clock.zone?.next;
  return next ? next.from - epoch : null;
};

const remind = (state: BridgeState, appointment: Appointment): BridgeState => {
  const { features } = state;
  return { ...state, features: { ...features, agenda: schedule(features.agenda, appointment) } };
};

const withClock = (state: BridgeState, clock: Partial<Clock>): BridgeState => ({
  ...state,
  features: { ...state.features, clock: { ...state.features.clock, ...clock } },
});

const INTERVAL = 0;
const CHANGE = 1;
const CLASS = 5;
/** The host clock creeps; one that was set has jumped. */
const STEP_MS = 1_000;
