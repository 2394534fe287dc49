import type { Step } from "../../../impulse.ts";
import { type Image, readImage, wordAt, writeImage } from "../model/image.ts";
import type { Segment } from "../model/model.ts";
import type { DeviceState } from "../state.ts";
import { PDT, type Pdt } from "./pdt.ts";
import { ANYBODY, type Property, SYSTEM, type Written, word, wordOf } from "./property.ts";
import { RETURN } from "./return-code.ts";

/**
 * PID_TABLE: the entries of a table as the elements of an array; the count they begin with is that of the array. Written
 * while the object is being loaded, like the memory behind it; the write level is that of real devices.
 * @see `device-model.md` §2.4, §4
 */
export const tableProperty = (index: 1 | 2 | 3): Property => {
  const pdt = ENTRIES[index];
  const { size } = PDT[pdt];
  return {
    pid: 23,
    pdt,
    max: 0xffff,
    readLevel: ANYBODY,
    writeLevel: SYSTEM,
    count: ({ model }) => entriesOf(model.loadables[index].segment, size),
    read: ({ model }, start, count) => {
      const { segment } = model.loadables[index];
      return segment === null ? [] : readImage(segment.image, offsetOf(start, size), count * size);
    },
    write: (state, written) => {
      const loadable = state.model.loadables[index];
      const { segment } = loadable;
      if (loadable.state !== "loading" || segment === null) return RETURN.notNow;
      const image = writeEntries(segment.image, written, size);
      return typeof image === "number" ? image : withImage(state, index, { ...segment, image });
    },
  };
};

const ENTRIES = { 1: "unsignedInt", 2: "generic04", 3: "unsignedInt" } as const satisfies Record<
  1 | 2 | 3,
  Pdt
>;

/** Behind the count. */
const offsetOf = (start: number, size: number): number => 2 + (start - 1) * size;

/** No more than the segment can hold, whatever the count says. */
const entriesOf = (segment: Segment | null, size: number): number =>
  segment === null ? 0 : Math.min(wordAt(segment.image, 0), capacityOf(segment.image, size));

const capacityOf = (image: Image, size: number): number =>
  Math.max(0, Math.floor((image.size - 2) / size));

/** The array grows at its end, without gaps. */
const writeEntries = (
  image: Image,
  { start, count, octets }: Written,
  size: number,
): Image | number => {
  const capacity = capacityOf(image, size);
  const present = Math.min(wordAt(image, 0), capacity);
  if (start === 0) {
    const wanted = wordOf(octets);
    return wanted > capacity ? RETURN.addressVoid : writeImage(image, 0, word(wanted));
  }
  const last = start + count - 1;
  if (start > present + 1 || last > capacity) return RETURN.addressVoid;
  const grown = last > present ? writeImage(image, 0, word(last)) : image;
  return writeImage(grown, offsetOf(start, size), octets);
};

const withImage = (state: DeviceState, index: 1 | 2 | 3, segment: Segment): Step<DeviceState> => {
  const { model } = state;
  const loadables = { ...model.loadables, [index]: { ...model.loadables[index], segment } };
  return [{ ...state, model: { ...model, loadables } }, []];
};
