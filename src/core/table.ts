/**
 * A map from 16-bit keys (addresses) to values that is never changed, only succeeded: `put` copies one path of four
 * nodes of sixteen, whatever the number of entries, and shares the rest. Plain nested arrays, so it is a JSON value.
 */
export type Table<T> = Node<Node<Node<Node<T>>>>;
type Node<T> = readonly (T | null)[];

/** No entries; every table begins here. */
export const EMPTY_TABLE: Table<never> = [];

/** @param key 0…65,535 */
export const get = <T>(table: Table<T>, key: number): T | undefined =>
  table[key >> 12]?.[(key >> 8) & 0x0f]?.[(key >> 4) & 0x0f]?.[key & 0x0f] ?? undefined;

/**
 * @param key 0…65,535
 * @returns a table with this value at `key`; the one given stays as it was
 */
export const put = <T>(table: Table<T>, key: number, value: T): Table<T> => {
  const a = table[key >> 12];
  const b = a?.[(key >> 8) & 0x0f];
  const c = b?.[(key >> 4) & 0x0f];
  return place(
    table,
    key >> 12,
    place(a, (key >> 8) & 0x0f, place(b, (key >> 4) & 0x0f, place(c, key & 0x0f, value))),
  );
};

/** The same table with nothing at `key`: what is empty then takes no room any more. */
export const without = <T>(table: Table<T>, key: number): Table<T> => {
  if (get(table, key) === undefined) return table;
  const a = table[key >> 12];
  const b = a?.[(key >> 8) & 0x0f];
  const c = b?.[(key >> 4) & 0x0f];
  const left = emptied(c, key & 0x0f, null);
  const more = emptied(b, (key >> 4) & 0x0f, left);
  return emptied(table, key >> 12, emptied(a, (key >> 8) & 0x0f, more)) ?? EMPTY_TABLE;
};

/** Every entry, in ascending order of the keys. */
export function* entries<T>(table: Table<T>): Generator<readonly [key: number, value: T]> {
  for (const [a, nodeA] of table.entries())
    for (const [b, nodeB] of (nodeA ?? []).entries())
      for (const [c, nodeC] of (nodeB ?? []).entries())
        for (const [d, value] of (nodeC ?? []).entries())
          if (value !== null) yield [(a << 12) | (b << 8) | (c << 4) | d, value];
}

const place = <T>(node: Node<T> | null | undefined, index: number, value: T): Node<T> => {
  const copy = node ? node.slice() : [];
  while (copy.length < index) copy.push(null);
  copy[index] = value;
  return copy;
};

/** @returns null: nothing is left */
const emptied = <T>(
  node: Node<T> | null | undefined,
  index: number,
  child: T | null,
): Node<T> | null => {
  const copy = place<T | null>(node, index, child);
  return copy.some((each) => each !== null) ? copy : null;
};
