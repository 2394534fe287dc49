import type { Note } from "../../../effect.ts";
import { NO_OCTETS } from "../../../octets.ts";
import { ERROR } from "./errors.ts";
import { imageOf, octetsOf } from "./image.ts";
import type { Loadable, LoadableIndex, Model, Segment, StoredLoadable } from "./model.ts";
import { hasRoom, INDICES } from "./segments.ts";

/** An object that was never loaded. */
export const UNLOADED: Loadable = {
  state: "unloaded",
  error: ERROR.none,
  segment: null,
  programVersion: [0, 0, 0, 0, 0],
  run: "halted",
};

/** As it goes to the store. */
export const storedOf = (index: LoadableIndex, loadable: Loadable): StoredLoadable => {
  const { state, segment, programVersion } = loadable;
  if (state !== "loaded") return { index, state };
  const { address, octets } =
    segment === null
      ? { address: 0, octets: NO_OCTETS }
      : { address: segment.address, octets: octetsOf(segment.image) };
  return { index, state, address, octets, programVersion };
};

/**
 * The model as the store gave it back, with every program that is loaded running. Nothing is guessed: an object that is not
 * whole, or does not fit beside the others, starts in the state error, and only an unload leads out of it.
 */
export const openModel = (stored: readonly StoredLoadable[]): Model => {
  const segments: Segment[] = [];
  const loadables = { 1: UNLOADED, 2: UNLOADED, 3: UNLOADED, 4: UNLOADED, 5: UNLOADED };
  for (const index of INDICES) {
    const found = stored.find((one) => one.index === index);
    const loadable = found === undefined ? UNLOADED : opened(found, segments);
    if (loadable.segment !== null) segments.push(loadable.segment);
    loadables[index] = loadable;
  }
  return { loadables, control: 0 };
};

/**
 * What an operator should know of what the store gave back: why an object is not used. One that was unloaded and not loaded
 * again is as a tool left it, and said as well: a download may have ended right there.
 */
export const openingNotes = (stored: readonly StoredLoadable[]): readonly Note[] => {
  const { loadables } = openModel(stored);
  return stored.flatMap(({ index, state }): readonly Note[] => {
    switch (loadables[index].state) {
      case "error":
        return [
          openingNote("warn", "an object is not usable until it is loaded again", index, state),
        ];
      case "unloaded":
        return [openingNote("info", "an object is not loaded", index, state)];
      default:
        return [];
    }
  });
};

const openingNote = (
  level: Note["level"],
  message: string,
  object: LoadableIndex,
  state: StoredLoadable["state"],
): Note => ({ level, layer: "device", message, fields: { object, found: FOUND[state] } });

const FOUND = {
  loaded: "no place for its segment",
  unloaded: "nothing",
  loading: "a download that did not end",
  error: "a download that failed",
  damaged: "content that is not whole",
} as const satisfies Record<StoredLoadable["state"], string>;

const opened = (stored: StoredLoadable, others: readonly Segment[]): Loadable => {
  if (stored.state === "unloaded") return UNLOADED;
  if (stored.state !== "loaded") return { ...UNLOADED, state: "error", error: CODES[stored.state] };
  const { index, address, octets, programVersion } = stored;
  const segment = address === 0 ? null : { address, image: imageOf(octets) };
  if (segment !== null && !hasRoom(segment, others))
    return { ...UNLOADED, state: "error", error: ERROR.general };
  return {
    state: "loaded",
    error: ERROR.none,
    segment,
    programVersion: [...programVersion],
    run: index >= 4 ? "running" : "halted",
  };
};

const CODES = { loading: ERROR.general, error: ERROR.general, damaged: ERROR.crc } as const;
