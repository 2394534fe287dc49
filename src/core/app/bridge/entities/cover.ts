import type { EntityOf } from "./config.ts";
import {
  both,
  type EntityKind,
  type Fields,
  type Step,
  sent,
  step,
  type View,
  type Wanted,
} from "./kind.ts";
import type { Movement } from "./movement.ts";
import { move, numberIn, tenth, unsupported } from "./words.ts";

/** Shutters, blinds, awnings. `position` and `tilt` are percent open; KNX counts percent closed. `mqtt-interface.md` §7 */
export const COVER = {
  roles: {
    up_down: both("1.008"),
    stop: sent("1.007", "1.010", "1.017"),
    position: both("5.001"),
    tilt: both("5.001"),
  },
  needs: ["up_down", "position"],
  names: { move: "move", up_down: "move", position: "position", tilt: "tilt" },
} as const satisfies EntityKind;

/** @param stopDpt datapoint type of the stop object */
export const planCover = (
  cover: EntityOf<"cover">,
  { move: wanted, position, tilt }: Wanted,
  stopDpt: string | undefined,
): readonly Step[] => [
  ...(wanted === undefined ? [] : [moveBy(cover, wanted, stopDpt)]),
  ...(position === undefined ? [] : [slide(cover, "position", position, cover.invertPosition)]),
  ...(tilt === undefined ? [] : [slide(cover, "tilt", tilt, cover.invertTilt)]),
];

const moveBy = (
  { roles, invertPosition }: EntityOf<"cover">,
  wanted: unknown,
  stopDpt: string | undefined,
): Step => {
  const direction = move("move", wanted);
  if (typeof direction === "object") return direction;
  if (direction === "stop")
    return roles.stop
      ? // 1.010 stops with 0; a step or a trigger stops whatever its value.
        step("stop", stopDpt !== "1.010")
      : unsupported("This cover has no stop object");
  return roles.up_down
    ? step("up_down", direction === "close")
    : step("position", percent(direction === "open" ? OPEN : CLOSED, invertPosition));
};

const slide = (
  { roles }: EntityOf<"cover">,
  role: "position" | "tilt",
  wanted: unknown,
  inverted: boolean,
): Step => {
  if (!roles[role]) return unsupported(`This cover has no ${role}`);
  const open = numberIn(role, CLOSED, OPEN, wanted);
  return typeof open === "object" ? open : step(role, percent(open, inverted));
};

/** @param movement what is known from telegrams about where it goes */
export const coverState = (
  cover: EntityOf<"cover">,
  view: View,
  movement: Movement | undefined,
): Fields => {
  const position = openOf(cover, view);
  return {
    state: movement?.moving ?? restAt(position) ?? movement?.rest ?? lastEnd(view) ?? null,
    position,
    tilt: percentOf(view("tilt")?.value, cover.invertTilt),
  };
};

/** Percent open; undefined while nobody has said. */
export const openOf = ({ invertPosition }: EntityOf<"cover">, view: View): number | undefined =>
  percentOf(view("position")?.value, invertPosition);

const restAt = (position: number | undefined) =>
  position === undefined
    ? undefined
    : position >= OPEN
      ? "open"
      : position <= CLOSED
        ? "closed"
        : "stopped";

/** Known from before: it will have arrived since. */
const lastEnd = (view: View) => {
  const down = view("up_down")?.value;
  return typeof down === "boolean" ? (down ? "closed" : "open") : undefined;
};

const percentOf = (value: unknown, inverted: boolean): number | undefined =>
  typeof value === "number" ? percent(value, inverted) : undefined;

/** Percent closed ⇄ percent open. */
export const percent = (value: number, inverted: boolean): number =>
  inverted ? value : tenth(OPEN - value);

export const OPEN = 100;
export const CLOSED = 0;
