import { findDpt } from "../../../dpt/dpt.ts";
import { shown } from "../../../dpt/main-type.ts";
import { failure } from "../commands/errors.ts";
import type { EntityOf } from "./config.ts";
import {
  both,
  type EntityKind,
  type Fields,
  type Step,
  step,
  type View,
  type Wanted,
} from "./kind.ts";

/** One of several. The names are those of the datapoint type, or `options` gives them to its codes. */
export const SELECT = {
  roles: { option: both("1.*", "20.*", "5.010", "17.001", "18.001") },
  needs: ["option"],
  names: { option: "option" },
} as const satisfies EntityKind;

type Option = Readonly<{ code: number; name: string }>;

/** @param dpt datapoint type of the write GA */
export const planSelect = (
  select: EntityOf<"select">,
  { option }: Wanted,
  dpt: string | undefined,
): readonly Step[] => {
  if (option === undefined) return [];
  const options = optionsOf(select, dpt);
  const text = String(option).trim();
  const meant =
    options.find(({ name }) => name === text) ??
    options.find(({ name }) => name.toLowerCase() === text.toLowerCase()) ??
    options.find(({ code }) => String(code) === text);
  if (meant) return [step("option", meant.code)];
  const names = options.map(({ name }) => name).join(", ");
  return [failure("invalid_value", `${shown(option)} is none of ${names}`)];
};

/** @param dpt datapoint type of the state GA */
export const selectState = (
  select: EntityOf<"select">,
  view: View,
  dpt: string | undefined,
): Fields => {
  const code = view("option")?.code;
  return {
    option:
      code === undefined || code === null
        ? null
        : (optionsOf(select, dpt).find((option) => option.code === code)?.name ?? String(code)),
  };
};

/** What can be chosen, in the order of the codes. */
export const optionsOf = (
  { options }: EntityOf<"select">,
  dpt: string | undefined,
): readonly Option[] => {
  if (options) return Object.entries(options).map(([code, name]) => ({ code: Number(code), name }));
  const type = dpt === undefined ? undefined : findDpt(dpt);
  const words = type?.words?.flatMap((name, code) => (name === undefined ? [] : [{ code, name }]));
  return words ?? (type?.choices ?? []).map(([code, name]) => ({ code, name }));
};
