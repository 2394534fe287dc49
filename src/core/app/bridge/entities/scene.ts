import { shown } from "../../../dpt/main-type.ts";
import { failure } from "../commands/errors.ts";
import type { EntityOf } from "./config.ts";
import {
  both,
  type EntityKind,
  type Fields,
  partOf,
  type Step,
  step,
  type View,
  type Wanted,
} from "./kind.ts";
import { numberIn, onOff, unsupported } from "./words.ts";

/** A set of scenes, each with its number 1…64 and perhaps a name. */
export const SCENE = {
  roles: { scene: both("17.001", "18.001") },
  needs: ["scene"],
  names: { scene: "scene", learn: "learn" },
} as const satisfies EntityKind;

/** @param dpt datapoint type of the write GA */
export const planScene = (
  entity: EntityOf<"scene">,
  { scene, learn }: Wanted,
  dpt: string | undefined,
): readonly Step[] => {
  if (scene === undefined)
    return learn === undefined
      ? []
      : [failure("invalid_value", "learn needs the number or the name of a scene")];
  const learns = learn === undefined ? false : onOff("learn", learn);
  if (typeof learns === "object") return [learns];
  const number = numberOf(entity, scene);
  if (typeof number === "object") return [number];
  if (dpt === "18.001") return [step("scene", { scene: number, learn: learns })];
  return [
    learns ? unsupported("Only scenes of the type 18.001 can be learnt") : step("scene", number),
  ];
};

const numberOf = ({ scenes }: EntityOf<"scene">, wanted: unknown) => {
  const all = Object.entries(scenes ?? {});
  const text = String(wanted).trim();
  const named = all.find(([, name]) => name === text);
  if (named) return Number(named[0]);
  const number = numberIn("scene", 1, LAST, wanted);
  if (typeof number === "object")
    return number.code === "invalid_value" && all.length > 0
      ? failure("invalid_value", `${shown(wanted)} is no scene here: ${listed(all)}`)
      : number;
  return all.length === 0 || all.some(([known]) => Number(known) === number)
    ? number
    : failure("invalid_value", `Scene ${number} is none of ${listed(all)}`);
};

const listed = (all: readonly (readonly [string, string])[]): string =>
  all.map(([number, name]) => `${number} ${name}`).join(", ");

/** The scene that was last called or learnt. */
export const sceneState = ({ scenes }: EntityOf<"scene">, view: View): Fields => {
  const reading = view("scene");
  const scene = reading?.code ?? null;
  const learn = partOf(reading, "learn");
  return {
    scene,
    name: scene === null ? undefined : scenes?.[String(scene)],
    learn,
  };
};

const LAST = 64;
