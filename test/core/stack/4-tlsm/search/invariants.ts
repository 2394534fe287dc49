import { keptOf } from "../../../../../src/core/stack/4-tlsm/connection.ts";
import { MAX_REPETITIONS } from "../../../../../src/core/stack/4-tlsm/event.ts";
import type { Name, Side, Sides } from "./machine.ts";
import { fire, type Moved, stateOfSide } from "./model.ts";

/** @returns what is wrong after this step; null: nothing */
export type Invariant = (moved: Moved) => string | null;

/** closed ⇔ no timer runs; each open state has exactly its own timers. */
export const timersFitTheState: Invariant = (moved) =>
  first(moved, (side) => {
    const { style } = side.tlsm.config;
    const state = stateOfSide(side);
    const running = [
      ...(side.timers.connection ? ["connection"] : []),
      ...(side.timers.acknowledge ? ["acknowledge"] : []),
    ].join(", ");
    const wanted = state === "closed" ? "" : timersOf(state, style);
    return running === wanted
      ? null
      : `${show(side.name)} is ${state}, its timers: ${running === "" ? "none" : running}`;
  });

/** Every request ends in exactly one confirmation or in a disconnect, and nothing else is confirmed. */
export const everyRequestEndsOnce: Invariant = (moved) =>
  first(moved, (side) => {
    const { before, move, seen } = moved;
    const { name } = side;
    const open = new Set(
      move.does === "restarts" && move.side === name ? [] : before[name].pending,
    );
    for (const { side: where, type, number } of seen) {
      if (where !== name) continue;
      if (type === "T_Data_Connected.req") open.add(number);
      if (type === "T_Disconnect.ind" || type === "T_Disconnect.con") open.clear();
      if (type === "T_Data_Connected.con" && !open.delete(number))
        return `${show(name)}: request ${number} is confirmed, but had ended before`;
    }
    const connection = side.tlsm.connections[0] ?? null;
    const waiting = [
      ...(connection?.state === "openWait" ? [connection.outstanding] : []),
      ...keptOf(connection),
    ].map(({ ref }) => ref);
    return waiting.length === open.size && waiting.every((ref) => open.has(ref))
      ? null
      : `${show(name)}: requests ${[...open].join(" ") || "none"} have not ended, its machine knows of ${waiting.join(" ") || "none"}`;
  });

/** In one connection of the receiver the numbers of the sender only grow. */
export const inOrderInOneConnection: Invariant = (moved) => ordered(moved, "delivered");

/** The same over all connections to the server, A being its only client. */
export const inOrderForEverAtTheServer: Invariant = (moved) => ordered(moved, "ever", ["b"]);

/** The same over all connections of both. */
export const inOrderForEver: Invariant = (moved) => ordered(moved, "ever");

/** What is confirmed as acknowledged has been delivered. */
export const confirmedWasDelivered: Invariant = ({ after, seen }) => {
  for (const { side, type, number, outcome } of seen)
    if (type === "T_Data_Connected.con" && outcome === "ok") {
      const other = side === "a" ? "b" : "a";
      if (after[other].ever !== number)
        return `${show(side)}: request ${number} is confirmed, but ${show(other)} never delivered it`;
    }
  return null;
};

/** Numbers of 4 bits, repetitions of the standard, a queue with an end, one connection with the one partner there is. */
export const withinBounds: Invariant = (moved) =>
  first(moved, (side) => {
    const { name } = side;
    if (side.tlsm.connections.length > 1)
      return `${show(name)} has two connections with one partner`;
    const connection = side.tlsm.connections[0];
    if (connection === undefined) return null;
    const numbers = [connection.send, connection.receive];
    if (numbers.some((number) => !Number.isInteger(number) || number < 0 || number > 15))
      return `${show(name)} numbers ${numbers.join(", ")}`;
    if (connection.state === "openWait" && connection.repetitions > MAX_REPETITIONS)
      return `${show(name)} repeated ${connection.repetitions} times`;
    return keptOf(connection).length > 16 ? `${show(name)} keeps too many` : null;
  });

/**
 * When the line is dead and nobody wants anything, the timers alone close every connection, in whatever order they expire, within the
 * repetitions of the standard. Told for a side, whatever the other one does.
 */
export const closesAlone = (sides: Sides): Invariant => {
  const known = new Map<number, boolean>();
  return (moved) =>
    first(moved, (side) => {
      const closes = known.get(side.id) ?? closesWithin(sides, side, MAX_REPETITIONS + 1);
      known.set(side.id, closes);
      return closes ? null : `${show(side.name)} stays in ${stateOfSide(side)} for ever`;
    });
};

const closesWithin = (sides: Sides, side: Side, expiries: number): boolean => {
  if (stateOfSide(side) === "closed") return true;
  const running = (["connection", "acknowledge"] as const).filter((timer) => side.timers[timer]);
  return (
    expiries > 0 &&
    running.length > 0 &&
    running.every((timer) => closesWithin(sides, fire(sides, side, timer)[0], expiries - 1))
  );
};

const timersOf = (state: string, style: string): string =>
  state === "openWait" && style !== "1r" ? "connection, acknowledge" : "connection";

const ordered = (
  { before, move, seen }: Moved,
  memory: "delivered" | "ever",
  names: readonly Name[] = ["a", "b"],
): string | null => {
  for (const name of names) {
    const forgets = memory === "delivered";
    let newest =
      forgets && move.does === "restarts" && move.side === name ? 0 : before[name][memory];
    for (const { side, type, number } of seen) {
      if (side !== name) continue;
      if (forgets && (type === "T_Disconnect.ind" || type === "T_Disconnect.con")) newest = 0;
      if (type !== "T_Data_Connected.ind") continue;
      if (number <= newest) return `${show(name)} delivers ${number} after ${newest}`;
      newest = number;
    }
  }
  return null;
};

/** Looks at the sides that took part: of the other one all was told when it came to be as it is. */
const first = ({ before, after }: Moved, look: (side: Side) => string | null): string | null =>
  (after.a === before.a ? null : look(after.a)) ?? (after.b === before.b ? null : look(after.b));

const show = (name: Name): string => name.toUpperCase();
