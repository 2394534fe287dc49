import { dirname, resolve } from "node:path";
import * as z from "zod";
import { type GroupAddress, parseGroupAddress } from "../core/address.ts";
import { matchesPattern } from "../core/ga-pattern.ts";
import { sameDpt } from "../project/dpt.ts";
import type { Problem, ProblemCode } from "../project/problem.ts";
import type { Project, ProjectAddress } from "../project/project.ts";
import type { Remark } from "./finding.ts";
import type { PlacedObject } from "./objects.ts";
import { valueAt } from "./remarks.ts";
import { section } from "./section.ts";
import { type Outside, parseYaml, readSource } from "./source.ts";
import { pattern } from "./words.ts";

/** `project` of the file: names, types and rooms of the objects come from ETS, as far as the file says nothing else. §19 */
export const PROJECT = section({
  file: z.string().min(1).describe("Project of ETS (.knxproj), or export of its group addresses"),
  password: z.string().exactOptional().describe("Of the project"),
  password_file: z.string().exactOptional(),
  import: z
    .union([z.enum(["all", "listed"]), z.array(pattern)])
    .default("all")
    .describe("Which addresses become objects; those that are listed here are known in any case"),
});

/** What became of the file that `project.file` names; it was read before, because that takes its time. */
export type ProjectRead = Readonly<{ ok: true; project: Project } | ({ ok: false } & Problem)>;

/** Where the project is and its password; undefined when the file names none, or is too broken to tell. */
export const projectIn = (
  text: string,
  path: string,
  outside: Outside,
): Readonly<{ file: string; password?: string }> | undefined => {
  // Most files have none, and to parse a large one takes its time.
  if (!text.includes("project")) return undefined;
  const source = readSource(parseYaml(text), outside);
  const file = valueAt(source.data, ["project", "file"]);
  if (typeof file !== "string" || file === "") return undefined;
  const password = passwordIn(source.data, outside);
  return { file: resolve(dirname(path), file), ...(password !== undefined && { password }) };
};

const passwordIn = (data: unknown, outside: Outside): string | undefined => {
  const inline = valueAt(data, ["project", "password"]);
  if (typeof inline === "string") return inline;
  const name = valueAt(data, PASSWORD_FILE);
  const content = typeof name === "string" && name !== "" ? outside.read(name) : undefined;
  return content?.ok ? content.text : undefined;
};

/** Why the project could not be taken, at the place that can be changed. */
export const projectErrors = (
  data: unknown,
  read: ProjectRead | undefined,
  outside: Outside,
): readonly Remark[] => {
  const password = valueAt(data, ["project", "password"]);
  const name = valueAt(data, PASSWORD_FILE);
  const content = typeof name === "string" && name !== "" ? outside.read(name) : undefined;
  const twice = password !== undefined && name !== undefined;
  return [
    ...(twice
      ? [
          {
            path: PASSWORD_FILE,
            code: "conflict",
            message: "password is given twice; leave one out",
          },
        ]
      : []),
    ...(content?.ok === false
      ? [{ path: PASSWORD_FILE, code: "unreadable", message: content.why }]
      : read === undefined || read.ok
        ? []
        : [problemRemark(data, read)]),
  ];
};

const problemRemark = (data: unknown, { code, message }: Problem): Remark => {
  const key = ["password_file", "password"].find(
    (one) => valueAt(data, ["project", one]) !== undefined,
  );
  const isPassword = code === "password_wrong" && key !== undefined;
  const path = ["project", isPassword ? key : "file"];
  return { path, code, message: `${message}; ${REMEDIES[code]}` };
};

const REMEDIES = {
  unreadable: "give the path from the folder of this file, and let the user of knxpi read it",
  not_a_project: "give a .knxproj, or an export of the group addresses as XML or CSV",
  password_missing: "give it with password_file, or export the project without a password",
  password_wrong: "it is the one that ETS asks for when the project is imported there",
  damaged: "export it from ETS again",
  too_big: "export the group addresses from ETS as XML instead",
  unsafe: "export it from ETS again, and use no file from elsewhere",
  bad_xml: "export it from ETS again",
} as const satisfies Record<ProblemCode, string>;

export type Known = ReadonlyMap<GroupAddress, ProjectAddress>;

export const knownBy = (read: ProjectRead | undefined): Known =>
  new Map(read?.ok ? read.project.addresses.map((one) => [one.ga, one]) : []);

/** What the project says of an object, in the words of the file. */
export const optionsOf = ({ name, dpt, room, description, flags }: ProjectAddress) => ({
  ...(name !== "" && { name }),
  ...(dpt !== null && { dpt }),
  ...(room !== null && room !== "" && { room }),
  ...(description !== "" && description !== name && { description }),
  // Of every device that is linked none can be written: nobody listens.
  ...(flags !== "" && !flags.includes("W") && { writable: false }),
});

/** The addresses that become objects although the file does not list them. */
export const importedBy = (data: unknown, known: Known): readonly ProjectAddress[] => {
  if (known.size === 0) return [];
  const wanted = valueAt(data, ["project", "import"]) ?? "all";
  const patterns = PATTERNS.safeParse(wanted).data;
  const listed = addressesIn(valueAt(data, ["objects"]), ["ga"]);
  // Who builds on an address wants it, whatever the rest.
  const needed = addressesIn(["entities", "links", "time"].map((key) => valueAt(data, [key])));
  const feedbacks = addressesIn(valueAt(data, ["objects"]), ["state_ga"]);
  return [...known.values()].filter(
    ({ ga }) =>
      ga !== 0 &&
      !listed.has(ga) &&
      (wanted === "all" ||
        needed.has(ga) ||
        feedbacks.has(ga) ||
        patterns?.some((one) => matchesPattern(one, ga))),
  );
};

const PATTERNS = z.array(pattern);

/** Every text in there that is a group address. @param keys only behind these */
const addressesIn = (value: unknown, keys?: readonly string[]): ReadonlySet<GroupAddress> => {
  const found = new Set<GroupAddress>();
  const look = (one: unknown, key: string | undefined): void => {
    if (typeof one === "string" && (keys === undefined || keys.includes(key ?? ""))) {
      const ga = parseGroupAddress(one);
      if (ga !== undefined) found.add(ga);
    } else if (Array.isArray(one)) for (const item of one) look(item, key);
    else if (typeof one === "object" && one !== null)
      for (const [name, item] of Object.entries(one)) look(item, name);
  };
  look(value, undefined);
  return found;
};

/** The file wins; but one of the two is wrong. */
export const projectWarnings = (
  objects: readonly PlacedObject[],
  data: unknown,
): readonly Remark[] =>
  objects.flatMap(({ path, entry: { dpt }, known }) => {
    const theirs = known?.dpt ?? null;
    if (dpt === undefined || theirs === null || sameDpt(dpt, theirs)) return [];
    const shown = String(valueAt(data, [...path, "ga"]) ?? "");
    const message = `${shown} is ${dpt} here and ${theirs} in the project`;
    return [{ path: [...path, "dpt"], code: "dpt_conflict", message }];
  });

const PASSWORD_FILE = ["project", "password_file"];
