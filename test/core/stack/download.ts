import { IndividualAddress } from "../../../src/core/address.ts";
import type { Image } from "../../../src/core/app/client/image.ts";
import type { Procedure, ProcedureError } from "../../../src/core/app/client/procedure.ts";
import { octetsOf } from "../../../src/core/app/device/model/image.ts";
import type { LoadableIndex, StoredLoadable } from "../../../src/core/app/device/model/model.ts";
import type { ChipKind, DeviceConfig } from "../../../src/core/config.ts";
import type { DeviceRecord, Effect, JsonValue } from "../../../src/core/effect.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import { toCompactHex } from "../../../src/core/octets.ts";
import { openStack, run, type StackState } from "../../../src/core/stack/stack.ts";
import { type Timer, timerKey } from "../../../src/core/timer.ts";
import type { Chip, ChipOptions } from "../../../src/sim/chip.ts";
import type { VirtualClock } from "../../../src/sim/clock.ts";
import {
  createChip,
  createFaults,
  createLine,
  seededRandom,
  stackOnChip,
  testConfig,
  virtualClock,
  type Watched,
  watch,
} from "../../../src/testing.ts";

/*
 * Our client (1.1.250) and our device (1.1.5) on a simulated line. The device's store is here: what it was told to keep, and what
 * a start afterwards would be given.
 */

export type Kept = Readonly<{
  record: DeviceRecord | null;
  loadables: Readonly<Partial<Record<LoadableIndex, StoredLoadable>>>;
}>;

export const NOTHING_KEPT: Kept = { record: null, loadables: {} };

/** What the store holds after these effects. */
export const keep = (kept: Kept, effect: Impulse | Effect): Kept => {
  if (effect.for !== "store") return kept;
  if (effect.type === "save") return { ...kept, record: effect.record };
  if (effect.type !== "keep") return kept;
  const { loadable } = effect;
  return { ...kept, loadables: { ...kept.loadables, [loadable.index]: loadable } };
};

const CHIP = "tpuart2";
export const DEVICE = IndividualAddress(0x1105);
export const CLIENT = IndividualAddress(0x11fa);

const configOf = (kept: Kept, device: Partial<DeviceConfig>) =>
  testConfig({
    dl: { address: DEVICE, chip: CHIP },
    groupObjects: { objectsFrom: "ets" },
    device: {
      ...device,
      ...(kept.record !== null && { keys: kept.record.keys, settings: kept.record.settings }),
      loaded: Object.values(kept.loadables),
    },
  });

/** The state in which a device starts that finds this in its store. */
export const started = (kept: Kept): StackState => {
  const state = known.get(kept) ?? startOn(kept);
  known.set(kept, state);
  return state;
};

const startOn = (kept: Kept): StackState =>
  run(openStack(configOf(kept, {})), { for: "device", type: "start.ind", at: 0 })[0];

/** Many cuts leave the same. */
const known = new WeakMap<Kept, StackState>();

/** A device in the middle of something, to go on from there: its state, its timers by key with what is left of them, its store. */
export type Moment = Readonly<{
  at: number;
  state: StackState;
  timers: ReadonlyMap<string, Readonly<{ timer: Timer; due: number }>>;
  kept: Kept;
}>;

type Options = Readonly<{
  /** What the device finds in its store when it starts. */
  kept?: Kept;
  /** Instead of a start: the device goes on from here. */
  moment?: Moment;
  seed?: number;
  baud?: number;
  /** Of the device. */
  chip?: Pick<ChipOptions, "supply" | "resetBreak">;
  kind?: ChipKind;
  device?: Partial<DeviceConfig>;
}>;

export const installation = (options: Options = {}) => {
  const { seed = 1, kind = CHIP, baud = 19_200, device: deviceConfig = {}, moment } = options;
  let kept = moment?.kept ?? options.kept ?? NOTHING_KEPT;
  const timers = new Map(moment?.timers);
  const clock = virtualClock();
  // Both chips have to be up at that moment, as they were.
  clock.advance(Math.max(0, (moment?.at ?? 0) - POWER_UP_MS));
  const faults = createFaults(seededRandom(seed), {});
  const line = createLine({ clock });
  const ended = new Map<number, JsonValue | ProcedureError>();
  const config = configOf(kept, deviceConfig);
  const chip = createChip({ line, kind, faults, baud, ...options.chip });
  const notice = (impulse: Impulse | Effect): void => {
    kept = keep(kept, impulse);
    if (impulse.type === "timeout") timers.delete(timerKey(impulse.timer));
    if (impulse.for !== "timer") return;
    const { timer } = impulse;
    if (impulse.type === "stop") timers.delete(timerKey(timer));
    else timers.set(timerKey(timer), { timer, due: clock.now() + impulse.ms });
  };
  const device =
    moment === undefined
      ? stackOnChip(clock, chip, { ...config, dl: { ...config.dl, baud, chip: kind } }, notice)
      : goingOn(clock, chip, moment, notice);
  if (moment === undefined) device.deliver({ for: "device", type: "start.ind", at: clock.now() });
  const client = stackOnChip(
    clock,
    createChip({ line, kind, faults, baud }),
    testConfig({ dl: { address: CLIENT, chip: kind, baud } }),
    (impulse) => {
      if (impulse.for !== "control") return;
      if (impulse.type === "result") ended.set(impulse.id, impulse.value);
      if (impulse.type === "failure") ended.set(impulse.id, impulse.error);
    },
  );
  if (moment === undefined) clock.advance(1_000);
  let last = 0;
  const start = (procedure: Procedure): number => {
    last += 1;
    client.deliver({ for: "client", type: "procedure.req", id: last, procedure, at: clock.now() });
    return last;
  };
  return {
    clock,
    line,
    faults,
    device,
    client,
    kept: () => kept,
    /** The device as it is now. */
    moment: (): Moment => ({
      at: clock.now(),
      state: device.state,
      timers: new Map(timers),
      kept,
    }),
    start,
    cancel: (id: number) =>
      client.deliver({ for: "client", type: "cancel.req", id, at: clock.now() }),
    ended: (id: number) => ended.get(id),
    /** Until it has ended. @returns the result, or why there is none */
    perform: (procedure: Procedure, limitMs = 600_000): JsonValue | ProcedureError | undefined => {
      const id = start(procedure);
      clock.runUntil(() => ended.has(id), limitMs);
      return ended.get(id);
    },
  };
};

const POWER_UP_MS = 100;

/** Its chip has been there all the time; what was between the two at that moment is lost. */
const goingOn = (
  clock: VirtualClock,
  chip: Chip,
  { at, state, timers }: Moment,
  seen: (impulse: Impulse | Effect) => void,
): Watched<StackState> => {
  clock.advance(at - clock.now());
  const armed = [...timers.values()].map(
    ({ timer, due }): Effect => ({ for: "timer", type: "start", timer, ms: due - at }),
  );
  let isArmed = false;
  const stack = watch(
    clock,
    (before: StackState, impulse: Impulse) => {
      if (isArmed) return run(before, impulse, seen);
      isArmed = true;
      return [before, armed];
    },
    state,
    (octets) => chip.write(octets),
  );
  stack.deliver({ for: "device", type: "start.ind", at });
  chip.onOctets((octets) => {
    for (let index = 0; index < octets.length; index++)
      stack.deliver({
        for: "dl",
        type: "octet.ind",
        octet: octets[index] ?? 0,
        behind: octets.length - 1 - index,
        at: clock.now(),
      });
  });
  return stack;
};

export const program = (image: Image): Procedure => ({
  name: "device.program",
  peer: DEVICE,
  image,
});

/** What stands in a loaded object, as hex; or the state it is in. */
export const contentOf = ({ device }: StackState, index: LoadableIndex): string => {
  const { state, segment } = device.model.loadables[index];
  return state === "loaded" ? toCompactHex(segment === null ? [] : octetsOf(segment.image)) : state;
};

export const LOADABLES = [1, 2, 3, 4, 5] as const satisfies readonly LoadableIndex[];

export const contents = (state: StackState): readonly string[] =>
  LOADABLES.map((index) => contentOf(state, index));

/** Two installations of one device, different in every object. Odd lengths, so that the last telegram is a short one. */
export const imageOf = (seed: number, extended = false): Image => ({
  application: {
    octets: Array.from({ length: 131 }, (_, index) => (index * 7 + seed * 29 + 1) & 0xff),
    fill: 0,
    programVersion: [0x00, 0xfa, 0xa1, seed, 0x11],
  },
  program2: {
    octets: Array.from({ length: 17 }, (_, index) => (index * 5 + seed * 3 + 1) & 0xff),
    fill: 0,
    programVersion: [0x00, 0xfa, 0xa2, seed, 0x12],
  },
  groupAddresses: [0x0901, 0x0902, 0x0a03 + seed],
  associations: [
    [2, 1],
    [1, 1],
    [3, 2],
  ],
  groupObjects: [0xd700, 0x5708],
  extended,
});

/** What has to stand in the objects 1 … 5 then. */
export const expected = (image: Image): readonly string[] => {
  const words = (...values: readonly number[]): string =>
    values.map((value) => value.toString(16).padStart(4, "0")).join("");
  const { groupAddresses, associations, groupObjects, application, program2 } = image;
  return [
    words(groupAddresses.length, ...groupAddresses),
    words(associations.length, ...associations.flat()),
    words(groupObjects.length, ...groupObjects),
    toCompactHex(application?.octets ?? []),
    toCompactHex(program2?.octets ?? []),
  ];
};
