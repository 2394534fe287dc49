import type { ConnectionTpdu } from "../../../../../src/core/impulse.ts";
import type { Invariant } from "./invariants.ts";
import { type Frame, type Name, openSides, type Reduce, type Sides } from "./machine.ts";
import {
  ALL_MOVES,
  type Bounds,
  beginning,
  type Moved,
  stateOfSide,
  take,
  type World,
} from "./model.ts";

/** What a search saw. Without a finding it is the fixpoint: no step leads to a state that was not seen. */
export type Search = Readonly<{
  states: number;
  steps: number;
  /** Steps to the state farthest from the beginning. */
  depth: number;
  /** Steps not taken, because too many frames would have been under way. */
  full: number;
  finding: Finding | null;
}>;

/** The first thing that is wrong, with a shortest way to it. */
export type Finding = Readonly<{ invariant: string; wrong: string; trace: readonly string[] }>;

/**
 * Every state two machines can reach within these bounds, breadth first: what it finds, it finds by a shortest way. Only the
 * states of two rounds are kept as such, of all others a short text.
 */
export const explore = (
  bounds: Bounds,
  reduce: Reduce,
  invariantsOf: (sides: Sides) => Readonly<Record<string, Invariant>>,
): Search => {
  const sides = openSides(reduce);
  const rules = Object.entries(invariantsOf(sides));
  const start = beginning(sides, bounds);
  const known = new Set([worldKey(start)]);
  const origin: number[] = [-1];
  const cause: number[] = [-1];
  let [steps, depth, full, base] = [0, 0, 0, 0];
  let round: World[] = [start];
  for (; round.length > 0; depth++) {
    const next: World[] = [];
    for (const [offset, world] of round.entries())
      for (const [index, move] of ALL_MOVES.entries()) {
        const moved = take(bounds, sides, world, move);
        if (moved === "full") full++;
        if (moved === null || moved === "full") continue;
        steps++;
        for (const [invariant, holds] of rules) {
          const wrong = holds(moved);
          if (wrong === null) continue;
          const way = [...wayTo(base + offset, origin, cause), index];
          const finding = { invariant, wrong, trace: told(bounds, sides, way) };
          return { states: known.size, steps, depth: depth + 1, full, finding };
        }
        const key = worldKey(moved.after);
        if (known.has(key)) continue;
        known.add(key);
        origin.push(base + offset);
        cause.push(index);
        next.push(moved.after);
      }
    base += round.length;
    round = next;
  }
  return { states: known.size, steps, depth: depth - 1, full, finding: null };
};

const wayTo = (
  state: number,
  origin: readonly number[],
  cause: readonly number[],
): readonly number[] => {
  const way: number[] = [];
  for (let at = state; at > 0; at = origin[at] ?? 0) way.unshift(cause[at] ?? 0);
  return way;
};

/** Two worlds with the same text are the same. Five letters, so that millions fit into memory. */
const worldKey = ({ a, b, losses, repeats, restarts }: World): string =>
  String.fromCharCode(
    a.id >> LETTER,
    a.id & ((1 << LETTER) - 1),
    b.id >> LETTER,
    b.id & ((1 << LETTER) - 1),
    (losses * 16 + repeats) * 16 + restarts,
  );

/** Bits of an id in one letter. */
const LETTER = 15;

/** The way once more, in words. */
const told = (bounds: Bounds, sides: Sides, way: readonly number[]): readonly string[] => {
  const lines: string[] = [];
  let world = beginning(sides, bounds);
  for (const index of way) {
    const move = ALL_MOVES[index];
    const moved = move === undefined ? null : take(bounds, sides, world, move);
    if (moved === null || moved === "full") return [...lines, "?"];
    lines.push(line(moved));
    world = moved.after;
  }
  return lines;
};

/** `T_Connect of A arrives: B T_Connect.ind [A connecting, B openIdle]` */
const line = ({ before, move, after, seen }: Moved): string => {
  const { side, does } = move;
  const frame = before[side].sent[0];
  const isTravel = does.startsWith("arrives") || does.startsWith("lost");
  const what =
    isTravel && frame !== undefined
      ? `${frameOf(frame)} of ${show(side)} ${does}`
      : `${show(side)} ${does}`;
  const heard = seen.map(({ side: where, type, number, outcome }) =>
    [show(where), type, number === 0 ? "" : `${number}`, outcome]
      .filter((word) => word !== "")
      .join(" "),
  );
  const states = `[A ${stateOfSide(after.a)}, B ${stateOfSide(after.b)}]`;
  return `${[what, heard.join(", ")].filter((part) => part !== "").join(": ")} ${states}`;
};

const frameOf = ({ tpdu }: Frame): string => [tpdu.kind, ...numbersOf(tpdu)].join(" ");

const numbersOf = (tpdu: ConnectionTpdu): readonly string[] => {
  if (tpdu.kind === "T_Data_Connected") return [`${tpdu.sequence}`, `(${tpdu.apdu[0]})`];
  return "sequence" in tpdu ? [`${tpdu.sequence}`] : [];
};

const show = (name: Name): string => name.toUpperCase();
