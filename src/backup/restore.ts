import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { DISK, syncDirectory } from "../shell/store/files.ts";
import { convert, FORMAT, STATE_FILES, type StateFiles } from "../shell/store/state-format.ts";
import type { Backup } from "./archive.ts";

/** What becomes of one file. `remove`: the backup does not have it, and half of another state is worse than none. */
export type RestoreStep = Readonly<
  | { do: "write"; path: string; octets: Uint8Array; is: "new" | "replaced" }
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
      ...[...wanted].map(([path, octets]) => stepFor(path, octets, present(path))),
      ...removed.map((path) => ({ do: "remove" as const, path })),
    ],
  };
};

const stepFor = (path: string, octets: Uint8Array, now: Uint8Array | undefined): RestoreStep =>
  now !== undefined && Buffer.compare(now, octets) === 0
    ? { do: "nothing", path }
    : { do: "write", path, octets, is: now === undefined ? "new" : "replaced" };

/**
 * Carries it out: first everything is written beside what is there, then renamed. What was there stays as `<name>.before-restore`. When
 * anything fails, what was there is put back.
 * @throws Error with a message for the user
 */
export const restore = (steps: readonly RestoreStep[]): void => {
  const done: (() => void)[] = [];
  const staged: string[] = [];
  try {
    for (const step of steps) {
      if (step.do !== "write") continue;
      fs.mkdirSync(dirname(step.path), { recursive: true, mode: 0o750 });
      staged.push(stage(step.path, step.octets));
    }
    for (const step of steps) {
      if (step.do === "nothing") continue;
      const { path } = step;
      const former = `${path}${FORMER}`;
      const isThere = fs.existsSync(path);
      if (isThere) fs.renameSync(path, former);
      done.push(() => (isThere ? fs.renameSync(former, path) : fs.rmSync(path, { force: true })));
      if (step.do === "write") fs.renameSync(`${path}${STAGED}`, path);
    }
    for (const folder of new Set(steps.map(({ path }) => dirname(path))))
      if (fs.existsSync(folder)) syncDirectory(DISK, folder);
  } catch (error) {
    for (const undo of done.reverse()) undo();
    for (const path of staged) fs.rmSync(path, { force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`nothing was restored, everything is as it was: ${why}`);
  }
};

/** With the owner and mode of the file that is there, or the owner of its folder. */
const stage = (path: string, octets: Uint8Array): string => {
  const name = `${path}${STAGED}`;
  const there = fs.statSync(path, { throwIfNoEntry: false });
  const { uid, gid } = there ?? fs.statSync(dirname(path));
  fs.rmSync(name, { force: true });
  const file = fs.openSync(name, "wx", PRIVATE);
  try {
    fs.writeFileSync(file, octets);
    if (process.getuid?.() === 0) fs.fchownSync(file, uid, gid);
    fs.fchmodSync(file, there === undefined ? PRIVATE : there.mode & 0o777);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  return name;
};

/** Under which name the former content of a file stays. */
export const formerName = (path: string): string => `${basename(path)}${FORMER}`;

const FORMER = ".before-restore";
const STAGED = ".restore";
/** Keys and passwords are in it. */
const PRIVATE = 0o600;
