import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { EMPTY_TABLE, entries, get, put, type Table, without } from "../../src/core/table.ts";

const key = fc.integer({ min: 0, max: 0xffff });

test.prop([fc.array(fc.tuple(key, fc.integer()))])("is a map with ascending keys", (pairs) => {
  const map = new Map(pairs);
  const table = pairs.reduce<Table<number>>((t, [k, v]) => put(t, k, v), EMPTY_TABLE);
  expect([...entries(table)]).toEqual([...map].sort(([a], [b]) => a - b));
  for (const [k, v] of map) expect(get(table, k)).toBe(v);
});

test.prop([key, key])("an older version never changes", (a, b) => {
  const before = put(EMPTY_TABLE as Table<string>, a, "before");
  put(put(before, a, "after"), b, "after");
  expect([...entries(before)]).toEqual([[a, "before"]]);
});

test("a key that was never put is not there", () => {
  expect(get(put(EMPTY_TABLE as Table<string>, 0x0a03, "x"), 0x0a04)).toBeUndefined();
});

test.prop([fc.array(fc.tuple(fc.constantFrom(3, 5, 0x0a03, 0x0a04, 0xffff), fc.boolean()))])(
  "what is taken away leaves nothing behind",
  (steps) => {
    const map = new Map<number, string>();
    let table: Table<string> = EMPTY_TABLE;
    for (const [k, isThere] of steps) {
      if (isThere) map.set(k, "x");
      else map.delete(k);
      table = isThere ? put(table, k, "x") : without(table, k);
      expect([...entries(table)]).toEqual([...map].sort(([a], [b]) => a - b));
    }
    for (const [k] of map) table = without(table, k);
    expect(table).toEqual(EMPTY_TABLE);
  },
);
