/**
 * How much of the line is in use, in seconds of airtime: the figures of `bridge/health` and the thresholds that slow the
 * bridge down while others need the line. `mqtt-interface.md` §2, §13.3.
 */
export type Load = Readonly<{
  /** The second that is being filled: ms / 1000. */
  second: number;
  /** ms of airtime in it, all and own. */
  total: number;
  own: number;
  past: Past;
}>;

type Past = Readonly<{
  /** ms of airtime in the last 60 complete seconds, newest last. */
  totals: readonly number[];
  owns: readonly number[];
  level: Level;
  /** Between `overload_start` and `overload_end`. */
  overloaded: boolean;
  /** Seconds in a row below the threshold of return. */
  calm: number;
}>;

/** normal: full budget · busy: half of it, class 5 rests · overload: a quarter, classes 3 to 5 rest */
export type Level = "normal" | "busy" | "overload";

/** @param at when the first second begins to fill; monotonic ms */
export const openLoad = (at: number): Load => ({
  second: Math.floor(at / SECOND_MS),
  total: 0,
  own: 0,
  past: { totals: [], owns: [], level: "normal", overloaded: false, calm: 0 },
});

/** One frame on the line. */
export const addAirtime = (load: Load, at: number, ms: number, own: boolean): Load => {
  const { second, total, own: mine, past } = rollTo(load, at);
  return { second, total: total + ms, own: own ? mine + ms : mine, past };
};

/** Closes the seconds that are over at `at`; the same load when none is. */
export const rollTo = (load: Load, at: number): Load => {
  const second = Math.floor(at / SECOND_MS);
  if (second <= load.second) return load;
  let past = closed(load.past, load.total, load.own);
  // Silence beyond the longest window changes nothing any more.
  for (let n = Math.min(second - load.second - 1, WINDOW_S + CALM_S); n > 0; n--)
    past = closed(past, 0, 0);
  return { second, total: 0, own: 0, past };
};

/** When the level may change next although nobody sends; null while it is normal. */
export const loadDue = ({ second, past }: Load): number | null =>
  past.level === "normal" ? null : (second + 1) * SECOND_MS;

/** Share of the line in use over the last complete seconds, 0…1; more after a burst of overlong figures. */
export const share = (milliseconds: readonly number[], seconds: number): number => {
  let sum = 0;
  for (let n = Math.min(seconds, milliseconds.length); n > 0; n--)
    sum += milliseconds[milliseconds.length - n] ?? 0;
  return sum / (seconds * SECOND_MS);
};

export const FILL = { normal: 1, busy: 0.5, overload: 0.25 } as const satisfies Record<
  Level,
  number
>;

const closed = (past: Past, total: number, own: number): Past => {
  const totals = pushed(past.totals, total);
  const now = share(totals, ADAPTATION_S);
  const calm = now < RETURN ? past.calm + 1 : 0;
  const overloaded = now > OVERLOAD || (past.overloaded && calm < CALM_S);
  const level = now > OVERLOAD ? "overload" : now >= BUSY || overloaded ? "busy" : "normal";
  return { totals, owns: pushed(past.owns, own), level, overloaded, calm };
};

const pushed = (seconds: readonly number[], value: number): readonly number[] => [
  ...(seconds.length < WINDOW_S ? seconds : seconds.slice(1)),
  value,
];

const SECOND_MS = 1_000;
const WINDOW_S = 60;
const ADAPTATION_S = 10;
const CALM_S = 10;
const BUSY = 0.6;
const OVERLOAD = 0.8;
const RETURN = 0.55;
