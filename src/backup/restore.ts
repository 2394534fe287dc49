import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf, syncDirectory } from "../shell/store/files.ts";
import {
  convert,
  FORMAT,
  HALF_RESTORED,
  STATE_FILES,
  type StateFiles,
} from "../shell/store/state-format.ts";
import type { Backup } from "./archive.ts";

/** What becomes of one file. `remove`: the backup does not have it, and half of another state is worse than none. */
export type RestoreStep = Readonly<
  | {
      do: "write";
      path: string;
      octets: Uint8Array;
      is: "new" | "replaced";
      /** Permissions of a new one. */
      mode: number;
    }
  | { do: "remove"; path: string }
  | { do: "nothing"; path: string }
>;

export type Targets = Readonly<{
  /** Where the configuration file goes. */
  config: string;
  /** The state directory. */
  state: string;
}>;

export type Plan = Readonly<
  { ok: true; steps: readonly RestoreStep[] } | { ok: false; problem: string }
>;

/**
 * What restoring would do, without doing any of it. The state is brought to the format of this program.
 * @param present content of a file that is there now; undefined: it is not
 */
export const planRestore = (
  { head, entries }: Backup,
  { config, state }: Targets,
  present: (path: string) => Uint8Array | undefined,
  program: string,
): Plan => {
  const files: Record<string, Uint8Array> = {};
  const wanted = new Map<string, Uint8Array>();
  for (const [name, octets] of entries) {
    const inner = name.slice(name.indexOf("/") + 1);
    if (name.startsWith("config/"))
      wanted.set(inner === head.config ? config : join(dirname(config), inner), octets);
    else if (STATE_FILES.includes(inner)) files[inner] = octets;
    else return { ok: false, problem: `${name} is no file of the state that this version knows` };
  }
  const removed: string[] = [];
  if (Object.keys(files).length > 0) {
    const converted = convert(files as StateFiles, FORMAT, program);
    if (!converted.ok) return converted;
    for (const name of STATE_FILES) {
      const octets = converted.files[name];
      if (octets !== undefined) wanted.set(join(state, name), octets);
      else if (present(join(state, name)) !== undefined) removed.push(join(state, name));
    }
  }
  return {
    ok: true,
    steps: [
      ...[...wanted].map(([path, octets]) =>
        stepFor(path, octets, present(path), dirname(path) === state ? PRIVATE : FOR_THE_GROUP),
      ),
      ...removed.map((path) => ({ do: "remove" as const, path })),
    ],
  };
};

const stepFor = (
  path: string,
  octets: Uint8Array,
  now: Uint8Array | undefined,
  mode: number,
): RestoreStep =>
  now !== undefined && Buffer.compare(now, octets) === 0
    ? { do: "nothing", path }
    : { do: "write", path, octets, mode, is: now === undefined ? "new" : "replaced" };

/**
 * Carries it out: first everything is written beside what is there, then renamed. What was there stays as `<name>.before-restore`. When
 * anything fails, what was there is put back. Cut short by a loss of power, the state says so until the same call has completed it.
 * @throws Error with a message for the user
 */
export const restore = (
  steps: readonly RestoreStep[],
  { state }: Pick<Targets, "state">,
  files: typeof fs = fs,
): void => {
  const todo = steps.filter((step) => step.do !== "nothing");
  const staged: string[] = [];
  const done: (() => void)[] = [];
  try {
    for (const step of todo) {
      if (step.do !== "write") continue;
      files.mkdirSync(dirname(step.path), { recursive: true, mode: 0o750 });
      staged.push(stage(files, step));
    }
    if (todo.some(({ path }) => dirname(path) === state)) {
      const mark = { path: join(state, HALF_RESTORED), octets: MARK, mode: PRIVATE };
      files.renameSync(stage(files, mark), mark.path);
      syncDirectory(files, state);
    }
    for (const step of todo) done.push(carryOut(files, step));
    for (const folder of new Set(todo.map(({ path }) => dirname(path))))
      syncDirectory(files, folder);
    removeMark(files, state);
  } catch (error) {
    const why = messageOf(error);
    const stuck = done.reverse().flatMap((undo) => problemsOf(undo));
    for (const path of staged) files.rmSync(path, { force: true });
    if (stuck.length > 0) throw new Error(`restored in parts only: ${why}; ${stuck.join("; ")}`);
    removeMark(files, state);
    throw new Error(`nothing was restored, everything is as it was: ${why}`);
  }
};

type Staged = Pick<Extract<RestoreStep, { do: "write" }>, "path" | "octets" | "mode">;

/** @returns what takes it back */
const carryOut = (
  files: typeof fs,
  step: Exclude<RestoreStep, { do: "nothing" }>,
): (() => void) => {
  const { path } = step;
  if (step.do === "write" && step.is === "new") {
    files.renameSync(`${path}${STAGED}`, path);
    return () => files.rmSync(path);
  }
  const former = join(dirname(path), formerName(path));
  // A second name, so that there is a file under the first one at every moment.
  if (step.do === "write") {
    files.linkSync(path, former);
    try {
      files.renameSync(`${path}${STAGED}`, path);
    } catch (error) {
      files.rmSync(former);
      throw error;
    }
  } else files.renameSync(path, former);
  return () => files.renameSync(former, path);
};

const problemsOf = (act: () => void): readonly string[] => {
  try {
    act();
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
};

const removeMark = (files: typeof fs, state: string): void => {
  files.rmSync(join(state, HALF_RESTORED), { force: true });
  if (files.existsSync(state)) syncDirectory(files, state);
};

/**
 * With the owner and mode of the file that is there. A new one belongs to the owner of its folder; the group may read what stands beside the
 * configuration, because that is how the service gets at it.
 */
const stage = (files: typeof fs, { path, octets, mode }: Staged): string => {
  const name = `${path}${STAGED}`;
  const there = files.statSync(path, { throwIfNoEntry: false });
  const { uid, gid } = there ?? files.statSync(dirname(path));
  files.rmSync(name, { force: true });
  const file = files.openSync(name, "wx", PRIVATE);
  try {
    files.writeFileSync(file, octets);
    if (process.getuid?.() === 0) files.fchownSync(file, uid, gid);
    files.fchmodSync(file, there === undefined ? mode : there.mode & 0o777);
    files.fsyncSync(file);
  } finally {
    files.closeSync(file);
  }
  return name;
};

/** Under which name the former content of a file stays: the first that is free. */
export const formerName = (path: string): string => {
  const names = [FORMER, ...Array.from({ length: 99 }, (_, index) => `${FORMER}-${index + 2}`)];
  return `${basename(path)}${names.find((name) => !fs.existsSync(`${path}${name}`)) ?? FORMER}`;
};

const FORMER = ".before-restore";
const STAGED = ".restore";
/** What keys and values are in. */
const PRIVATE = 0o600;
const FOR_THE_GROUP = 0o640;
const MARK = new TextEncoder().encode(
  "Not all of a backup has been put back here: knxpi backup restore FILE --apply\n",
);
