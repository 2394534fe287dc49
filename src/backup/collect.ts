import { readFileSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";
import { optionsFor } from "../config/file.ts";
import { loadConfig } from "../config/load.ts";
import { outsideOf } from "../config/outside.ts";
import { projectIn } from "../config/project.ts";
import { readState } from "../shell/store/convert-state.ts";
import type { Backup } from "./archive.ts";

export type Collected = Readonly<{ ok: true; backup: Backup } | { ok: false; problem: string }>;

export type CollectOptions = Readonly<{
  /** Of the configuration file; undefined: there is none. */
  config: string | undefined;
  /** The state directory; undefined: there is none. */
  state: string | undefined;
  program: string;
  /** undefined: what the configuration says */
  instance?: string | undefined;
  now: Date;
}>;

/**
 * Everything that a new machine needs to be this one: the configuration, what it names in its own folder or below, and the state. Each file is
 * replaced as a whole by those who write it, so it can be read while knxpi runs. Recordings are not in it. A file that cannot be read is a
 * problem: restored without it, it would go away.
 */
export const collect = (options: CollectOptions): Collected => {
  const { config, state, program, now } = options;
  const entries = new Map<string, Uint8Array>();
  const left: string[] = [];
  let { instance } = options;
  try {
    if (config !== undefined) {
      const { named, says } = namedIn(config);
      instance ??= says;
      entries.set(`config/${basename(config)}`, readFileSync(config));
      for (const path of named) {
        const name = relative(dirname(resolve(config)), path);
        if (isAbsolute(name) || name.split(/[/\\]/)[0] === "..") left.push(path);
        else entries.set(`config/${name}`, readFileSync(path));
      }
    }
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
  const read = state === undefined ? undefined : readState(state);
  if (read?.ok === false) return read;
  const problems = [...(read?.half === undefined ? [] : [read.half]), ...(read?.unread ?? [])];
  if (problems.length > 0) return { ok: false, problem: problems.join("; ") };
  for (const [name, octets] of Object.entries(read?.files ?? {}))
    entries.set(`state/${name}`, octets);
  if (entries.size === 0)
    return { ok: false, problem: "there is nothing to keep: no configuration, no state" };
  const created = now.toISOString();
  const head = {
    program,
    instance: instance ?? "house",
    created,
    config: config === undefined ? null : basename(config),
    left,
  };
  return { ok: true, backup: { head, entries } };
};

/**
 * Paths of the files that a configuration names and that are there, whether or not it is sound: what is broken today is worth keeping too;
 * and which instance a sound one says it is.
 * @throws Error when it cannot be read itself
 */
const namedIn = (
  config: string,
): Readonly<{ named: readonly string[]; says: string | undefined }> => {
  const found = new Set<string>();
  const text = readFileSync(config, "utf8");
  const options = optionsFor(config);
  const readFile = (path: string): string => {
    const content = options.readFile(path);
    found.add(resolve(path));
    return content;
  };
  const reading = { ...options, readFile };
  const loaded = loadConfig(text, reading);
  const project = projectIn(text, config, outsideOf(reading))?.file;
  if (project !== undefined && isThere(project)) found.add(resolve(project));
  found.delete(resolve(config));
  return { named: [...found].sort(), says: loaded.ok ? loaded.config.instance : undefined };
};

const isThere = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isFile() === true;
