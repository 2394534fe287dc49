import { join } from "node:path";
import { DISK, type Files, messageOf, readFile, replaceFile, syncDirectory } from "./files.ts";
import {
  convert,
  formatOf,
  HALF_RESTORED,
  STATE_FILE,
  STATE_FILES,
  type StateFiles,
} from "./state-format.ts";

export type Converted = Readonly<
  | {
      ok: true;
      from: number;
      to: number;
      /** Names of the files that were written, or removed. */
      changed: readonly string[];
      /** Under these names their former content is kept. */
      copies: readonly string[];
    }
  /** `refused`: nothing was done, and nothing can be. `disk`: what was not written to its end is completed by the same call. */
  | { ok: false; why: "refused" | "disk"; problem: string }
>;

/**
 * The state directory in a format: that of this program at its start, or that of an older one. Nothing is written when it has it and this
 * program was the last to use it. The former content of whatever is changed stays beside it as
 * `<name>.format-<n>`. `state.json` is written last and removed last: cut short anywhere, the same call completes it.
 */
export const convertState = (
  directory: string,
  to: number,
  program: string,
  files: Files = DISK,
): Converted => {
  const read = readState(directory, files);
  if (!read.ok) return refused(read.problem);
  if (read.half !== undefined) return refused(read.half);
  const known = formatOf(read.files);
  if (!known.ok) return refused(`${directory}: ${known.problem}`);
  const converted = convert(read.files, to, program);
  if (!converted.ok) return refused(`${directory}: ${converted.problem}`);
  const after = converted.files;
  const changed = STATE_FILES.filter((name) => !same(read.files[name], after[name]));
  const copies: string[] = [];
  try {
    for (const name of changed) {
      const before = read.files[name];
      if (before === undefined || to === known.format) continue;
      const copy = `${name}.format-${known.format}`;
      replaceFile(files, directory, copy, before);
      copies.push(copy);
    }
    for (const name of changed) {
      const content = after[name];
      if (content !== undefined) replaceFile(files, directory, name, content);
      else files.unlinkSync(join(directory, name));
    }
    if (changed.length > 0) syncDirectory(files, directory);
  } catch (error) {
    const problem = `${directory} cannot be converted: ${messageOf(error)}`;
    return { ok: false, why: "disk", problem };
  }
  return { ok: true, from: known.format, to, changed, copies };
};

const refused = (problem: string): Converted => ({ ok: false, why: "refused", problem });

export type ReadState = Readonly<
  | {
      ok: true;
      files: StateFiles;
      /** What is there and cannot be read, and why. */
      unread: readonly string[];
      /** Why it is half of one state and half of another; undefined: it is not. */
      half: string | undefined;
    }
  | { ok: false; problem: string }
>;

/** All of it, as it stands there. */
export const readState = (directory: string, files: Files = DISK): ReadState => {
  const found: Record<string, Uint8Array> = {};
  const unread: string[] = [];
  for (const name of [HALF_RESTORED, ...STATE_FILES]) {
    try {
      const content = readFile(files, directory, name);
      if (content !== undefined) found[name] = content;
    } catch (error) {
      const problem = `${join(directory, name)} cannot be read: ${messageOf(error)}`;
      if (name === STATE_FILE || name === HALF_RESTORED) return { ok: false, problem };
      unread.push(problem);
    }
  }
  const { [HALF_RESTORED]: mark, ...state } = found;
  const half = mark && `${directory}: ${HALF}`;
  return { ok: true, files: state, unread, half };
};

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);

const HALF =
  "putting back a backup was cut short, so this is half of one state and half of another: knxpi backup restore FILE --apply";
