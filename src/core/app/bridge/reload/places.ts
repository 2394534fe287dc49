import { EMPTY_TABLE, get, put, type Table } from "../../../table.ts";

/** Index in a new list → index of the same one in the old list; undefined: it was not there. */
export type Places = readonly (number | undefined)[];

/** @param keyOf what makes two the same: the whole, unless something else is said */
export const placesOf = <T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => unknown = (one) => one,
): Places => {
  const text = (one: T): string => JSON.stringify(keyOf(one));
  const known = new Map(before.map((one, index) => [text(one), index]));
  return after.map((one) => known.get(text(one)));
};

/** What was remembered by index, at the new places of those that are still there. */
export const atNewPlaces = <T>(table: Table<T>, places: Places): Table<T> =>
  places.reduce<Table<T>>((moved, before, index) => {
    const value = before === undefined ? undefined : get(table, before);
    return value === undefined ? moved : put(moved, index, value);
  }, EMPTY_TABLE);
