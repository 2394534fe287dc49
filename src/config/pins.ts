import { APPLICATIONS } from "../core/app/application/applications.ts";
import type { Declaration } from "../core/app/application/declaration.ts";
import type { Path, Remark } from "./finding.ts";
import { valueAt } from "./remarks.ts";

/*
 * GPIO lines of the whole file: each is used once, and the application has something to do with those it is given. Read from
 * the file as it is, so that this is found beside whatever else is wrong.
 */

/** A line that is used twice, and more of them than the application declares. */
export const pinErrors = (data: unknown): readonly Remark[] => [
  ...sharedLines(data),
  ...LISTS.flatMap((list) => surplus(data, list)),
];

/** Inputs and outputs with which nothing will happen. */
export const pinWarnings = (data: unknown): readonly Remark[] =>
  LISTS.flatMap((list) => {
    const name = applicationOf(data);
    if (name === undefined || pinsIn(data, list).length === 0) return [];
    const why =
      declared(name, list) === 0
        ? `the application ${name} has none`
        : (valueAt(data, ["knx", "objects_from"]) ?? "yaml") === "yaml"
          ? "with knx.objects_from: yaml no application runs; ets and both let ETS load one"
          : undefined;
    const path = ["device", list];
    return why === undefined
      ? []
      : [{ path, key: true, code: "inactive", message: `${list} are not used: ${why}` }];
  });

const LISTS = ["inputs", "outputs"] as const;
type List = (typeof LISTS)[number] & keyof Declaration;

type NamedPin = Readonly<{ path: Path; name: string }>;

const sharedLines = (data: unknown): readonly Remark[] => {
  const users = new Map<string, NamedPin>();
  return allPins(data).flatMap((pin) => {
    const line = lineOf(valueAt(data, pin.path));
    if (line === undefined) return [];
    const other = users.get(line);
    if (other === undefined) {
      users.set(line, pin);
      return [];
    }
    const message = `${other.name} and ${pin.name} cannot be on the same line`;
    return [{ path: [...pin.path, "line"], code: "duplicate_line", message }];
  });
};

const allPins = (data: unknown): readonly NamedPin[] => [
  { path: ["device", "programming", "button"], name: "button" },
  { path: ["device", "programming", "led"], name: "LED" },
  ...LISTS.flatMap((list) =>
    pinsIn(data, list).map((_, index) => ({
      path: ["device", list, index],
      name: `${list.slice(0, -1)} ${index + 1}`,
    })),
  ),
];

/** Chip and line as one text; undefined where there is no line or none that can be. */
const lineOf = (pin: unknown): string | undefined => {
  const line = valueAt(pin, ["line"]);
  const chip = valueAt(pin, ["chip"]) ?? "gpiochip0";
  return typeof line === "number" ? `${String(chip).replace(/^\/dev\//, "")} ${line}` : undefined;
};

const surplus = (data: unknown, list: List): readonly Remark[] => {
  const name = applicationOf(data);
  if (name === undefined) return [];
  const most = declared(name, list);
  // Without any, a warning is enough: another application may come back.
  if (most === 0 || pinsIn(data, list).length <= most) return [];
  const message = `the application ${name} has ${most} ${list}, so there is nothing for one more`;
  return [{ path: ["device", list, most], code: "too_many", message }];
};

/** undefined: not one that there is, of which the schema has told already */
const applicationOf = (data: unknown): Name | undefined => {
  const name = valueAt(data, ["device", "application"]) ?? "bridge";
  return isName(name) ? name : undefined;
};

type Name = keyof typeof APPLICATIONS;

const isName = (name: unknown): name is Name =>
  typeof name === "string" && Object.hasOwn(APPLICATIONS, name);

const declared = (name: Name, list: List): number => APPLICATIONS[name].declaration[list].length;

const pinsIn = (data: unknown, list: List): readonly unknown[] => {
  const pins = valueAt(data, ["device", list]);
  return Array.isArray(pins) ? pins : [];
};
