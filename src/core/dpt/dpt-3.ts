import type { MainType } from "./main-type.ts";
import { scalarType } from "./scalar.ts";
import { type Directions, step } from "./step.ts";

/* Main type 3: relative control. The unknown subtypes are those that a dimmer has, for lack of better words. */

const FAMILY = { main: 3, json: '{"direction":"increase","step":3}', example: "0b" };

const type = (sub: string, name: string, directions: Directions) =>
  scalarType(FAMILY, sub, name, step(directions), {
    json: `{"direction":"${directions[1]}","step":3}`,
  });

export const DPT_3: MainType = {
  main: 3,
  subtypes: [
    type("007", "dimming", ["decrease", "increase"]),
    type("008", "blinds", ["up", "down"]),
  ],
  other: type("xxx", "4 bits with control", ["decrease", "increase"]),
};
