import { plainDptId } from "../core/dpt/dpt.ts";

/** The datapoint type that stands at one place of a project. */
export type Stated = Readonly<{
  /** null when nothing usable stands there. */
  dpt: string | null;
  /** Words that are no datapoint type. */
  unknown: readonly string[];
  /** Several types that do not belong together. */
  several: boolean;
}>;

/**
 * `DPST-9-1`, or a list such as `DPT-5 DPST-5-1`. Of a list, the first holds; where it is a main type alone and there is one
 * subtype of it, that one, but not where every subtype is listed to say "any".
 */
export const statedDpt = (text: string): Stated => {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const known = [...new Set(words.flatMap((word) => plainDptId(word) ?? []))];
  const [first = null] = known;
  const subtypes = known.filter((id) => first !== null && isPartOf(id, first) && id !== first);
  const [only] = subtypes;
  return {
    dpt: only !== undefined && subtypes.length === 1 ? only : first,
    unknown: words.filter((word) => plainDptId(word) === undefined),
    several: new Set(known.map(mainOf)).size > 1,
  };
};

/**
 * Old product data name no types, and sizes below an octet have one main type each.
 * @param size as ETS writes it, `1 Bit`
 */
export const dptOfSize = (size: string | undefined): string | undefined => SIZES.get(size ?? "");

const SIZES: ReadonlyMap<string, string> = new Map([
  ["1 Bit", "1.xxx"],
  ["2 Bit", "2.xxx"],
  ["4 Bit", "3.xxx"],
]);

/** What the objects at one address say together. */
export type Agreement = Readonly<{ dpt: string | null; differ: "main" | "sub" | null }>;

/**
 * A wrong main type would turn octets into nonsense, so of different ones none is taken. Subtypes differ in words and units
 * only: the most frequent one is taken, and the main type where two are equally frequent.
 */
export const agreedDpt = (stated: readonly string[]): Agreement => {
  const [first] = stated;
  if (first === undefined) return { dpt: null, differ: null };
  if (stated.some((id) => mainOf(id) !== mainOf(first))) return { dpt: null, differ: "main" };
  const votes = new Map<string, number>();
  for (const id of stated) if (!isMainAlone(id)) votes.set(id, (votes.get(id) ?? 0) + 1);
  const [best, second] = [...votes].toSorted(([, a], [, b]) => b - a);
  if (best === undefined) return { dpt: first, differ: null };
  if (second === undefined) return { dpt: best[0], differ: null };
  return { dpt: best[1] > second[1] ? best[0] : `${mainOf(first)}.xxx`, differ: "sub" };
};

const mainOf = (id: string): string => id.slice(0, id.indexOf("."));
const isMainAlone = (id: string): boolean => id.endsWith(".xxx");
const isPartOf = (id: string, whole: string): boolean =>
  isMainAlone(whole) && mainOf(id) === mainOf(whole);

/** Types that do not contradict each other: equal, or one is the main type of the other. */
export const sameDpt = (a: string, b: string): boolean =>
  a === b || isPartOf(a, b) || isPartOf(b, a);
