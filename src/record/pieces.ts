/**
 * The same text as `JSON.stringify(value)`, in pieces: a state may have megabytes of it, and who makes the text can rest in between.
 * @param value plain data, as impulses and states are: no `toJSON`, nothing that JSON cannot say
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null || !isLarge(value)) {
    yield JSON.stringify(value) ?? "null";
    return;
  }
  let before = Array.isArray(value) ? "[" : "{";
  if (Array.isArray(value))
    for (const item of value) {
      yield before;
      yield* jsonPieces(item);
      before = ",";
    }
  else
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) continue;
      yield `${before}${JSON.stringify(name)}:`;
      yield* jsonPieces(field);
      before = ",";
    }
  const isEmpty = before !== ",";
  yield `${isEmpty ? before : ""}${Array.isArray(value) ? "]" : "}"}`;
}

/** More than one piece: it has more values than that, counted no further. */
const isLarge = (value: object): boolean => countTo(value, VALUES) >= VALUES;

const countTo = (value: unknown, limit: number): number => {
  if (typeof value === "string") return 1 + value.length / LETTERS;
  if (typeof value !== "object" || value === null) return 1;
  let count = 1;
  for (const field of Array.isArray(value) ? value : Object.values(value)) {
    count += countTo(field, limit - count);
    if (count >= limit) break;
  }
  return count;
};

/** Some ten kilobytes, made in a fraction of a millisecond. */
const VALUES = 500;
/** A text takes as long as this many letters of it. */
const LETTERS = 64;
