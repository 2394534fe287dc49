import { formatGroupAddress, GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { get, put } from "../../../table.ts";
import type { BridgeState } from "../state.ts";
import { publishBridgeEvent } from "../telegrams/publish.ts";
import type { Turn } from "../turn.ts";
import type { Transmission, Watch } from "./state.ts";

/** Whose transmissions are counted: a provided object, by its address, or a link to MQTT, by its index. */
export type Watched = Readonly<{ is: "ga" | "link"; key: number }>;

/**
 * One more transmission wants to go.
 * @param value as text, to be compared
 * @param changed it is not what holds there now
 * @returns `open`: it may. One that may not is counted; the first of them is told
 * @see `mqtt-interface.md` §17.7
 */
export const admit = (
  state: BridgeState,
  at: number,
  watched: Watched,
  { value, changed }: Omit<Transmission, "at">,
): Readonly<{ turn: Turn; open: boolean }> => {
  const { loops } = state.features;
  const watch = get(loops[watched.is], watched.key) ?? FRESH;
  const resting = watch.off || (watch.rest !== null && watch.rest > at);
  if (resting) return { turn: [withheld(state), NOTHING], open: false };
  const recent = watch.past.filter((one) => at - one.at < WINDOW_MS);
  const past = [...recent, { at, value, changed }];
  if (past.length <= MOST || !isAlternating(past)) {
    const kept = { ...watch, past: past.slice(-MOST), rest: null };
    return { turn: [withWatch(state, watched, kept), NOTHING], open: true };
  }
  const stops = [...watch.stops.filter((stop) => at - stop < HOUR_MS), at];
  const off = stops.length >= STOPS;
  const stopped = withWatch(withheld(state), watched, {
    past: [],
    rest: at + REST_MS,
    stops,
    off,
  });
  const { features } = stopped;
  const counted = off
    ? { ...stopped, features: { ...features, loops: { ...features.loops, off: loops.off + 1 } } }
    : stopped;
  return { turn: tell(counted, at, watched, off), open: false };
};

/** Few values, to and fro: a ramp has many, and a heartbeat only one. */
const isAlternating = (past: readonly Transmission[]): boolean =>
  new Set(past.map(({ value }) => value)).size <= VALUES &&
  past.filter(({ changed }) => changed).length >= past.length / 2;

const tell = (state: BridgeState, at: number, { is, key }: Watched, off: boolean): Turn => {
  const { style, links } = state.config;
  const rest = { rest_s: off ? null : REST_MS / 1_000 };
  if (is === "ga") {
    const ga = formatGroupAddress(GroupAddress(key), style);
    return publishBridgeEvent(state, at, { type: "loop_detected", ga, ...rest });
  }
  const link = links[key];
  return publishBridgeEvent(state, at, {
    type: "loop_detected",
    link: key,
    ...(link && { ga: formatGroupAddress(link.ga, style), topic: link.topic }),
    ...rest,
  });
};

const withheld = (state: BridgeState): BridgeState => {
  const { loops } = state.features;
  const counted = { ...loops, dropped: loops.dropped + 1 };
  return { ...state, features: { ...state.features, loops: counted } };
};

const withWatch = (state: BridgeState, { is, key }: Watched, watch: Watch): BridgeState => {
  const { loops } = state.features;
  const watching = { ...loops, [is]: put(loops[is], key, watch) };
  return { ...state, features: { ...state.features, loops: watching } };
};

const FRESH: Watch = { past: [], rest: null, stops: [], off: false };
const MOST = 10;
const WINDOW_MS = 5_000;
const VALUES = 3;
const REST_MS = 30_000;
const HOUR_MS = 3_600_000;
const STOPS = 3;
