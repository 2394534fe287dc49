import { ERROR } from "./errors.ts";
import { type Image, wordAt } from "./image.ts";
import type { LoadableIndex, Model } from "./model.ts";

/**
 * Is what was loaded fit for use? Asked when a tool says that it is complete.
 * @param maxApduLength PID_MAX_APDULENGTH
 * @returns PID_ERROR_CODE, 0 when it is
 * @see `device-model.md` §3.5, §4
 */
export const checkContent = (model: Model, index: LoadableIndex, maxApduLength: number): number => {
  const image = model.loadables[index].segment?.image;
  if (image === undefined || image.size === 0) return ERROR.none;
  switch (index) {
    case 1:
      return checkAddresses(image);
    case 2:
      return checkAssociations(image, limitOf(model, 1), limitOf(model, 3));
    case 3:
      return checkObjects(image, maxApduLength);
    default:
      return ERROR.none;
  }
};

/**
 * Octets of a group object value by its type in the table; what has no octets of its own travels in the APCI octet, and
 * counts as 1.
 */
export const valueOctets = (type: number): number => {
  if (type < 7) return 1;
  if (type === 255) return 252;
  return type > 20 ? type - 6 : (OCTETS[type - 7] ?? 1);
};

/** Of the types 7…20. */
const OCTETS = [1, 2, 3, 4, 6, 8, 10, 14, 5, 7, 9, 11, 12, 13] as const;

/** Count, then addresses in strictly ascending order. 0 is no group. */
const checkAddresses = (image: Image): number => {
  const count = wordAt(image, 0);
  if (2 + 2 * count > image.size) return ERROR.tableLength;
  let before = 0;
  for (let n = 1; n <= count; n++) {
    const address = wordAt(image, 2 * n);
    if (address <= before) return ERROR.addressesNotSorted;
    before = address;
  }
  return ERROR.none;
};

/** Count, then pairs of TSAP and ASAP, both counted from 1. */
const checkAssociations = (image: Image, lastTsap: number, lastAsap: number): number => {
  const count = wordAt(image, 0);
  if (2 + 4 * count > image.size) return ERROR.tableLength;
  for (let n = 0; n < count; n++) {
    const tsap = wordAt(image, 2 + 4 * n);
    const asap = wordAt(image, 4 + 4 * n);
    if (tsap === 0 || tsap > lastTsap) return ERROR.invalidTsap;
    if (asap === 0 || asap > lastAsap) return ERROR.invalidAsap;
  }
  return ERROR.none;
};

/** Count, then a word for each object; its low octet is the type of the value. Gaps are 0. */
const checkObjects = (image: Image, maxApduLength: number): number => {
  const count = wordAt(image, 0);
  if (2 + 2 * count > image.size) return ERROR.tableLength;
  for (let n = 1; n <= count; n++)
    // the octet with the low half of the APCI counts as well
    if (valueOctets(wordAt(image, 2 * n) & 0xff) > maxApduLength - 1) return ERROR.valueTooLong;
  return ERROR.none;
};

/**
 * How many entries another table has. While that one is being loaded too, it may be written later than this one is completed:
 * without entries it says nothing yet.
 */
const limitOf = ({ loadables }: Model, index: LoadableIndex): number => {
  const { state, segment } = loadables[index];
  if (state === "loaded") return segment === null ? 0 : wordAt(segment.image, 0);
  const count = state === "loading" && segment !== null ? wordAt(segment.image, 0) : 0;
  return count === 0 ? ANY : count;
};

const ANY = 0xffff;
