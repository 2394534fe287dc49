import { formatIndividualAddress, IndividualAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { isoTime } from "../../../iso-time.ts";
import { entries, get, put } from "../../../table.ts";
import { type Appointment, schedule } from "../agenda.ts";
import type { BridgeState } from "../state.ts";
import { publish, publishBridgeEvent } from "../telegrams/publish.ts";
import { andThen, type Turn } from "../turn.ts";
import { withFeatures } from "../with-features.ts";
import { expectedOf, type Seen, withGap } from "./state.ts";

/** A telegram of another device. `mqtt-interface.md` §9 */
export const noteDevice = (state: BridgeState, at: number, ia: IndividualAddress): Turn => {
  const { devices } = state.features;
  if (!state.config.devices.topics || ia === 0) return [state, NOTHING];
  const before = get(devices.seen, ia);
  if (before === undefined && devices.count >= MOST) return [state, NOTHING];
  const after: Seen = {
    first: before?.first ?? at,
    last: at,
    telegrams: (before?.telegrams ?? 0) + 1,
    online: true,
    gaps: before ? withGap(before.gaps, at, at - before.last) : [],
    published: before?.published ?? null,
    changed: true,
    due: before?.due ?? null,
  };
  const isBack = before !== undefined && !before.online;
  const noted = withSeen(state, ia, after, before === undefined);
  const told: Turn = isBack
    ? publishBridgeEvent(noted, at, { type: "device_back", ia: formatIndividualAddress(ia) })
    : [noted, NOTHING];
  // Lost or back is worth a message at once, and so it is one a minute at most all the same: being lost takes longer.
  return andThen(told, (each) => lookAt(each, at, ia));
};

/** Its topic may be published again, or it has been silent for too long. */
export const onDeviceDue = (state: BridgeState, at: number, key: number): Turn => {
  const ia = IndividualAddress(key);
  const seen = get(state.features.devices.seen, ia);
  // An earlier appointment: a later one has been made since.
  if (seen === undefined || seen.due === null || seen.due > at) return [state, NOTHING];
  return lookAt(withSeen(state, ia, { ...seen, due: null }), at, ia);
};

/** A new connection: all of them again, a few at a time. */
export const tellDevicesAgain = (state: BridgeState, at: number): BridgeState => {
  let index = 0;
  let after = state;
  for (const [key, seen] of entries(state.features.devices.seen)) {
    const due = at + Math.floor(index++ / PER_SECOND) * SECOND_MS;
    const again = { ...seen, published: null, changed: true, due };
    after = planned(withSeen(after, IndividualAddress(key), again), due, key);
  }
  return after;
};

export const deviceAppointments = ({ features }: BridgeState): readonly Appointment[] =>
  [...entries(features.devices.seen)].flatMap(([key, { due }]) =>
    due === null ? [] : [{ at: due, what: "device", key } as const],
  );

const lookAt = (state: BridgeState, at: number, ia: IndividualAddress): Turn => {
  const { devices } = state.features;
  const seen = get(devices.seen, ia);
  if (seen === undefined) return [state, NOTHING];
  const expected = expectedOf(get(devices.known, ia), seen);
  if (seen.online && expected !== undefined && at - seen.last >= expected) {
    const lost = withSeen(state, ia, { ...seen, online: false, changed: true });
    const told = publishBridgeEvent(lost, at, {
      type: "device_lost",
      ia: formatIndividualAddress(ia),
      last_seen: isoTime(state.epoch + seen.last),
    });
    return andThen(told, (each) => lookAt(each, at, ia));
  }
  const isFree = seen.published === null || at - seen.published >= PAUSE_MS;
  if (seen.changed && isFree && state.broker.connected)
    return andThen(publishDevice(state, at, ia, seen), (each) => lookAt(each, at, ia));
  return [appoint(state, at, ia, seen, expected), NOTHING];
};

/** The one appointment that it has, unless it has one that is early enough. */
const appoint = (
  state: BridgeState,
  at: number,
  ia: IndividualAddress,
  seen: Seen,
  expected: number | undefined,
): BridgeState => {
  const again = seen.changed && state.broker.connected ? (seen.published ?? at) + PAUSE_MS : null;
  const silent = seen.online && expected !== undefined ? seen.last + expected : null;
  const next = again === null ? silent : silent === null ? again : Math.min(again, silent);
  if (next === null || (seen.due !== null && seen.due <= next)) return state;
  return planned(withSeen(state, ia, { ...seen, due: next }), next, ia);
};

const planned = (state: BridgeState, at: number, key: number): BridgeState => {
  const agenda = schedule(state.features.agenda, { at, what: "device", key });
  return withFeatures(state, { ...state.features, agenda });
};

const publishDevice = (state: BridgeState, at: number, ia: IndividualAddress, seen: Seen): Turn =>
  publish(withSeen(state, ia, { ...seen, published: at, changed: false }), {
    for: "mqtt",
    type: "publish",
    topic: `${state.config.base}/device/${formatIndividualAddress(ia)}/state`,
    payload: JSON.stringify(deviceDocument(state, ia, seen)),
    qos: 0,
    retain: state.config.retain,
    json: true,
  });

/** `mqtt-interface.md` §9 */
export const deviceDocument = (
  { features, epoch }: BridgeState,
  ia: IndividualAddress,
  seen: Seen,
) => {
  const known = get(features.devices.known, ia);
  const expected = expectedOf(known, seen);
  return {
    ia: formatIndividualAddress(ia),
    ...(known?.name !== undefined && { name: known.name }),
    last_seen: isoTime(epoch + seen.last),
    telegrams: seen.telegrams,
    availability: seen.online ? "online" : "offline",
    expected_s: expected === undefined ? null : Math.round(expected / SECOND_MS),
  };
};

const withSeen = (
  state: BridgeState,
  ia: IndividualAddress,
  one: Seen,
  isNew = false,
): BridgeState => {
  const { known, seen, count } = state.features.devices;
  const devices = { known, seen: put(seen, ia, one), count: isNew ? count + 1 : count };
  return withFeatures(state, { ...state.features, devices });
};

const SECOND_MS = 1_000;
const PAUSE_MS = 60_000;
const PER_SECOND = 200;
/** A line has 256, and nobody is expected to hear more than four of them. */
const MOST = 1_024;
