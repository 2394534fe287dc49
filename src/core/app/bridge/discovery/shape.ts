import type { Dpt } from "../../../dpt/dpt.ts";
import type { Platform } from "./rows.ts";

/** Whether an object of a type can be that in Home Assistant. */
export const fits = (dpt: Dpt, platform: Platform): boolean => platformsOf(dpt).includes(platform);

/** What an object of a type can be. */
export const platformsOf = ({ main, range, choices, fields }: Dpt): readonly Platform[] => {
  if (main === 1) return BOOLEAN;
  if (main === 17 || main === 18) return [...SHOWN, ...(main === 17 ? NUMBER : []), "scene"];
  if (main === 10) return [...SHOWN, "time", "text"];
  if (main === 11) return [...SHOWN, "date", "text"];
  if (main === 19) return [...SHOWN, "datetime", "text"];
  if (BIT_SETS.includes(main)) return SHOWN;
  if (main === 2 || (choices && choices.length > 0)) return [...SHOWN, "select"];
  if (fields) return SHOWN;
  if (range || main === 14 || main === 29) return [...SHOWN, ...NUMBER];
  return TEXTS.includes(main) ? [...SHOWN, "text"] : SHOWN;
};

/** What the JSON value of a type has inside: fields, or named bits. */
export const fieldsIn = ({ main, fields, choices }: Dpt): readonly string[] =>
  fields?.map(({ name }) => name) ??
  (BIT_SETS.includes(main) ? (choices ?? []).map(([, name]) => name) : []);

/** Their choices are the names of their bits. */
const BIT_SETS: readonly number[] = [21, 22, 30];

const SHOWN: readonly Platform[] = ["sensor", "event"];
const NUMBER: readonly Platform[] = ["number"];
const TEXTS: readonly number[] = [4, 16, 24, 28, 231, 234];
const BOOLEAN: readonly Platform[] = [
  ...(["binary_sensor", "switch", "light", "fan", "lock", "button"] as const),
  ...(["select", "event", "sensor"] as const),
];
