import { mkdirSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { DISK, replaceFile } from "../shell/store/files.ts";
import { packBackup } from "./archive.ts";
import { type CollectOptions, collect } from "./collect.ts";

export type KeptBackup = Readonly<
  { ok: true; name: string; size: number } | { ok: false; problem: string }
>;

/**
 * A backup in the folder `backups` of the state directory, for whoever fetches it from there; older ones go.
 * @throws Error of the disk
 */
export const keepBackup = async (
  options: CollectOptions & Readonly<{ state: string }>,
): Promise<KeptBackup> => {
  const collected = collect(options);
  if (!collected.ok) return collected;
  const octets = await packBackup(collected.backup);
  const { instance } = collected.backup.head;
  const folder = join(options.state, FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = backupName(instance, options.now);
  replaceFile(DISK, folder, name, octets);
  for (const old of stale(readdirSync(folder), instance)) unlinkSync(join(folder, old));
  return { ok: true, name, size: octets.length };
};

/** `knxpi-house-20260131T061502Z.zip`: by name is by time. */
export const backupName = (instance: string, now: Date): string =>
  `knxpi-${instance}-${now.toISOString().replace(/[-:]|\.\d+/g, "")}.zip`;

/** @returns those that are too many, and nothing that has another name */
const stale = (names: readonly string[], instance: string): readonly string[] => {
  const start = `knxpi-${instance}-`;
  const ours = names.filter(
    (name) => name.startsWith(start) && /^\d{8}T\d{6}Z\.zip$/.test(name.slice(start.length)),
  );
  return ours.sort().slice(0, -KEPT);
};

const FOLDER = "backups";
const KEPT = 5;
