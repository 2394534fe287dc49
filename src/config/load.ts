import { dirname, resolve } from "node:path";
import { assemble } from "./assemble.ts";
import type { Config } from "./config.ts";
import { byPlace, type Finding, type Path, type Remark } from "./finding.ts";
import { inactiveWarnings, refusals } from "./inactive.ts";
import { duplicates, objectErrors, objectWarnings, placed, soundEntries } from "./objects.ts";
import { misreadBy, remarksOf, valueAt } from "./remarks.ts";
import { FILE } from "./schema.ts";
import { readFiles, secretWarnings } from "./secrets.ts";
import { type Content, type Outside, parseYaml, readSource, type Source } from "./source.ts";

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
}>;

export type Loaded = Readonly<
  | { ok: true; config: Config; warnings: readonly Finding[] }
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
  const objects = file.success
    ? placed(file.data.objects, file.data.defaults)
    : placed(...soundEntries(raw, valueAt(source.data, ["defaults"])));
  const place = (remarks: readonly Remark[]) => remarks.map(source.finding);
  const line = (path: Path) => source.finding({ path, code: "", message: "" }).line;
  const errors = [
    ...source.findings,
    ...place([
      ...remarksOf(file.error?.issues ?? [], source.data),
      ...duplicates(raw, line),
      ...objectErrors(objects),
      ...rangeErrors(source),
      ...refusals(source),
      ...unreadable,
    ]),
  ].toSorted(byPlace);
  const warnings = place([
    ...addressWarnings(source),
    ...secretWarnings(source, options.mode),
    ...objectWarnings(objects),
    ...inactiveWarnings(source),
  ]).toSorted(byPlace);
  return file.success && errors.length === 0
    ? {
        ok: true,
        config: assemble(file.data, objects, contents, options.machineId ?? ""),
        warnings,
      }
    : { ok: false, errors, warnings };
};

/** Twice where it must be: only the schema knows which of the unquoted scalars are meant as text. */
const readAsMeant = (text: string, outside: Outside): Source => {
  const yaml = parseYaml(text);
  const source = readSource(yaml, outside);
  const misread = misreadBy(FILE.safeParse(source.data).error?.issues ?? [], source.data);
  return misread.size === 0 ? source : readSource(yaml, outside, misread);
};

const outsideOf = ({ path, env, readFile }: LoadOptions): Outside => ({
  env,
  read: (file): Content => {
    try {
      return { ok: true, text: readFile(resolve(dirname(path), file)).trim() };
    } catch (error) {
      return { ok: false, why: error instanceof Error ? error.message : String(error) };
    }
  },
});

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
