import type { Octets } from "../core/octets.ts";
import { crcOctets } from "./crc.ts";
import { octetsOf, word } from "./frame.ts";
import type { Memory } from "./memory.ts";
import { PDT, type Property, shown } from "./property.ts";

/** What a load state machine allows to be seen and done: PIDs 5 and 7 of tables and programs. `device-model.md` 3. */
export interface Loadable {
  readonly properties: readonly Property[];
  /** PIDs 27 and 28, which stand behind all others of an object. */
  readonly stamps: readonly Property[];
  readonly loaded: boolean;
  /** What stands in the segment; nothing when there is none. */
  content(): Octets;
  unload(): void;
}

/** Where an object may have its segment. */
export type Place = Readonly<{ address: number; room: number }>;

/** Loaded from the start, with `first` octets. What is loaded changes nothing else in the device. */
export const createLoadable = (memory: Memory, place: Place, first: number): Loadable => {
  let state: LoadState = LOADED;
  let size: number | undefined = first;
  let error = 0;

  const enter = (next: LoadState, reason = 0): void => {
    state = next;
    error = next === ERROR ? reason : 0;
    if (next === UNLOADED) size = undefined;
  };

  /** 03 0B  size(4)  mode fill 00 00. The segment stays where it is; mode 1 fills it, mode 0 leaves in it what was there. */
  const allocate = (data: Octets): void => {
    const [, kind, , , , , mode = 0, fill = 0] = data;
    const wanted = word(data, 2) * 0x10000 + word(data, 4);
    if (kind !== RELATIVE_ALLOCATION) enter(ERROR, INVALID_OPCODE);
    else if (wanted > place.room) enter(ERROR, TOO_LONG);
    else {
      size = wanted;
      if ((mode & 1) === 1) memory.fill(place.address, wanted, fill);
    }
  };

  const control: Property = {
    ...shown(PID_LOAD_STATE_CONTROL, PDT.control, () => [state]),
    writeLevel: 3,
    write: (start, count, data) => {
      const [event = 0] = data;
      const isWhole = data.length === CONTROL_OCTETS || data.length === 1;
      if (start !== 1 || count !== 1 || !isWhole) return false;
      if (event === EVENT.additional && state === LOADING) allocate(data);
      else enter(TABLE[state][event] ?? state, error === 0 ? UNDEFINED_COMMAND : error);
      return true;
    },
  };
  const reference = shown(PID_TABLE_REFERENCE, PDT.unsignedLong, () =>
    size === undefined ? [0, 0, 0, 0] : long(place.address),
  );
  const content = (): Octets =>
    size === undefined ? [] : (memory.read(place.address, size) ?? []);
  /** Size, CRC valid, everybody's, CRC; no element unless loaded. */
  const stamp: Property = {
    ...shown(PID_MCB_TABLE, PDT.generic08, EMPTY_STAMP),
    elements: () => {
      if (state !== LOADED) return [];
      const octets = content();
      return [...long(octets.length), 0x00, 0xff, ...crcOctets("tpuart2", octets)];
    },
  };
  return {
    properties: [control, reference],
    stamps: [stamp, shown(PID_ERROR_CODE, PDT.generic01, () => [error])],
    get loaded() {
      return state === LOADED;
    },
    content,
    unload: () => enter(UNLOADED),
  };
};

const UNLOADED = 0;
const LOADED = 1;
const LOADING = 2;
const ERROR = 3;
type LoadState = 0 | 1 | 2 | 3;

const EVENT = { start: 1, completed: 2, additional: 3, unload: 4 } as const;
const RELATIVE_ALLOCATION = 0x0b;

/** Events that change nothing are left out. `device-model.md` 3.1. */
const TABLE: Record<LoadState, Readonly<Partial<Record<number, LoadState>>>> = {
  [UNLOADED]: { [EVENT.start]: LOADING },
  [LOADED]: { [EVENT.start]: LOADING, [EVENT.additional]: ERROR, [EVENT.unload]: UNLOADED },
  [LOADING]: { [EVENT.completed]: LOADED, [EVENT.unload]: UNLOADED },
  [ERROR]: { [EVENT.unload]: UNLOADED },
};

/** `device-model.md` 3.5. */
const INVALID_OPCODE = 11;
const TOO_LONG = 13;
const UNDEFINED_COMMAND = 14;

const PID_LOAD_STATE_CONTROL = 5;
const PID_TABLE_REFERENCE = 7;
const PID_MCB_TABLE = 27;
const PID_ERROR_CODE = 28;
/** Event and nine octets with it; the answer is one octet of state. */
const CONTROL_OCTETS = 10;
const EMPTY_STAMP: Octets = [0, 0, 0, 0, 0, 0, 0, 0];

const long = (value: number): Octets => [...octetsOf(value >> 16), ...octetsOf(value & 0xffff)];
