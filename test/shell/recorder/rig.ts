import { pino } from "pino";
import { loadConfig } from "../../../src/config/load.ts";
import type { StackConfig } from "../../../src/core/config.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import { openStack, run, type StackState } from "../../../src/core/stack/stack.ts";
import { type Timer, timeoutOf, timerKey } from "../../../src/core/timer.ts";
import { digestOf, type RecordLine, stateHash } from "../../../src/record/format.ts";
import { type ReadLine, readRecording } from "../../../src/record/read.ts";
import type { Observer } from "../../../src/shell/observer.ts";
import { openRecorder, type RecorderOptions } from "../../../src/shell/recorder/recorder.ts";
import { type Cancel, type VirtualClock, virtualClock } from "../../../src/sim/clock.ts";
import { HOUSE_OBJECTS, type House, startHouse } from "../../../src/sim/house.ts";

/** What the clock of the machine says when the virtual one says 0. */
export const EPOCH = 1_769_854_272_345.25;

export type Stage = Readonly<{
  clock: VirtualClock;
  house: House;
  deliver(impulse: Impulse): void;
  look(): StackState;
  /** Everything that was taken. */
  impulses: readonly Impulse[];
  stop(): void;
}>;

/** A whole house in virtual time, in which somebody lives, and somebody who looks on like the recorder does. */
export const stageHouse = (observer: Observer, seed = 1): Stage => {
  const clock = virtualClock();
  const house = startHouse({ clock, lively: true, seed, rates: RATES });
  let state = openStack(config());
  const timers = new Map<string, Cancel>();
  const impulses: Impulse[] = [];
  const waiting: Impulse[] = [];
  let busy = false;

  const deliver = (first: Impulse): void => {
    waiting.push(first);
    if (busy) return;
    busy = true;
    for (let impulse = waiting.shift(); impulse !== undefined; impulse = waiting.shift())
      take(impulse);
    busy = false;
  };
  const take = (impulse: Impulse): void => {
    impulses.push(impulse);
    observer.takes?.(impulse, state);
    const [after, effects] = run(state, impulse);
    state = after;
    for (const effect of effects) execute(effect);
    observer.done?.(impulse, effects, state);
  };
  const execute = (effect: Effect): void => {
    if (effect.for === "serial" && effect.type === "write") house.chip.write(effect.octets);
    else if (effect.for === "timer") {
      cancel(effect.timer);
      if (effect.type === "start") start(effect.timer, effect.ms);
    } else if (effect.for === "host")
      deliver({
        for: "bridge",
        type: "request.con",
        ref: effect.ref,
        reply: { ok: true, data: { yaml: "instance: test" } },
        at: clock.now(),
      });
  };
  const cancel = (timer: Timer): void => {
    timers.get(timerKey(timer))?.();
    timers.delete(timerKey(timer));
  };
  const start = (timer: Timer, ms: number): void => {
    const due = clock.after(ms, () => {
      timers.delete(timerKey(timer));
      deliver(timeoutOf(timer, clock.now()));
    });
    timers.set(timerKey(timer), due);
  };
  house.chip.onOctets((octets) => {
    for (let index = 0; index < octets.length; index++)
      deliver({
        for: "dl",
        type: "octet.ind",
        octet: octets[index] ?? 0,
        behind: octets.length - 1 - index,
        at: clock.now(),
      });
  });
  return {
    clock,
    house,
    deliver,
    look: () => state,
    impulses,
    stop: () => {
      for (const due of timers.values()) due();
      house.stop();
    },
  };
};

const RATES = { busDamaged: 0.02, hostLost: 0.0005, nak: 0.01 };

const config = (): StackConfig => {
  const objects = HOUSE_OBJECTS.map(({ ga, dpt, writable, state }) => ({
    ga,
    dpt,
    writable,
    ...(state && { state_ga: state }),
  }));
  const provided = { ga: "5/0/1", dpt: "9.001", provide: true, cyclic: "30s", hysteresis: "2%" };
  const file = {
    instance: "test",
    knx: { address: "1.1.250", bus: { grace: "2s" } },
    mqtt: { requests: "admin" },
    objects: [...objects, provided],
    events: true,
    links: [{ ga: "1/1/17", from: "weather/rain" }],
  };
  const loaded = loadConfig(JSON.stringify(file), {
    path: "house.yaml",
    env: {},
    readFile: () => "",
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config.stack;
};

/** A recorder on the clock of the stage. */
export const recorderAt = (now: () => number, options: Partial<RecorderOptions> = {}) =>
  openRecorder({
    about: { version: "1.2.3", instance: "test" },
    flightOctets: 4_000_000,
    log: pino({ level: "silent" }),
    clock: { now, utc: () => EPOCH + now() },
    ...options,
  });

export type Recorder = ReturnType<typeof recorderAt>;

/** All that a download gives, as a file. */
export const fetched = async (
  recorder: Recorder,
  wanted: Parameters<Recorder["download"]>[0] = { follow: false },
): Promise<Buffer> => {
  const download = recorder.download(wanted);
  const parts: Uint8Array[] = [];
  while (!download.look().ended) parts.push(await download.read());
  return Buffer.concat(parts);
};

export const linesOf = async (file: Uint8Array): Promise<readonly ReadLine[]> => {
  const lines: ReadLine[] = [];
  for await (const line of readRecording([file])) lines.push(line);
  return lines;
};

export const impulsesOf = (lines: readonly ReadLine[]): readonly Impulse[] =>
  lines.flatMap((line) => (line.line === "impulse" ? [line.impulse] : []));

/** Takes everything once more. @returns the hash at the end, and what had other effects than recorded */
export const again = (lines: readonly ReadLine[]) => {
  let state: StackState | undefined;
  const differing: RecordLine[] = [];
  for (const line of lines)
    if (line.line === "state") state ??= line.state;
    else if (line.line === "impulse" && state !== undefined) {
      const [after, effects] = run(state, line.impulse);
      state = after;
      if (digestOf(effects) !== line.effects) differing.push(line);
    }
  return { hash: state && stateHash(state), differing };
};
