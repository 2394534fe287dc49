import type { Declaration, ParameterDeclaration } from "../core/app/application/declaration.ts";
import { bitsOf, layoutOf } from "../core/app/application/layout.ts";
import { never } from "../core/never.ts";
import { type Element, element } from "./xml.ts";

/** Everything about parameters that stands in the static part of an application program. */
export type ParameterElements = Readonly<{
  types: readonly Element[];
  parameters: readonly Element[];
  refs: readonly Element[];
  /** By key of the declaration: id of the reference. */
  refIds: Readonly<Record<string, string>>;
}>;

/**
 * @param application id of the application program
 * @param segment id of its memory segment
 */
export const parameterElements = (
  declaration: Declaration,
  application: string,
  segment: string,
): ParameterElements => {
  const { places } = layoutOf(declaration);
  const types = typesOf(declaration, application);
  const entries = Object.entries(declaration.parameters).map(([key, parameter], index) => {
    const id = `${application}_P-${index + 1}`;
    return { key, parameter, id, refId: `${id}_R-${index + 1}` };
  });
  return {
    types: [...types.values()].map(({ element: type }) => type),
    parameters: entries.map(({ key, parameter, id }) =>
      element(
        "Parameter",
        {
          Id: id,
          Name: key,
          ParameterType: types.get(kindOf(parameter))?.id,
          Text: parameter.text,
          SuffixText: parameter.unit,
          Value: defaultOf(parameter),
        },
        [
          element("Memory", {
            CodeSegment: segment,
            Offset: places[key]?.offset,
            BitOffset: places[key]?.bit,
          }),
        ],
      ),
    ),
    refs: entries.map(({ id, refId }) => element("ParameterRef", { Id: refId, RefId: id })),
    refIds: Object.fromEntries(entries.map(({ key, refId }) => [key, refId])),
  };
};

/** What ETS keeps as the value: of a choice its number. */
const defaultOf = (parameter: ParameterDeclaration): string | number | undefined =>
  parameter.type === "choice" ? parameter.choices[parameter.default]?.[0] : parameter.default;

type NamedType = Readonly<{ id: string; element: Element }>;

/** Parameters of the same kind share a type, which is called after the first of them. */
const typesOf = (
  { parameters }: Declaration,
  application: string,
): ReadonlyMap<string, NamedType> => {
  const types = new Map<string, NamedType>();
  for (const [key, parameter] of Object.entries(parameters)) {
    const kind = kindOf(parameter);
    if (types.has(kind)) continue;
    const id = `${application}_PT-${key}`;
    const restriction = restrictionOf(parameter, id);
    types.set(kind, {
      id,
      element: element("ParameterType", { Id: id, Name: key }, [restriction]),
    });
  }
  return types;
};

/** Everything but what belongs to the single parameter. */
const kindOf = ({ text: _, unit: __, default: ___, ...kind }: ParameterDeclaration): string =>
  JSON.stringify(kind);

const restrictionOf = (parameter: ParameterDeclaration, id: string): Element => {
  const SizeInBit = bitsOf(parameter);
  switch (parameter.type) {
    case "text":
      return element("TypeText", { SizeInBit });
    case "float":
      return element("TypeFloat", {
        Encoding: "DPT 9",
        minInclusive: parameter.min,
        maxInclusive: parameter.max,
      });
    case "number":
      return element("TypeNumber", {
        SizeInBit,
        Type: parameter.min < 0 ? "signedInt" : "unsignedInt",
        minInclusive: parameter.min,
        maxInclusive: parameter.max,
      });
    case "choice":
      return element(
        "TypeRestriction",
        { Base: "Value", SizeInBit },
        Object.values(parameter.choices).map(([value, text]) =>
          element("Enumeration", { Text: text, Value: value, Id: `${id}_EN-${value}` }),
        ),
      );
    default:
      return never(parameter);
  }
};
