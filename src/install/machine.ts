import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { isMissing, messageOf } from "../shell/store/files.ts";
import { MANIFEST } from "./files.ts";
import type { Manifest, Plan, Present, Step } from "./plan.ts";

/** What of the machine is needed beside its files. */
export type Commands = Readonly<{
  /** Throws when it fails. */
  run(words: readonly string[]): void;
  /** @param file descriptor: a name might lead elsewhere by now */
  chown(file: number, uid: number, gid: number): void;
}>;

export type Outcome = Readonly<
  | { ok: true; warnings: readonly string[] }
  | {
      ok: false;
      problem: string;
      /** Taken back was all but these; empty: the machine is as it was, but for what commands did. */
      left: readonly string[];
      ran: readonly string[];
    }
>;

/** @param root of the machine, `/` for this one */
export const readPresent = (
  root: string,
  paths: Iterable<string>,
): ReadonlyMap<string, Present> => {
  const present = new Map<string, Present>();
  for (const path of paths) {
    const there = readOne(join(root, path));
    if (there !== undefined) present.set(path, there);
  }
  return present;
};

const readOne = (path: string): Present | undefined => {
  try {
    const { mode } = fs.lstatSync(path);
    return { text: read(path), mode: mode & 0o7777 };
  } catch (error) {
    if (isMissing(error)) return undefined;
    if (isDenied(error)) return { text: null, mode: 0 };
    throw error;
  }
};

/** @returns null for what is no file, a file of others that we may not read, a link that leads nowhere */
const read = (path: string): string | null => {
  try {
    return fs.lstatSync(path).isFile() ? fs.readFileSync(path, "utf8") : null;
  } catch (error) {
    if (isMissing(error) || isDenied(error)) return null;
    throw error;
  }
};

/** @returns null when nothing was installed by `knxpi install`, or when what says so is no manifest */
export const readManifest = (root: string): Manifest | null => {
  try {
    const found: unknown = JSON.parse(fs.readFileSync(join(root, MANIFEST), "utf8"));
    return isManifest(found) ? found : null;
  } catch {
    return null;
  }
};

/**
 * Does it. What fails in the middle is taken back as far as it was files; what commands did stays (a user that was made, a list that
 * was read again) and does no harm.
 */
export const perform = (root: string, plan: Plan, commands: Commands): Outcome => {
  const undo: { path: string; back: () => void }[] = [];
  const warnings: string[] = [];
  const ran: string[] = [];
  try {
    for (const step of plan.steps) act(step);
    return { ok: true, warnings };
  } catch (error) {
    const left: string[] = [];
    for (const { path, back } of undo.reverse())
      try {
        back();
      } catch (again) {
        left.push(`${path}: ${messageOf(again)}`);
      }
    return { ok: false, problem: messageOf(error), left, ran };
  }

  function act(step: Step): void {
    switch (step.do) {
      case "write": {
        const { path, text, mode, owner } = step.file;
        const target = join(root, path);
        if (step.formerTo !== undefined) {
          const former = join(root, step.formerTo);
          change(former);
          fs.copyFileSync(target, former);
        }
        change(target);
        const account = owner === undefined ? undefined : accountOf(root, owner);
        replace(target, text, mode, (file) => {
          if (account !== undefined) commands.chown(file, account.uid, account.gid);
        });
        break;
      }
      case "remove": {
        const target = join(root, step.path);
        // Recordings may be large: what is removed with a folder does not come back.
        if (step.folder === true) fs.rmSync(target, { recursive: true, force: true });
        else {
          change(target);
          fs.rmSync(target, { force: true });
        }
        break;
      }
      case "run":
        try {
          commands.run(step.words);
          ran.push(step.words.join(" "));
        } catch (error) {
          const said = `${step.words.join(" ")}: ${messageOf(error)}`;
          if (!step.optional) throw new Error(said);
          warnings.push(said);
        }
        break;
      case "remember": {
        const target = join(root, MANIFEST);
        change(target);
        replace(target, `${JSON.stringify(step.manifest, null, 2)}\n`, 0o644);
        break;
      }
      case "forget": {
        const target = join(root, MANIFEST);
        change(target);
        fs.rmSync(target, { force: true });
        removeIfEmpty(dirname(target));
        break;
      }
    }
  }

  /** Remembers how to take back what is about to be done to a file. */
  function change(path: string): void {
    const before = readRaw(path);
    undo.push({
      path,
      back: () => {
        if (before === undefined) fs.rmSync(path, { force: true });
        else replace(path, before.content, before.mode, before.owned);
      },
    });
  }

  function readRaw(path: string) {
    try {
      const { mode, uid, gid } = fs.statSync(path);
      const owned = (file: number): void => {
        const now = fs.fstatSync(file);
        if (now.uid !== uid || now.gid !== gid) commands.chown(file, uid, gid);
      };
      return { content: fs.readFileSync(path), mode: mode & 0o7777, owned };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
};

/** Whatever happens in between, there is the old file or the new one. */
const replace = (
  path: string,
  content: string | Uint8Array,
  mode: number,
  own: (file: number) => void = () => undefined,
): void => {
  fs.mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const unfinished = `${path}.knxpi-new`;
  fs.rmSync(unfinished, { force: true });
  const file = fs.openSync(unfinished, "wx", 0o600);
  try {
    own(file);
    fs.fchmodSync(file, mode);
    fs.writeFileSync(file, content);
    fs.fsyncSync(file);
    fs.renameSync(unfinished, path);
  } catch (error) {
    fs.rmSync(unfinished, { force: true });
    throw error;
  } finally {
    fs.closeSync(file);
  }
};

/** Numbers of a user below the root, which need not be those of this machine. */
const accountOf = (root: string, name: string): Readonly<{ uid: number; gid: number }> => {
  const lines = fs.readFileSync(join(root, "/etc/passwd"), "utf8").split("\n");
  const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(":") ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${name}`);
  return { uid: Number(uid), gid: Number(gid) };
};

const removeIfEmpty = (folder: string): void => {
  try {
    fs.rmdirSync(folder);
  } catch {
    // Somebody else has something there.
  }
};

const isDenied = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");

const isManifest = (found: unknown): found is Manifest =>
  typeof found === "object" &&
  found !== null &&
  "version" in found &&
  typeof found.version === "string" &&
  "complete" in found &&
  typeof found.complete === "boolean" &&
  "files" in found &&
  areFiles(found.files) &&
  (!("kept" in found) || areFiles(found.kept));

const areFiles = (found: unknown): found is Manifest["files"] =>
  Array.isArray(found) &&
  found.every(
    (file: unknown) =>
      typeof file === "object" &&
      file !== null &&
      "path" in file &&
      typeof file.path === "string" &&
      "sha256" in file &&
      typeof file.sha256 === "string",
  );

/** Of this machine. */
export const THIS_MACHINE: Commands = {
  run: ([program = "", ...args]) => {
    try {
      execFileSync(program, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
    } catch (error) {
      const said = error instanceof Error && "stderr" in error ? `${error.stderr}`.trim() : "";
      throw new Error(said || (isMissing(error) ? "is not on this machine" : messageOf(error)));
    }
  },
  chown: fs.fchownSync,
};

/** Folders that belong to the user: configuration, and the state of each instance. */
export const userFolders = (root: string): readonly string[] => [
  ...existing(root, ["/etc/knxpi"]),
  ...names(root, "/var/lib").flatMap((name) =>
    name === "knxpi" || name.startsWith("knxpi-") ? [`/var/lib/${name}`] : [],
  ),
];

/** A package manager has put it there. */
export const isPackaged = (root: string): boolean =>
  existing(root, ["/usr/lib/systemd/system/knxpi.service", "/lib/systemd/system/knxpi.service"])
    .length > 0;

const existing = (root: string, paths: readonly string[]): readonly string[] =>
  paths.filter((path) => fs.existsSync(join(root, path)));

const names = (root: string, folder: string): readonly string[] => {
  try {
    return fs.readdirSync(join(root, folder)).sort();
  } catch {
    return [];
  }
};
