import type { Project } from "../project/project.ts";
import { assemble } from "./assemble.ts";
import type { Config } from "./config.ts";
import { entityErrors, entityWarnings } from "./entity-errors.ts";
import { byPlace, type Finding, type Path, type Remark } from "./finding.ts";
import { discoveryErrors, feedbackRemarks } from "./homeassistant.ts";
import { httpErrors, httpWarnings } from "./http.ts";
import { inactiveWarnings } from "./inactive.ts";
import { linkErrors } from "./link-errors.ts";
import { listenErrors, listenWarnings } from "./listen.ts";
import { nameCollisions } from "./names.ts";
import {
  duplicates,
  objectErrors,
  objectWarnings,
  placed,
  placedImports,
  soundEntries,
} from "./objects.ts";
import { outsideOf } from "./outside.ts";
import { pinErrors, pinWarnings } from "./pins.ts";
import { pollErrors, pollWarnings } from "./polling.ts";
import {
  importedBy,
  knownBy,
  type ProjectRead,
  projectErrors,
  projectIn,
  projectWarnings,
} from "./project.ts";
import { recorderWarnings } from "./recorder.ts";
import { misreadBy, remarksOf, valueAt } from "./remarks.ts";
import { FILE } from "./schema.ts";
import { readFiles, secretWarnings } from "./secrets.ts";
import { type Outside, parseYaml, readSource, type Source } from "./source.ts";
import { timeErrors } from "./time.ts";

export type LoadOptions = Readonly<{
  /** Of the file: names of other files in it start from its folder. */
  path: string;
  env: Readonly<Record<string, string | undefined>>;
  /** May throw; that becomes a finding at the place that names the file. */
  readFile(path: string): string;
  /** `/etc/machine-id`, for the serial number of a device that is given none; empty where there is no such file. */
  machineId?: string;
  /** Of the file as `stat` gives it: secrets in a file that others may read are worth a warning. */
  mode?: number;
  /** The project that the file names, read before: see `loadWithProject`. */
  project?: ProjectRead;
}>;

export type Loaded = Readonly<
  | {
      ok: true;
      config: Config;
      warnings: readonly Finding[];
      /** The project that was read for it. */
      project?: Project;
    }
  | { ok: false; errors: readonly Finding[]; warnings: readonly Finding[] }
>;

/**
 * The text of a configuration file → the configuration, or everything that is wrong with it at once.
 * @see `mqtt-interface.md` §19
 */
export const loadConfig = (text: string, options: LoadOptions): Loaded => {
  const outside = outsideOf(options);
  const source = readAsMeant(text, outside);
  // One place that is broken makes the reader stumble several times.
  const broken = source.findings
    .filter(({ code }) => code === "yaml_syntax")
    .filter(({ line }, index, all) => line !== all[index - 1]?.line);
  if (broken.length > 0) return { ok: false, errors: broken, warnings: [] };

  const file = FILE.safeParse(source.data);
  const { contents, remarks: unreadable } = readFiles(source, outside);
  const raw = valueAt(source.data, ["objects"]);
  const [entries, rules] = file.success
    ? [file.data.objects, file.data.defaults]
    : soundEntries(raw, valueAt(source.data, ["defaults"]));
  const read = valueAt(source.data, ["project"]) === undefined ? undefined : options.project;
  const known = knownBy(read);
  const objects = [
    ...placed(entries, rules, known),
    ...placedImports(importedBy(source.data, known), rules),
  ];
  const isAll = isAllKnown(source, read);
  const place = (remarks: readonly Remark[]) => remarks.map(source.finding);
  const line = (path: Path) => source.finding({ path, code: "", message: "" }).line;
  const errors = [
    ...source.findings,
    ...place([
      ...remarksOf(file.error?.issues ?? [], source.data),
      ...duplicates(raw, line),
      ...objectErrors(objects),
      ...pollErrors(objects, source.data),
      ...rangeErrors(source),
      ...projectErrors(source.data, read, outside),
      ...entityErrors(source.data, objects, line, isAll),
      ...linkErrors(source.data, objects, isAll),
      ...timeErrors(source.data, objects),
      ...discoveryErrors(objects),
      ...feedbackRemarks(objects, isAll),
      ...nameCollisions(objects, source.data, line),
      ...pinErrors(source.data),
      ...unreadable,
      ...listenErrors(source.data, contents.listen),
      ...httpErrors(source.data),
    ]),
  ].toSorted(byPlace);
  const warnings = place([
    ...addressWarnings(source),
    ...secretWarnings(source, options.mode),
    ...objectWarnings(objects),
    ...projectWarnings(objects, source.data),
    ...pollWarnings(objects),
    ...entityWarnings(source.data, objects),
    ...pinWarnings(source.data),
    ...listenWarnings(source.data),
    ...recorderWarnings(source.data),
    ...httpWarnings(source.data),
    ...inactiveWarnings(source),
  ]).toSorted(byPlace);
  return file.success && errors.length === 0
    ? {
        ok: true,
        config: assemble(file.data, objects, contents, options.machineId ?? ""),
        warnings,
        ...(read?.ok && { project: read.project }),
      }
    : { ok: false, errors, warnings };
};

/** The same with the project of ETS that the file names, if it does. */
export const loadWithProject = async (text: string, options: LoadOptions): Promise<Loaded> => {
  const wanted = projectIn(text, options.path, outsideOf(options));
  if (wanted === undefined) return loadConfig(text, options);
  const { readProject } = await import("../project/read-project.ts");
  const project = await readProject(wanted.file, wanted.password);
  return loadConfig(text, { ...options, project });
};

/** Objects of ETS, and of a project that could not be read, cannot be known here. */
const isAllKnown = ({ data }: Source, read: ProjectRead | undefined): boolean =>
  (valueAt(data, ["knx", "objects_from"]) ?? "yaml") === "yaml" &&
  (valueAt(data, ["project"]) === undefined || read?.ok === true);

/** Twice where it must be: only the schema knows which of the unquoted scalars are meant as text. */
const readAsMeant = (text: string, outside: Outside): Source => {
  const yaml = parseYaml(text);
  const source = readSource(yaml, outside);
  const misread = misreadBy(FILE.safeParse(source.data).error?.issues ?? [], source.data);
  return misread.size === 0 ? source : readSource(yaml, outside, misread);
};

const rangeErrors = ({ values, data }: Source): readonly Remark[] =>
  [...values.values()].flatMap(({ path }) => {
    if (path.at(-1) !== "min") return [];
    const min = valueAt(data, path);
    const max = valueAt(data, [...path.slice(0, -1), "max"]);
    return typeof min === "number" && typeof max === "number" && min > max
      ? [{ path, code: "unsafe_range", message: `min ${min} is above max ${max}` }]
      : [];
  });

/** ETS gives this address to devices that have none yet, so it is seldom alone on a line. */
const addressWarnings = ({ data }: Source): readonly Remark[] => {
  const path = ["knx", "address"];
  const message = "this is the address of every device that was never programmed; choose another";
  return valueAt(data, path) === "15.15.255" ? [{ path, code: "ia_default", message }] : [];
};
