import type { Remark } from "../../config/finding.ts";
import type { Image, Program } from "../../core/app/client/image.ts";
import type { Octets } from "../../core/octets.ts";
import type { Parameter } from "../../product/read/parameters.ts";
import type { Product } from "../../product/read/product.ts";
import { type Shown, shownOf } from "../../product/read/shown.ts";
import { refuse, short } from "../../product/read/tree.ts";
import { checkValue, encodeParameter, type Value } from "../../product/read/types.ts";
import { linkOf, named, type ObjectsFile } from "./objects.ts";
import { type Linked, tablesOf, traitsOfForm } from "./tables.ts";

/**
 * A product with parameters and group addresses, as it is loaded.
 * @returns also what is wrong with the file that says them
 * @throws Error with the place in the product data of what is wrong there
 */
export const filled = (
  product: Product,
  file: ObjectsFile,
): Readonly<{ image: Image; remarks: readonly Remark[] }> => {
  const given = givenValues(product, file);
  const refs = new Map(
    product.parameters.flatMap((parameter) =>
      parameter.refs.map((ref) => [ref.id, { parameter, ref }] as const),
    ),
  );
  const initial = (parameter: Parameter, text: string): Value => {
    const checked = checkValue(parameter.type, text);
    return checked.ok
      ? checked.value
      : refuse(parameter.node, `its value ${short(text)} should be ${checked.needed}`);
  };
  const shown =
    product.dynamic &&
    shownOf(product.dynamic, (id) => {
      const { parameter, ref } = refs.get(id) ?? {};
      if (parameter === undefined || ref === undefined) return undefined;
      return given.values.get(parameter) ?? initial(parameter, ref.value);
    });
  const settingOf = (parameter: Parameter): Value => {
    const ref = parameter.refs.find(({ id }) => shown?.parameters.has(id));
    const told = parameter.refs.flatMap(({ id }) => shown?.assigned.get(id) ?? [])[0];
    if (told !== undefined) return initial(parameter, `${told}`);
    return given.values.get(parameter) ?? initial(parameter, ref?.value ?? parameter.value);
  };
  const isShown = (parameter: Parameter): boolean =>
    shown === undefined
      ? parameter.union?.isFirst !== false
      : parameter.refs.some(({ id }) => shown.parameters.has(id));
  const why = (ids: readonly string[]): string => {
    const hider = ids.flatMap((id) => shown?.hiddenBy.get(id) ?? [])[0];
    const { parameter } = (hider === undefined ? undefined : refs.get(hider)) ?? {};
    return parameter === undefined
      ? "the product never shows it"
      : `the product does not show it with ${parameter.name} = ${spoken(parameter, settingOf(parameter))}`;
  };
  const hidden = [...given.keys].flatMap(([parameter, key]): readonly Remark[] =>
    isShown(parameter)
      ? []
      : [
          {
            path: ["parameters", key],
            code: "hidden",
            message: why(parameter.refs.map(({ id }) => id)),
          },
        ],
  );
  const objects = linkedObjects(product, file, shown, why);
  return {
    image: {
      ...programsOf(product, settingOf, isShown),
      ...tablesOf(objects.known, objects.linked),
      ...(product.steps.properties.length > 0 && { properties: product.steps.properties }),
      ...(product.extended && { extended: true }),
      checks: {
        manufacturer: product.manufacturer,
        ...(product.steps.hardwareType && { hardwareType: product.steps.hardwareType }),
      },
    },
    remarks: [...given.remarks, ...hidden, ...objects.remarks],
  };
};

type Given = Readonly<{
  values: ReadonlyMap<Parameter, Value>;
  keys: ReadonlyMap<Parameter, string>;
  remarks: readonly Remark[];
}>;

const givenValues = ({ parameters }: Product, file: ObjectsFile): Given => {
  const { found, remarks } = named(
    ["parameters"],
    "parameter",
    Object.keys(file.parameters),
    parameters,
  );
  const values = new Map<Parameter, Value>();
  const keys = new Map<Parameter, string>();
  const wrong = [...found].flatMap(([key, parameter]): readonly Remark[] => {
    const written = file.parameters[key] ?? "";
    const checked = checkValue(parameter.type, written);
    if (!checked.ok) {
      const message = `${short(`${written}`)}: ${checked.needed} is needed`;
      return [{ path: ["parameters", key], code: "bad_value", message }];
    }
    values.set(parameter, checked.value);
    keys.set(parameter, key);
    return [];
  });
  return { values, keys, remarks: [...remarks, ...wrong] };
};

/** Of a choice its text. */
const spoken = ({ type }: Parameter, value: Value): string =>
  short(
    `${(type.is === "choice" && type.choices.find((each) => each.value === value)?.text) || value}`,
  );

const linkedObjects = (
  { objects }: Product,
  file: ObjectsFile,
  shown: Shown | undefined,
  why: (ids: readonly string[]) => string,
) => {
  const forms = new Map(
    objects.map(({ number, forms: all }) => {
      const form = shown === undefined ? all[0] : all.find(({ id }) => shown.objects.has(id));
      return [number, form === undefined ? null : traitsOfForm(form)] as const;
    }),
  );
  const { found, remarks } = named(["objects"], "group object", Object.keys(file.objects), objects);
  const links = [...found].map(([key, { number, forms: all }]) => {
    const [written, traits] = [file.objects[key], forms.get(number)];
    if (written === undefined || !traits) {
      const message = why(all.map(({ id }) => id));
      return {
        linked: null,
        remarks: [{ path: ["objects", key], key: true, code: "hidden", message }] as const,
      };
    }
    return linkOf(key, written, number, traits);
  });
  return {
    known: forms,
    linked: links.flatMap(({ linked }): readonly Linked[] => (linked === null ? [] : [linked])),
    remarks: [...remarks, ...links.flatMap((link): readonly Remark[] => link.remarks)],
  };
};

/** Octets of objects 4 and 5 with every parameter at its place. */
const programsOf = (
  { segments, parameters, programVersion }: Product,
  settingOf: (parameter: Parameter) => Value,
  isShown: (parameter: Parameter) => boolean,
): Pick<Image, "application" | "program2"> => {
  const memories = new Map(segments.map(({ id, octets }) => [id, [...octets]]));
  const used = new Set(parameters.filter(isShown).map(({ union }) => union?.number));
  for (const parameter of parameters) {
    const { union } = parameter;
    const stands =
      union === null || isShown(parameter) || (union.isFirst && !used.has(union.number));
    if (stands) write(memories, parameter, settingOf(parameter));
  }
  const programOf = (object: number): Program | undefined => {
    const segment = segments.find((each) => each.object === object);
    const octets: Octets = memories.get(segment?.id ?? "") ?? [];
    return segment && { octets, fill: segment.fill, programVersion };
  };
  const [application, program2] = [programOf(4), programOf(5)];
  return { ...(application && { application }), ...(program2 && { program2 }) };
};

const write = (
  memories: ReadonlyMap<string, number[]>,
  { node, place, type }: Parameter,
  value: Value,
): void => {
  if (place === null) return;
  const encoded = encodeParameter(type, value) ?? refuse(node, "its type is not understood");
  const memory =
    memories.get(place.segment) ?? refuse(node, `there is no segment ${place.segment}`);
  if (place.bit + encoded.bits > 8 * memory.length)
    refuse(node, `it stands beyond the ${memory.length} octets of its segment`);
  for (let index = 0; index < encoded.bits; index++) {
    const bit = place.bit + index;
    const mask = 0x80 >> (bit & 7);
    const before = memory[bit >> 3] ?? 0;
    memory[bit >> 3] = encoded.bitOf(index) === 1 ? before | mask : before & ~mask;
  }
};
