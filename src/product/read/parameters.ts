import {
  all,
  at,
  byTarget,
  isTrue,
  type Node,
  numberOf,
  optional,
  refuse,
  textOf,
} from "./tree.ts";
import { type ParameterType, parameterTypeOf } from "./types.ts";

/** A parameter of a program, and where it stands. */
export type Parameter = Readonly<{
  id: string;
  /** `comfort`, for programs; and what people see. */
  name: string;
  text: string;
  type: ParameterType;
  /** As it stands in the document. */
  value: string;
  /** null: it stands nowhere, and only decides what is shown. */
  place: Place | null;
  /** Several have one place: those that are shown stand there, or the first one while none is. null: the place is its own. */
  union: Readonly<{ number: number; isFirst: boolean }> | null;
  refs: readonly ParameterRef[];
  /** For what is wrong with it. */
  node: Node;
}>;

/** What is shown of a parameter, perhaps with a value of its own to begin with. */
export type ParameterRef = Readonly<{ id: string; text: string; value: string }>;

/** First bit in a segment, from the most significant one of its first octet. */
export type Place = Readonly<{ segment: string; bit: number }>;

/** @param program its `Static` part */
export const parametersOf = (program: Node): readonly Parameter[] => {
  const { TextParameterEncoding: encoding = "iso-8859-15" } =
    at(program, "Options")?.attributes ?? {};
  const types = new Map(
    all(at(program, "ParameterTypes"), "ParameterType").map((node) => [
      textOf(node, "Id"),
      parameterTypeOf(node, encoding),
    ]),
  );
  const refs = byTarget(all(at(program, "ParameterRefs"), "ParameterRef"));
  const read = (node: Node, place: Place | null, union: Parameter["union"]): Parameter => {
    const [id, value] = [textOf(node, "Id"), textOf(node, "Value")];
    const [name, text = name] = [textOf(node, "Name"), optional(node, "Text")];
    return {
      ...{ id, name, text, value, place, union, node },
      type: types.get(textOf(node, "ParameterType")) ?? refuse(node, "its type is missing"),
      refs: (refs.get(id) ?? []).map((ref) => ({
        id: textOf(ref, "Id"),
        text: optional(ref, "Text") ?? text,
        value: optional(ref, "Value") ?? value,
      })),
    };
  };
  return (at(program, "Parameters")?.children ?? []).flatMap((node, number) => {
    if (node.name === "Parameter") return [read(node, placeOf(node), null)];
    if (node.name !== "Union") return [];
    const shared = placeOf(node);
    return all(node, "Parameter").map((one) => {
      const place = shared && { ...shared, bit: shared.bit + bitOf(one) };
      return read(one, place, { number, isFirst: isTrue(one, "DefaultUnionParameter") });
    });
  });
};

const placeOf = (node: Node): Place | null => {
  const memory = at(node, "Memory");
  if (memory !== undefined) return { segment: textOf(memory, "CodeSegment"), bit: bitOf(memory) };
  const property = at(node, "Property");
  return property === undefined
    ? null
    : refuse(property, "a parameter in a property and not in memory is not understood");
};

const bitOf = (node: Node): number =>
  8 * numberOf(node, "Offset", { min: 0, max: 0xff_ffff, otherwise: 0 }) +
  numberOf(node, "BitOffset", { min: 0, max: 7, otherwise: 0 });
