import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionsFor } from "../config/file.ts";
import type { Loaded } from "../config/load.ts";
import { outsideOf } from "../config/outside.ts";
import { projectIn } from "../config/project.ts";
import type { Reply } from "../core/app/bridge/requests/state.ts";
import type { JsonValue } from "../core/effect.ts";
import { compare, type Difference, differs } from "../project/difference.ts";
import { entryOf } from "../project/entry.ts";
import { editObjects, type FileObject, openObjects } from "../project/objects-file.ts";
import type { Project } from "../project/project.ts";
import { readProject } from "../project/read-project.ts";
import { appliedJson, done, refusal, refuse } from "./config-replies.ts";
import type { Use } from "./configuration.ts";
import { proveEdit } from "./project-apply.ts";
import { replaceFile } from "./project-replace.ts";
import { differenceJson } from "./project-show.ts";

/** What is done with the configuration file. */
export type Tools = Readonly<{
  path: string;
  load(text: string): Promise<Loaded>;
  use: Use;
  /** @returns why it cannot be done; undefined when it was */
  write(before: string, text: string): Reply | undefined;
  reload(): Promise<Reply>;
}>;

/**
 * `project/import`: where the configuration names a project, this one takes its place; otherwise its addresses are written into
 * `objects`, without touching what the user wrote. `mqtt-interface.md` §10
 */
export const importProject = async (
  parameters: Readonly<{ [key: string]: JsonValue }>,
  tools: Tools,
): Promise<Reply> => {
  const { file, password, dry_run: dryRun } = parameters;
  if (typeof file !== "string" || file === "") return refuse("file must be a project in base64");
  if (file.length > LONGEST) return refuse(`file is longer than ${LONGEST} characters of base64`);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(file)) return refuse("file is not base64");
  if (password !== undefined && typeof password !== "string")
    return refuse("password must be a text");
  const content = Buffer.from(file, "base64");
  const text = await readFile(tools.path, "utf8");
  const named = projectIn(text, tools.path, outsideOf(optionsFor(tools.path)));
  const read = await readUploaded(content, password ?? named?.password);
  if (!read.ok) return refuse(`The project cannot be read: ${read.message}`);
  return named === undefined
    ? intoObjects(read.project, text, dryRun === true, tools)
    : inPlace(read.project, content, named, dryRun === true, tools);
};

const intoObjects = async (
  project: Project,
  text: string,
  dryRun: boolean,
  { path, load, use, write }: Tools,
): Promise<Reply> => {
  const opened = openObjects(text);
  if (!opened.ok) return refuse(`The configuration cannot be added to: ${opened.message}`);
  const difference = compare(project, opened.file.objects, opened.file.style);
  const shown = json(difference, project);
  const { added, removed, replaced } = difference;
  if (dryRun || added.length + removed.length + replaced.length === 0)
    return done({ ...shown, applied: false });
  const edited = editObjects(opened.file, { add: added, remove: removed, replace: replaced });
  proveEdit(edited, project, { config: path });
  const loaded = await load(edited);
  if (!loaded.ok) return refusal(loaded.errors, "With this project the file has errors");
  const problem = write(text, edited);
  return problem ?? done({ ...shown, ...object(appliedJson(use(edited, loaded, project))) });
};

/** The file that the configuration names is another one from now on, or stays as it is. */
const inPlace = async (
  project: Project,
  content: Buffer,
  named: Readonly<{ file: string; password?: string }>,
  dryRun: boolean,
  { reload }: Tools,
): Promise<Reply> => {
  const before = await readProject(named.file, named.password);
  const objects = before.ok
    ? before.project.addresses.map((one) => asObject(before.project, one))
    : [];
  const difference = compare(project, objects, project.style);
  const shown = json(difference, project);
  if (dryRun || (before.ok && !differs(difference))) return done({ ...shown, applied: false });
  const own = await readUploaded(content, named.password);
  if (!own.ok)
    return refuse(
      "The project needs a password that is not the one in the configuration: change project.password_file first",
    );
  const undo = replaceFile(named.file, content);
  const reply = await reload();
  if (reply.ok) return done({ ...shown, ...object(reply.data) });
  undo();
  await reload();
  return reply;
};

/** An address of a project as if it stood in the file. */
const asObject = (project: Project, address: Project["addresses"][number]): FileObject => {
  const entry = entryOf(address, project.style);
  return { ga: address.ga, written: entry.ga, entry, imported: true, lines: { from: 0, to: 0 } };
};

/** A project is read from a file, by parts. */
const readUploaded = async (content: Buffer, password: string | undefined) => {
  const folder = await mkdtemp(join(tmpdir(), "knxpi-project-"));
  try {
    const path = join(folder, "project");
    await writeFile(path, content, { mode: 0o600 });
    return await readProject(path, password);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const json = (difference: Difference, project: Project) =>
  object(JSON.parse(JSON.stringify(differenceJson(difference, project))));

const object = (value: JsonValue): Readonly<{ [key: string]: JsonValue }> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};

/** Characters: 1 MiB. */
const LONGEST = 1024 * 1024;
