import { readFileSync, realpathSync, statSync } from "node:fs";
import { compare, type Difference, differs } from "../project/difference.ts";
import { editObjects, type ObjectsFile, openObjects } from "../project/objects-file.ts";
import type { Project } from "../project/project.ts";
import { replaceText } from "./project-replace.ts";
import { differenceJson, differenceLines, wantedBy, warningLines } from "./project-show.ts";

type Options = Readonly<{
  config: string;
  only?: readonly string[];
  all?: true;
  json?: true;
  dryRun?: true;
}>;

/**
 * Shows what changes, then writes it.
 * @returns the exit status: 2 when the configuration cannot be used
 * @throws Error when it cannot be written
 */
export const applyProject = (project: Project, options: Options): 0 | 2 => {
  const opened = open(project, options);
  if (opened === undefined) return 2;
  const { path, content, file, difference } = opened;
  print(project, difference, options);
  const { added, removed, replaced } = difference;
  if (added.length + removed.length + replaced.length === 0) {
    console.log(`${options.config}: nothing to change`);
  } else if (options.dryRun) {
    console.log(`${options.config}: not written`);
  } else {
    const edited = editObjects(file, { add: added, remove: removed, replace: replaced });
    proveEdit(edited, project, options);
    const kept = replaceText(path, content, edited);
    const counts = `${added.length} added, ${removed.length} removed, ${replaced.length} changed`;
    console.log(`${options.config}: ${counts}; the former file is ${kept}`);
  }
  return 0;
};

/** @returns the exit status: 1 when there is a difference, 2 when the configuration cannot be used */
export const showDifference = (project: Project, options: Options): 0 | 1 | 2 => {
  const opened = open(project, options);
  if (opened === undefined) return 2;
  const { difference } = opened;
  if (options.json) console.log(JSON.stringify(differenceJson(difference, project), null, 2));
  else print(project, difference, options);
  if (differs(difference)) return 1;
  if (!options.json) console.log(`${options.config}: no difference`);
  return 0;
};

const print = (project: Project, difference: Difference, { all }: Options): void => {
  for (const line of warningLines(project)) console.error(line);
  for (const line of differenceLines(difference, all === true)) console.log(line);
};

type Opened = Readonly<{
  path: string;
  content: string;
  file: ObjectsFile;
  difference: Difference;
}>;

/** @returns undefined when the configuration cannot be used; that has been said then */
const open = (project: Project, { config, only }: Options): Opened | undefined => {
  try {
    const path = realpathSync(config);
    if (!statSync(path).isFile()) throw new Error("this is not a file");
    const content = readFileSync(path, "utf8");
    const opened = openObjects(content);
    if (!opened.ok) throw new Error(opened.message);
    const { file } = opened;
    if (file.style !== project.style)
      console.error(
        `warning: the project writes its addresses in ${project.style} style, ${config} in ${file.style} style (knx.style)`,
      );
    const difference = compare(project, file.objects, file.style, wantedBy(only));
    return { path, content, file, difference };
  } catch (error) {
    console.error(`error: ${config}: ${whyNot(error)}`);
    return undefined;
  }
};

const whyNot = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && error.code === "ENOENT"
    ? "there is no such file; name one with --config, or print the project with --json"
    : error.message;
};

/** The text that would be written must read as it is meant: whatever is wrong with it, the old file stays. */
export const proveEdit = (edited: string, project: Project, { config, only }: Options): void => {
  const again = openObjects(edited);
  const left = again.ok && compare(project, again.file.objects, again.file.style, wantedBy(only));
  if (!left || left.added.length + left.removed.length + left.replaced.length > 0)
    throw new Error(`${config} is written in a way that cannot be added to; nothing was changed`);
};
