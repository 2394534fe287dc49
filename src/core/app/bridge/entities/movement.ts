import type { GroupAddress } from "../../../address.ts";
import type { Value } from "../../../dpt/dpt.ts";
import type { EntityOf } from "./config.ts";
import { CLOSED, OPEN, percent } from "./cover.ts";

/** What telegrams have said about the movement of a cover; the bus does not tell when it ends on its way. */
export type Movement = Readonly<{
  moving: "opening" | "closing" | null;
  /** Where the last movement ended, for covers that do not tell their position. */
  rest: "open" | "closed" | "stopped" | null;
  /** Percent open it was sent to; null: as far as it goes. */
  target: number | null;
  /** When it began, monotonic ms. */
  since: number;
  /** An appointment is made for when it must have ended. */
  reminded: boolean;
  /** Of the telegram that last changed it, ms since 1970. */
  ts: number;
}>;

/** A telegram to one of the addresses of a cover. */
export type Heard = Readonly<{
  ga: GroupAddress;
  value: Value;
  dpt: string | null;
  at: number;
  ts: number;
}>;

/**
 * @param position percent open, as known before this telegram
 * @returns the movement after this telegram; the same one when it says nothing about it
 */
export const moved = (
  cover: EntityOf<"cover">,
  before: Movement | undefined,
  position: number | undefined,
  heard: Heard,
): Movement | undefined => {
  const { up_down, stop, position: slide } = cover.roles;
  const { ga, value, dpt } = heard;
  if (has(up_down, ga))
    return typeof value === "boolean"
      ? towards(value ? CLOSED : OPEN, null, before, position, heard)
      : before;
  // 1.010 with 1 is a start; a step of a cover that stands still turns its slats.
  if (stop?.write === ga)
    return before?.moving && !(dpt === "1.010" && value === true)
      ? ended(before, "stopped", heard.ts)
      : before;
  if (typeof value !== "number" || !has(slide, ga)) return before;
  const open = percent(value, cover.invertPosition);
  if (slide?.state !== undefined && slide.state !== ga)
    return towards(open, open, before, position, heard);
  return before?.moving && isArrived(before, open) ? ended(before, restOf(open), heard.ts) : before;
};

/** Nothing was heard for so long that it must have arrived. */
export const arrived = (movement: Movement, ts: number): Movement =>
  movement.moving === null
    ? movement
    : ended(movement, movement.moving === "opening" ? "open" : "closed", ts);

const towards = (
  goal: number,
  target: number | null,
  before: Movement | undefined,
  position: number | undefined,
  { at, ts }: Heard,
): Movement | undefined => {
  // Where it is already, or nobody knows from where: then only its end can be told.
  if (position === undefined && target !== null) return before;
  if (position !== undefined && Math.abs(position - goal) <= NEAR)
    return before?.moving ? ended(before, restOf(goal), ts) : before;
  const moving = goal > (position ?? OPEN / 2) ? "opening" : "closing";
  const { rest = null, reminded = false } = before ?? {};
  return { moving, rest, target, since: at, reminded, ts };
};

const ended = (movement: Movement, rest: Movement["rest"], ts: number): Movement => ({
  ...movement,
  moving: null,
  rest,
  target: null,
  ts,
});

const isArrived = ({ moving, target }: Movement, open: number): boolean =>
  target === null
    ? moving === "opening"
      ? open >= OPEN
      : open <= CLOSED
    : Math.abs(open - target) <= NEAR;

const restOf = (open: number) =>
  open >= OPEN ? "open" : open <= CLOSED ? "closed" : ("stopped" as const);

const has = (
  addresses: Readonly<{ write?: GroupAddress; state?: GroupAddress }> | undefined,
  ga: GroupAddress,
): boolean => addresses !== undefined && (addresses.write === ga || addresses.state === ga);

/** Actuators report steps of their own; a percent is within what they call arrived. */
const NEAR = 1;
