import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Backup } from "../backup/archive.ts";
import type { RestoreStep } from "../backup/restore.ts";
import { version } from "./version.ts";

type Options = Readonly<{
  config: string;
  state: string;
  out?: string;
  apply?: true;
  instance?: string;
}>;

/** `knxpi backup` */
export const addBackup = (program: Command): void => {
  const backup = program
    .command("backup")
    .description("configuration and state as one file, and back again")
    .addHelpText(
      "after",
      `
A backup is a ZIP file with the configuration, the files that it names in its own folder (passwords and certificates too: keep it
safe), and the state: address, keys, what ETS loaded, last values. Recordings are not in it. knxpi may run while one is made.

Examples:
  sudo knxpi backup create                       knxpi-house-20260131T061502Z.zip here
  knxpi backup show knxpi-house-….zip            what is in it
  sudo knxpi backup restore knxpi-house-….zip            what would be done
  sudo knxpi backup restore knxpi-house-….zip --apply    does it; knxpi must be stopped`,
    );
  places(backup.command("create"))
    .description("make one")
    .option("-o, --out <file>", "where to; - is standard output")
    .action(create);
  backup
    .command("show")
    .description("what is in one")
    .argument("<file>", "a backup")
    .action(async (file: string) => print(await read(file)));
  places(backup.command("restore"))
    .description("put configuration and state back; without --apply it only says what it would do")
    .argument("<file>", "a backup")
    .option("--apply", "do it")
    .action(restore);
};

const places = (command: Command): Command =>
  command
    .option("-c, --config <file>", "the configuration file", "/etc/knxpi/house.yaml")
    .option("--state <dir>", "the state directory", "/var/lib/knxpi")
    .option("--instance <name>", "name of the instance; else what the configuration says");

const create = async ({ config, state, instance, out }: Options): Promise<void> => {
  const [{ collect }, { packBackup }, { backupName }] = await Promise.all([
    import("../backup/collect.ts"),
    import("../backup/archive.ts"),
    import("../backup/keep.ts"),
  ]);
  const now = new Date();
  const collected = collect({
    config: isThere(config) ? config : undefined,
    state: isThere(state) ? state : undefined,
    program: version(),
    instance,
    now,
  });
  if (!collected.ok) throw new Error(`${collected.problem} (${config}, ${state})`);
  const octets = await packBackup(collected.backup);
  const { entries, head } = collected.backup;
  const path = out ?? backupName(head.instance, now);
  if (path === "-") process.stdout.write(octets);
  else writeFileSync(path, octets, { mode: 0o600, flag: "wx" });
  console.error(`${path}: ${entries.size} files, ${octets.length} octets`);
  if (!isThere(config)) console.error(`warning: there is no ${config}`);
  if (!isThere(state)) console.error(`warning: there is no ${state}`);
  for (const file of head.left) console.error(`warning: not in it, keep it yourself: ${file}`);
};

const read = async (file: string): Promise<Backup> => {
  const { unpackBackup } = await import("../backup/archive.ts");
  const unpacked = await unpackBackup(new Uint8Array(readFileSync(file)));
  if (!unpacked.ok) throw new Error(`${file}: ${unpacked.problem}`);
  return unpacked.backup;
};

const print = ({ head, entries }: Backup): void => {
  console.log(`made ${head.created} by knxpi ${head.program}, instance ${head.instance}`);
  for (const [name, { length }] of entries) console.log(`  ${String(length).padStart(9)}  ${name}`);
  for (const file of head.left) console.log(`  not in it: ${file}`);
};

const restore = async (file: string, { config, state, apply }: Options): Promise<void> => {
  const backup = await read(file);
  const [{ planRestore, restore: carryOut, formerName }, { HALF_RESTORED }, { whileLocked }] =
    await Promise.all([
      import("../backup/restore.ts"),
      import("../shell/store/state-format.ts"),
      import("../shell/store/lock.ts"),
    ]);
  const plan = planRestore(backup, { config, state }, contentOf, version());
  if (!plan.ok) throw new Error(`${file}: ${plan.problem}`);
  for (const step of plan.steps) console.log(lineOf(step, formerName));
  for (const path of backup.head.left)
    console.log(`is not in the backup  ${path}${isThere(path) ? "" : "  (and not here)"}`);
  // Only a backup with a state completes what an earlier restore has begun.
  const isHalf = isThere(join(state, HALF_RESTORED)) && plan.steps.some(({ of }) => of === "state");
  if (isHalf) console.log(`is cut short          ${state}  (an earlier restore)`);
  if (plan.steps.every((step) => step.do === "nothing") && !isHalf)
    return console.log("nothing to do");
  if (!apply) return console.log("nothing was changed: add --apply to do it");
  await whileLocked(state, () => carryOut(plan.steps, { state }), console.error);
  console.log(`restored; now: knxpi check ${config}`);
};

/** @throws Error when that cannot be told */
const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

const contentOf = (path: string): Uint8Array | undefined =>
  isThere(path) ? new Uint8Array(readFileSync(path)) : undefined;

const lineOf = (step: RestoreStep, formerName: (path: string) => string): string => {
  switch (step.do) {
    case "nothing":
      return `is the same           ${step.path}`;
    case "remove":
      return `goes away             ${step.path}  (stays as ${formerName(step.path)})`;
    case "write":
      return step.is === "new"
        ? `is new                ${step.path}`
        : `is replaced           ${step.path}  (stays as ${formerName(step.path)})`;
  }
};
