import { IndividualAddress } from "../../../../../src/core/address.ts";
import type { TlsmStyle } from "../../../../../src/core/config.ts";
import type { Outcome, TlsmImpulse } from "../../../../../src/core/impulse.ts";
import { stateOf } from "../../../../../src/core/stack/4-tlsm/connection.ts";
import { openTlsm } from "../../../../../src/core/stack/4-tlsm/tlsm.ts";
import {
  type Acted,
  type Frame,
  frameKey,
  type Name,
  requestOf,
  type Seen,
  type Side,
  type SideState,
  type Sides,
  type Wishes,
} from "./machine.ts";

/*
 * Two transport layers, A and B, joined by a line that may lose, repeat and delay every frame, while either side may restart and
 * any running timer may expire at any moment. Frames of one side stay in their order, as on a real line.
 */

/** How much of everything may happen. */
export type Bounds = Readonly<{
  style: TlsmStyle;
  a: Wishes;
  b: Wishes;
  losses: number;
  repeats: number;
  restarts: number;
  /** Frames of one side that may be under way at a time. A step that makes more is not taken: the line moves first. */
  flight: number;
  /**
   * slow: every running timer may expire now · quick: frames take milliseconds, so that a timer expires, and a user connects, only
   * while nothing is under way, and the acknowledge timer of a side before its connection timer
   */
  line: "slow" | "quick";
}>;

export type World = Readonly<{
  a: Side;
  b: Side;
  losses: number;
  repeats: number;
  restarts: number;
}>;

const MOVES = [
  "arrives",
  "arrives, not heard",
  "arrives, and once more",
  "lost",
  "lost, not noticed",
  "asks",
  "connects",
  "disconnects",
  "ack timeout",
  "connection timeout",
  "restarts",
] as const;

/** What may happen next; a frame is the oldest one of `side`. */
export type Move = Readonly<{ side: Name; does: (typeof MOVES)[number] }>;

export const ALL_MOVES: readonly Move[] = (["a", "b"] as const).flatMap((side) =>
  MOVES.map((does) => ({ side, does })),
);

/** Before, after, and what the users saw. */
export type Moved = Readonly<{ before: World; move: Move; after: World; seen: readonly Seen[] }>;

/** Nothing has happened. */
export const beginning = (sides: Sides, { style, a, b, ...faults }: Bounds): World => {
  const opened = (name: Name, wishes: Wishes): Side =>
    sides.of({
      name,
      tlsm: openTlsm({ style, connections: 1 }),
      timers: { connection: false, acknowledge: false },
      sent: [],
      wishes,
      made: 0,
      pending: [],
      delivered: 0,
      ever: 0,
    });
  const { losses, repeats, restarts } = faults;
  return { a: opened("a", a), b: opened("b", b), losses, repeats, restarts };
};

/** @returns null: it cannot happen now · "full": it would make more frames than may be under way */
export const take = (
  bounds: Bounds,
  sides: Sides,
  before: World,
  move: Move,
): Moved | null | "full" => {
  const { side: name, does } = move;
  const side = before[name];
  const { wishes, timers, sent } = side;
  const own = ([after, seen]: Acted): Moved | "full" =>
    moved(bounds, before, move, { ...before, [name]: after }, seen);
  switch (does) {
    case "asks":
      return wishes.requests === 0 ? null : own(wish(sides, side, "requests", requestOf));
    case "connects":
      return wishes.connects === 0 || isBusy(bounds, before)
        ? null
        : own(wish(sides, side, "connects", () => service("T_Connect.req", name)));
    case "disconnects":
      return wishes.disconnects === 0
        ? null
        : own(wish(sides, side, "disconnects", () => service("T_Disconnect.req", name)));
    case "ack timeout":
      return timers.acknowledge && !isBusy(bounds, before)
        ? own(fire(sides, side, "acknowledge"))
        : null;
    case "connection timeout":
      return timers.connection &&
        !isBusy(bounds, before) &&
        !(bounds.line === "quick" && timers.acknowledge)
        ? own(fire(sides, side, "connection"))
        : null;
    case "restarts": {
      const restarts = before.restarts - 1;
      if (restarts < 0) return null;
      const [after] = sides.act(side, does, restarted, () => null);
      return moved(bounds, before, move, { ...before, [name]: after, restarts }, []);
    }
    default: {
      const frame = sent[0];
      return frame === undefined ? null : travels(bounds, sides, before, move, frame);
    }
  }
};

/** A running timer expires. */
export const fire = (sides: Sides, side: Side, timer: "connection" | "acknowledge"): Acted =>
  sides.act(
    side,
    timer,
    (stopped) => ({ ...stopped, timers: { ...stopped.timers, [timer]: false } }),
    () => ({
      for: "tlsm",
      type: "timeout",
      timer: { for: "tlsm", name: timer, peer: PEER[side.name] },
      at: 0,
    }),
  );

export const stateOfSide = ({ tlsm }: Side): string => stateOf(tlsm.connections[0] ?? null);

const OTHER = { a: "b", b: "a" } as const;
const ADDRESS = { a: IndividualAddress(0x1101), b: IndividualAddress(0x1105) } as const;
const PEER = { a: ADDRESS.b, b: ADDRESS.a } as const;

/** What becomes of the oldest frame of a side. */
const travels = (
  bounds: Bounds,
  sides: Sides,
  before: World,
  move: Move,
  frame: Frame,
): Moved | null | "full" => {
  const { side: name, does } = move;
  const sender = before[name];
  const to = OTHER[name];
  if (does === "arrives, and once more") {
    const repeats = before.repeats - 1;
    if (repeats < 0) return null;
    const [receiver, seen] = received(sides, before[to], frame);
    return moved(bounds, before, move, { ...before, [to]: receiver, repeats }, seen);
  }
  const losses = does === "arrives" ? before.losses : before.losses - 1;
  if (losses < 0) return null;
  const isHeard = does === "arrives" || does === "lost, not noticed";
  const [after, seenHere] = confirmed(sides, sender, frame, isHeard ? "ok" : "no_ack");
  if (does === "lost" || does === "lost, not noticed")
    return moved(bounds, before, move, { ...before, [name]: after, losses }, seenHere);
  const [receiver, seenThere] = received(sides, before[to], frame);
  const world = { ...before, [name]: after, [to]: receiver, losses };
  return moved(bounds, before, move, world, [...seenHere, ...seenThere]);
};

const received = (sides: Sides, side: Side, frame: Frame): Acted =>
  sides.act(
    side,
    frameKey(frame),
    (same) => same,
    () => ({
      for: "tlsm",
      type: "tpdu.ind",
      source: PEER[side.name],
      tpdu: frame.tpdu,
      at: 0,
    }),
  );

/** The oldest frame has left the line. */
const confirmed = (sides: Sides, side: Side, frame: Frame, outcome: Outcome): Acted =>
  sides.act(
    side,
    outcome,
    (same) => ({ ...same, sent: same.sent.slice(1) }),
    () =>
      frame.orphan
        ? null
        : {
            for: "tlsm",
            type: "tpdu.con",
            peer: PEER[side.name],
            tpdu: frame.tpdu,
            ref: frame.ref,
            outcome,
            repeats: 0,
            at: 0,
          },
  );

/** Everything is gone but its frames under way, and what the search remembers. */
const restarted = (side: SideState): SideState => ({
  ...side,
  tlsm: openTlsm(side.tlsm.config),
  timers: { connection: false, acknowledge: false },
  sent: side.sent.map((frame) => ({ ...frame, orphan: true })),
  pending: [],
  delivered: 0,
});

const wish = (
  sides: Sides,
  side: Side,
  what: "connects" | "disconnects" | "requests",
  impulse: (side: SideState, peer: IndividualAddress) => TlsmImpulse,
): Acted =>
  sides.act(
    side,
    what,
    (same) => ({ ...same, wishes: { ...same.wishes, [what]: same.wishes[what] - 1 } }),
    (same) => impulse(same, PEER[side.name]),
  );

const service = (type: "T_Connect.req" | "T_Disconnect.req", name: Name): TlsmImpulse => ({
  for: "tlsm",
  type,
  peer: PEER[name],
  at: 0,
});

const moved = (
  { flight }: Bounds,
  before: World,
  move: Move,
  after: World,
  seen: readonly Seen[],
): Moved | "full" =>
  after.a.sent.length > flight || after.b.sent.length > flight
    ? "full"
    : { before, move, after, seen };

const isBusy = ({ line }: Bounds, { a, b }: World): boolean =>
  line === "quick" && (a.sent.length > 0 || b.sent.length > 0);
