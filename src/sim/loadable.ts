import { octetsOf } from "./frame.ts";
import { PDT, type Property, shown } from "./property.ts";

/** What a load state machine allows to be seen and done: PIDs 5 and 7 of tables and programs. `device-model.md` 3. */
export interface Loadable {
  readonly properties: readonly Property[];
  readonly loaded: boolean;
  unload(): void;
}

/** Loaded from the start, at this address. What is loaded changes nothing in the device. */
export const createLoadable = (address: number): Loadable => {
  let state: LoadState = LOADED;
  const control: Property = {
    ...shown(PID_LOAD_STATE_CONTROL, PDT.control, () => [state]),
    writeLevel: 3,
    write: (start, count, data) => {
      const [event = 0, allocation] = data;
      const isWhole = data.length === CONTROL_OCTETS || data.length === 1;
      if (start !== 1 || count !== 1 || !isWhole) return false;
      state = next(state, event, allocation);
      return true;
    },
  };
  const reference = shown(PID_TABLE_REFERENCE, PDT.unsignedLong, () =>
    state === UNLOADED ? [0, 0, 0, 0] : [0, 0, ...octetsOf(address)],
  );
  return {
    properties: [control, reference],
    get loaded() {
      return state === LOADED;
    },
    unload: () => {
      state = UNLOADED;
    },
  };
};

const UNLOADED = 0;
const LOADED = 1;
const LOADING = 2;
const ERROR = 3;
type LoadState = 0 | 1 | 2 | 3;

const next = (state: LoadState, event: number, allocation: number | undefined): LoadState => {
  if (event === EVENT.additional && state === LOADING)
    return allocation === RELATIVE_ALLOCATION ? LOADING : ERROR;
  return TABLE[state][event] ?? state;
};

const EVENT = { start: 1, completed: 2, additional: 3, unload: 4 } as const;
const RELATIVE_ALLOCATION = 0x0b;

/** Events that change nothing are left out. `device-model.md` 3.1. */
const TABLE: Record<LoadState, Readonly<Partial<Record<number, LoadState>>>> = {
  [UNLOADED]: { [EVENT.start]: LOADING },
  [LOADED]: { [EVENT.start]: LOADING, [EVENT.additional]: ERROR, [EVENT.unload]: UNLOADED },
  [LOADING]: { [EVENT.completed]: LOADED, [EVENT.unload]: UNLOADED },
  [ERROR]: { [EVENT.unload]: UNLOADED },
};

const PID_LOAD_STATE_CONTROL = 5;
const PID_TABLE_REFERENCE = 7;
/** Event and nine octets with it; the answer is one octet of state. */
const CONTROL_OCTETS = 10;
