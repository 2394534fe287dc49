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
      of: Part;
    }
  | { do: "remove"; path: string; of: Part }
  | { do: "nothing"; path: string; of: Part }
>;

/** The state has keys in it; files of the configuration the service gets at by their group. */
type Part = "configuration" | "state";

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
  const wanted: RestoreStep[] = [];
  const want = (of: Part, path: string, octets: Uint8Array): void => {
    const now = present(path);
    const is = now === undefined ? "new" : "replaced";
    const isSame = now !== undefined && Buffer.compare(now, octets) === 0;
    wanted.push(isSame ? { do: "nothing", path, of } : { do: "write", path, octets, is, of });
  };
  for (const [name, octets] of entries) {
    const inner = name.slice(name.indexOf("/") + 1);
    if (name.startsWith("config/"))
      want("configuration", inner === head.config ? config : join(dirname(config), inner), octets);
    else if (STATE_FILES.includes(inner)) files[inner] = octets;
    else return { ok: false, problem: `${name} is no file of the state that this version knows` };
  }
  if (Object.keys(files).length > 0) {
    const converted = convert(files as StateFiles, FORMAT, program);
    if (!converted.ok) return converted;
    for (const name of STATE_FILES) {
      const path = join(state, name);
      const octets = converted.files[name];
      if (octets !== undefined) want("state", path, octets);
      else if (present(path) !== undefined) wanted.push({ do: "remove", path, of: "state" });
    }
  }
  // Configuration first: the state is whole or marked as half, whatever happens to it.
  return { ok: true, steps: wanted };
};

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
  const mark = join(state, HALF_RESTORED);
  const wasHalf = files.existsSync(mark);
  const staged: string[] = [];
  const done: (() => void)[] = [];
  try {
    for (const step of todo) {
      if (step.do !== "write") continue;
      files.mkdirSync(dirname(step.path), { recursive: true, mode: 0o750 });
      staged.push(stage(files, step));
    }
    if (todo.some(({ of }) => of === "state")) {
      files.renameSync(stage(files, { path: mark, octets: MARK, of: "state" }), mark);
      syncDirectory(files, state);
    }
    for (const step of todo) done.push(carryOut(files, step));
    for (const folder of new Set(todo.map(({ path }) => dirname(path))))
      syncDirectory(files, folder);
    if (steps.some(({ of }) => of === "state")) removeMark(files, state);
  } catch (error) {
    const why = messageOf(error);
    const stuck = done.reverse().flatMap((undo) => problemsOf(undo));
    for (const path of staged) files.rmSync(path, { force: true });
    if (stuck.length > 0) throw new Error(`restored in parts only: ${why}; ${stuck.join("; ")}`);
    if (!wasHalf) removeMark(files, state);
    throw new Error(`nothing was restored, everything is as it was: ${why}`);
  }
};

type Staged = Pick<Extract<RestoreStep, { do: "write" }>, "path" | "octets" | "of">;

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
  const undo = (): void => files.renameSync(former, path);
  // A second name, so that there is a file under the first one at every moment.
  const hasTwoNames = step.do === "write" && isLinked(files, path, former);
  if (!hasTwoNames) files.renameSync(path, former);
  if (step.do === "remove") return undo;
  try {
    files.renameSync(`${path}${STAGED}`, path);
  } catch (error) {
    if (hasTwoNames) files.rmSync(former);
    else undo();
    throw error;
  }
  return undo;
};

/** @returns false where that is not possible: vfat has one name for a file, and a file of another user gets none from us */
const isLinked = (files: typeof fs, path: string, former: string): boolean => {
  try {
    files.linkSync(path, former);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EPERM" || code === "ENOTSUP" || code === "EOPNOTSUPP" || code === "EMLINK")
      return false;
    throw error;
  }
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
const stage = (files: typeof fs, { path, octets, of }: Staged): string => {
  const name = `${path}${STAGED}`;
  const there = files.statSync(path, { throwIfNoEntry: false });
  const { uid, gid } = there ?? files.statSync(dirname(path));
  files.rmSync(name, { force: true });
  const file = files.openSync(name, "wx", PRIVATE);
  try {
    files.writeFileSync(file, octets);
    if (process.getuid?.() === 0) files.fchownSync(file, uid, gid);
    files.fchmodSync(file, there === undefined ? MODES[of] : there.mode & 0o777);
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
const MODES: Readonly<Record<Part, number>> = { configuration: 0o640, state: PRIVATE };
const MARK = new TextEncoder().encode(
  "Not all of a backup has been put back here: knxpi backup restore FILE --apply\n",
);
