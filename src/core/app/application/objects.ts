import type { ObjectLink } from "../../app-impulse.ts";
import { type Dpt, findDpt } from "../../dpt/dpt.ts";
import { FLAG } from "../group-objects/descriptor.ts";
import type { Declaration, ObjectDeclaration } from "./declaration.ts";
import type { ParameterValue } from "./parameters.ts";
import type { LinkOf } from "./program.ts";

type Parameters = Readonly<Record<string, ParameterValue>>;

/** The datapoint type of an object with these parameters; null where it has none. */
export const dptIdOf = ({ dpt }: ObjectDeclaration, parameters: Parameters): string | null =>
  typeof dpt === "string" ? dpt : (dpt.dpts[`${parameters[dpt.parameter]}`] ?? null);

export const dptOf = (object: ObjectDeclaration, parameters: Parameters): Dpt | undefined => {
  const id = dptIdOf(object, parameters);
  return id === null ? undefined : findDpt(id);
};

/** The object with this number. */
export const objectAt = (
  { objects }: Declaration,
  asap: number,
): readonly [key: string, object: ObjectDeclaration] | undefined =>
  Object.entries(objects).find(([, { number }]) => number === asap);

/** What ETS linked, in the words of the declaration; an object that is not declared is left out. */
export const linksOf = (
  declaration: Declaration,
  parameters: Parameters,
  links: readonly ObjectLink[],
): readonly LinkOf<Declaration>[] => {
  const byNumber = new Map(
    Object.entries(declaration.objects).map(([key, object]) => [object.number, { key, object }]),
  );
  return links.flatMap(({ asap, ga, word }) => {
    const found = byNumber.get(asap);
    if (found === undefined) return [];
    const dpt = dptIdOf(found.object, parameters);
    return [{ object: found.key, ga, dpt, flags: flagsOf(word) }];
  });
};

const flagsOf = (word: number): string =>
  Object.entries(FLAG)
    .filter(([, bit]) => (word & bit) !== 0)
    .map(([letter]) => letter)
    .join("");
