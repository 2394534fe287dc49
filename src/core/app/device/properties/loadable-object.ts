import type { Step } from "../../../impulse.ts";
import { type Octets, sameOctets } from "../../../octets.ts";
import { loadControl } from "../load.ts";
import { crcOf } from "../model/crc.ts";
import { octetsOf } from "../model/image.ts";
import type { LoadState } from "../model/load-table.ts";
import type { Loadable, LoadableIndex } from "../model/model.ts";
import type { RunState } from "../model/run-table.ts";
import { storedOf } from "../model/stored.ts";
import { runControl } from "../run.ts";
import type { DeviceState } from "../state.ts";
import { set } from "./device-object.ts";
import {
  ANYBODY,
  CONFIGURATION,
  constant,
  long,
  type Property,
  variable,
  word,
} from "./property.ts";
import { tableProperty } from "./table-property.ts";

/** What every object has that can be loaded. `device-model.md` §2.4, §2.6 */
// biome-ignore format: a line for each property
const loadProperties = (index: LoadableIndex): readonly Property[] => [
  variable(5, "control", CONFIGURATION, (state) => [LOAD_STATES[of(state, index).state]], (state, octets, at) => loadControl(state, index, octets, at)),
  constant(7, "unsignedLong", (state) => long(of(state, index).segment?.address ?? 0)),
  { ...constant(27, "generic08", (state) => stampOf(of(state, index))), count: (state) => (of(state, index).state === "loaded" ? 1 : 0) },
  constant(28, "generic01", (state) => [of(state, index).error]),
];

/** The tables: group addresses, associations, group objects. Their elements are those behind the count. */
export const tableProperties = (index: 1 | 2 | 3): readonly Property[] => [
  ...loadProperties(index),
  tableProperty(index),
];

/** The programs. */
// biome-ignore format: a line for each property
export const programProperties = (index: 4 | 5): readonly Property[] => [
  ...loadProperties(index),
  variable(6, "control", ANYBODY, (state) => [RUN_STATES[of(state, index).run]], (state, octets, at) => runControl(state, index, octets[0], at)),
  variable(13, "generic05", ANYBODY, (state) => of(state, index).programVersion, (state, octets) => writeVersion(state, index, octets)),
  variable(16, "unsignedChar", ANYBODY, ({ record }) => [record.settings.peiTypes[index - 4] ?? 0], (state, octets) => writePeiType(state, index, octets[0] ?? 0)),
];

const of = ({ model }: DeviceState, index: LoadableIndex): Loadable => model.loadables[index];

const LOAD_STATES = { unloaded: 0, loaded: 1, loading: 2, error: 3 } as const satisfies Record<
  LoadState,
  number
>;

const RUN_STATES = { halted: 0, running: 1, ready: 2, terminated: 3 } as const satisfies Record<
  RunState,
  number
>;

/**
 * The download stamp: size (4), control, access, CRC (2). Made when it is asked for: while the object is loaded its content
 * does not change.
 * @see `device-model.md` §3.3
 */
const stampOf = ({ segment }: Loadable): Octets => {
  const octets = segment === null ? [] : octetsOf(segment.image);
  return [...long(octets.length), 0, 0, ...word(crcOf(octets))];
};

/** The version is part of what is loaded: kept with it, and gone with it. */
const writeVersion = (
  state: DeviceState,
  index: LoadableIndex,
  programVersion: Octets,
): Step<DeviceState> => {
  const before = of(state, index);
  if (sameOctets(before.programVersion, programVersion)) return [state, []];
  const loadable: Loadable = { ...before, programVersion };
  const loadables = { ...state.model.loadables, [index]: loadable };
  const after = { ...state, model: { ...state.model, loadables } };
  return loadable.state === "loaded"
    ? [after, [{ for: "store", type: "keep", loadable: storedOf(index, loadable) }]]
    : [after, []];
};

const writePeiType = (state: DeviceState, index: 4 | 5, type: number): Step<DeviceState> => {
  const [application, program] = state.record.settings.peiTypes;
  return set(state, { peiTypes: index === 4 ? [type, program] : [application, type] });
};
