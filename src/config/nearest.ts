/**
 * The candidate a person most likely meant: the fewest letters changed, added, left out or swapped, and not more than a
 * third of the word.
 */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const typed = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = edits(typed, candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
};

/** Damerau–Levenshtein distance, neighbours swapped count as one. */
const edits = (a: string, b: string): number => {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          cell(row, j) + 1,
          cell(next, j - 1) + 1,
          cell(row, j - 1) + same,
          swapped ? cell(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, row] = [row, next];
  }
  return cell(row, b.length);
};

const cell = (row: readonly number[], index: number): number =>
  row[index] ?? Number.POSITIVE_INFINITY;
