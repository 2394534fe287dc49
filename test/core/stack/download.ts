import { IndividualAddress } from "../../../src/core/address.ts";
import type { Image } from "../../../src/core/app/client/image.ts";
import type { Procedure, ProcedureError } from "../../../src/core/app/client/procedure.ts";
import { octetsOf } from "../../../src/core/app/device/model/image.ts";
import type { LoadableIndex, StoredLoadable } from "../../../src/core/app/device/model/model.ts";
import type { DeviceConfig } from "../../../src/core/config.ts";
import type { DeviceRecord, Effect, Impulse, JsonValue } from "../../../src/core/impulse.ts";
import { toCompactHex } from "../../../src/core/octets.ts";
import { openStack, type StackState } from "../../../src/core/stack/stack.ts";
import {
  createChip,
  createFaults,
  createLine,
  seededRandom,
  stackOnChip,
  testConfig,
  virtualClock,
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
  const { loadable } = effect;
  return { ...kept, loadables: { ...kept.loadables, [loadable.index]: loadable } };
};

const CHIP = "tpuart2";
const DEVICE = IndividualAddress(0x1105);

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
export const started = (kept: Kept): StackState => openStack(configOf(kept, {}));

export const installation = (
  options: {
    kept?: Kept;
    seed?: number;
    baud?: number;
    kind?: "tpuart2" | "ncn5120";
    device?: Partial<DeviceConfig>;
  } = {},
) => {
  const { seed = 1, kind = CHIP, baud = 19_200, device: deviceConfig = {} } = options;
  let { kept = NOTHING_KEPT } = options;
  const clock = virtualClock();
  const faults = createFaults(seededRandom(seed), {});
  const line = createLine({ clock });
  const ended = new Map<number, JsonValue | ProcedureError>();
  const device = stackOnChip(
    clock,
    createChip({ line, kind, faults, baud }),
    {
      ...configOf(kept, deviceConfig),
      dl: { ...configOf(kept, deviceConfig).dl, baud, chip: kind },
    },
    (impulse) => {
      kept = keep(kept, impulse);
    },
  );
  const client = stackOnChip(
    clock,
    createChip({ line, kind, faults, baud }),
    testConfig({ dl: { address: IndividualAddress(0x11fa), chip: kind, baud } }),
    (impulse) => {
      if (impulse.for !== "control") return;
      if (impulse.type === "result") ended.set(impulse.id, impulse.value);
      if (impulse.type === "failure") ended.set(impulse.id, impulse.error);
    },
  );
  clock.advance(1_000);
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
