import type { Effect } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import { type Octets, parseHex, toHex } from "../core/octets.ts";
import { type Timer, timeoutOf, timerKey } from "../core/timer.ts";
import type { Cancel, Clock, VirtualClock } from "../sim/clock.ts";

/**
 * `bc 11 05` → octets.
 * @throws TypeError when the text is no pairs of hex digits: a fixture with a typing mistake must not pass
 */
export const hex = (text: string): Octets => {
  const octets = parseHex(text);
  if (octets === undefined) throw new TypeError(`not octets in hex: ${JSON.stringify(text)}`);
  return octets;
};

/** Something that takes impulses, on a clock, with nothing behind it: what comes out can be looked at. */
export interface Watched<S> {
  readonly clock: Clock;
  readonly state: S;
  /** One impulse, at the present moment of the clock. */
  deliver(impulse: Impulse): void;
  /** All that came out since the last call, timers and counters included. */
  effects(): readonly (Impulse | Effect)[];
  /** What was written to the serial port since the last call, as spaced hex, one line per write. */
  written(): readonly string[];
  /** What was published on MQTT since the last call, as `topic payload`. */
  published(): readonly string[];
  /** Drops since the last call, as reasons. */
  drops(): readonly string[];
}

/**
 * Runs one reducer on a clock, a layer alone for example:
 * `watch(clock, (s, i) => (i.for === "dl" ? dl(s, i) : [s, []]), openDl(config))`.
 * @param write also gets what is written to the serial port
 */
export const watch = <S>(
  clock: Clock,
  step: (state: S, impulse: Impulse) => readonly [S, readonly (Impulse | Effect)[]],
  first: S,
  write: (octets: Octets) => void = () => {},
): Watched<S> => {
  let state = first;
  let effects: (Impulse | Effect)[] = [];
  const timers = new Map<string, Cancel>();
  const looked = { written: 0, published: 0, drops: 0, effects: 0 };

  const deliver = (impulse: Impulse): void => {
    const [next, caused] = step(state, impulse);
    state = next;
    for (const effect of caused) {
      effects.push(effect);
      if (effect.for === "serial" && effect.type === "write") write(effect.octets);
      if (effect.for !== "timer") continue;
      const key = timerKey(effect.timer);
      timers.get(key)?.();
      timers.delete(key);
      if (effect.type === "start")
        timers.set(
          key,
          clock.after(effect.ms, () => expire(effect.timer)),
        );
    }
    if (effects.length > FORGET) {
      effects = effects.slice(-FORGET / 2);
      Object.assign(looked, { written: 0, published: 0, drops: 0, effects: 0 });
    }
  };

  const expire = (timer: Timer): void => {
    timers.delete(timerKey(timer));
    deliver(timeoutOf(timer, clock.now()));
  };

  const since = (view: keyof typeof looked): readonly (Impulse | Effect)[] => {
    const news = effects.slice(looked[view]);
    looked[view] = effects.length;
    return news;
  };

  return {
    clock,
    get state() {
      return state;
    },
    deliver,
    effects: () => since("effects"),
    written: () =>
      since("written").flatMap((effect) =>
        effect.for === "serial" && effect.type === "write" ? [toHex(effect.octets)] : [],
      ),
    published: () =>
      since("published").flatMap((effect) =>
        effect.for === "mqtt" && effect.type === "publish"
          ? [`${effect.topic} ${effect.payload}`]
          : [],
      ),
    drops: () =>
      since("drops").flatMap((effect) => (effect.for === "drops" ? [effect.reason] : [])),
  };
};

/** Effects kept for looking back; long runs forget the oldest. */
const FORGET = 1_000_000;

/** Feeds octets, given as hex, one by one as the line delivers them, or `together`, as one read of a port that held them back. */
export type Receive = (text: string, how?: "one by one" | "together") => void;

/** Turns hex into octet impulses; the clock moves on as the line would need. */
export const receiver =
  (clock: VirtualClock, deliver: (impulse: Impulse) => void): Receive =>
  (text, how = "one by one") => {
    const octets = hex(text);
    for (let index = 0; index < octets.length; index++) {
      if (how === "one by one") clock.advance(OCTET_MS);
      else if (index === 0) clock.advance(OCTET_MS * octets.length);
      const behind = how === "together" ? octets.length - 1 - index : 0;
      const octet = octets[index] ?? 0;
      deliver({ for: "dl", type: "octet.ind", octet, behind, at: clock.now() });
    }
  };

/** 13 bit times at 9600 bit/s: octet to octet inside a frame. */
const OCTET_MS = 13 / 9.6;
