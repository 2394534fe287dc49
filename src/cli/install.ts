import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { PROGRAM_IN_UNITS } from "../install/files.ts";
import type { Plan, Situation } from "../install/plan.ts";
import { version } from "./version.ts";

type Options = Readonly<{
  apply?: true;
  root?: string;
  replace?: true;
  config?: string;
  purge?: true;
}>;

/** What the commands need to know of the process; another one in tests. */
export type Caller = Readonly<{
  uid: number;
  /** Of Node, and of the program it runs; symbolic links followed. */
  node: string;
  program: string;
  /** This machine runs systemd. */
  hasSystemd: boolean;
  print(line: string): void;
  commands?: Parameters<typeof import("../install/machine.ts").perform>[2];
}>;

/** `knxpi install`, `knxpi uninstall` */
export const addInstall = (program: Command): void => {
  program
    .command("install")
    .description(
      "let systemd start knxpi with the machine; without --apply only says what it would do",
    )
    .option("--apply", "do it")
    .option("--config <file>", "this configuration instead of an example, if there is none yet")
    .option("--replace", "also files that somebody has changed; those are kept as .bak")
    .option("--root <directory>", "a machine that does not run, below this directory (an image)")
    .addHelpText(
      "after",
      `
Every file and every command is named before anything is done. A configuration that is there is never touched. What fails in the
middle is taken back. A second time there is nothing to do, unless knxpi has become another version or lies elsewhere.

Installed by apt? Then all of it is in its place already.

Examples:
  knxpi install                              what would be done
  sudo knxpi install --apply
  sudo knxpi install --apply --config house.yaml
  knxpi install --root /mnt/pi --apply       into an image`,
    )
    .action(async (options: Options) => {
      process.exitCode = await install(options, await thisProcess());
    });
  program
    .command("uninstall")
    .description("take back what knxpi install did; without --apply only says what it would do")
    .option("--apply", "do it")
    .option(
      "--purge",
      "with configuration and state: values, what ETS has loaded, recordings; what --replace kept",
    )
    .option("--root <directory>", "a machine that does not run, below this directory (an image)")
    .addHelpText(
      "after",
      `
Files that somebody has changed since then stay, and are named. So does the user knxpi: its number must not become somebody else's.
The program itself goes with: sudo npm uninstall -g knxpi

Examples:
  knxpi uninstall
  sudo knxpi uninstall --apply --purge`,
    )
    .action(async (options: Options) => {
      process.exitCode = await uninstall(options, await thisProcess());
    });
};

/** @returns the exit status */
export const install = async (options: Options, caller: Caller): Promise<number> => {
  const { loadConfigFile } = await import("../config/file.ts");
  const { formatFinding } = await import("../config/finding.ts");
  const { planInstall } = await import("../install/plan.ts");
  const { print } = caller;
  const refused = await refusal("install", options, caller);
  if (refused !== undefined) return no(refused, print);
  if (options.config !== undefined) {
    const { config } = options;
    const loaded = await loadConfigFile(config);
    if (!loaded.ok) {
      for (const finding of loaded.errors) print(formatFinding(config, finding));
      return no(`${config} has errors: nothing was done`, print);
    }
  }
  const configuration = options.config && readFileSync(options.config, "utf8");
  const { situation, root } = await look(options, caller, configuration);
  const plan = planInstall(situation, options.replace);
  show(plan, situation, print);
  if (plan.steps.length === 0) {
    print(NOTHING);
    return 0;
  }
  if (options.apply !== true) {
    print(`\nNothing has been changed. To do it: ${again("install --apply", options)}`);
    return 0;
  }
  const code = await carryOut(root, plan, caller);
  if (code === 0) print(options.root === undefined ? NEXT : NEXT_IN_IMAGE);
  return code;
};

/** @returns the exit status */
export const uninstall = async (options: Options, caller: Caller): Promise<number> => {
  const { planUninstall } = await import("../install/plan.ts");
  const { userFolders } = await import("../install/machine.ts");
  const { print } = caller;
  const refused = await refusal("uninstall", options, caller);
  if (refused !== undefined) return no(refused, print);
  const { situation, root } = await look(options, caller);
  const purge = options.purge === true;
  const plan = planUninstall(situation, purge, purge ? userFolders(root) : []);
  show(plan, situation, print);
  if (plan.steps.length === 0) {
    print(NOTHING);
    return 0;
  }
  if (options.apply !== true) {
    print(`\nNothing has been changed. To do it: ${again("uninstall --apply", options)}`);
    return 0;
  }
  return carryOut(root, plan, caller);
};

const look = async ({ root }: Options, caller: Caller, configuration?: string) => {
  const { readManifest, readPresent } = await import("../install/machine.ts");
  const { pathsOf } = await import("../install/plan.ts");
  const { wantedFiles } = await import("../install/wanted.ts");
  const read = (source: string): string =>
    readFileSync(new URL(`../../systemd/${source}`, import.meta.url), "utf8");
  const where = resolve(root ?? "/");
  const started =
    root === undefined ? [caller.node, caller.program] : [programIn(where) ?? PROGRAM_IN_UNITS];
  const wanted = wantedFiles(read, started, configuration);
  const manifest = readManifest(where);
  const present = readPresent(where, pathsOf(wanted, manifest));
  return {
    root: where,
    situation: {
      ...{ version: version(), wanted, present, manifest },
      ...(root !== undefined && { root: where }),
    },
  };
};

/** Why it cannot be done here. */
const refusal = async (
  command: "install" | "uninstall",
  { apply, root }: Options,
  { uid, node, program, hasSystemd }: Caller,
): Promise<string | undefined> => {
  const { isPackaged } = await import("../install/machine.ts");
  const { outOfReach } = await import("../install/wanted.ts");
  if (isPackaged(root ?? "/"))
    return command === "install"
      ? PACKAGED
      : "installed by the package manager: sudo apt remove knxpi";
  if (root === undefined && !hasSystemd)
    return "this machine is not run by systemd; for the image of one that is: --root";
  if (apply && uid !== 0) return `only root can do that: sudo knxpi ${command} --apply`;
  if (command === "uninstall") return undefined;
  if (root === undefined) return outOfReach(node) ?? outOfReach(program);
  return programIn(root) === undefined
    ? `there is no knxpi below ${root}: install it there first (npm install -g knxpi --prefix ${join(root, "usr")})`
    : undefined;
};

/** Where the program is in an image; whether it leads anywhere there cannot be seen from outside. */
const programIn = (root: string): string | undefined =>
  [PROGRAM_IN_UNITS, "/usr/local/bin/knxpi"].find(
    (path) => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined,
  );

const carryOut = async (root: string, plan: Plan, { print, commands }: Caller): Promise<number> => {
  const { perform, THIS_MACHINE } = await import("../install/machine.ts");
  const outcome = perform(root, plan, commands ?? THIS_MACHINE);
  if (outcome.ok) {
    for (const warning of outcome.warnings) print(`warning: ${warning}`);
    print("\nDone.");
    return 0;
  }
  print(`\nerror: ${outcome.problem}`);
  print(
    outcome.left.length === 0
      ? "All files are as they were before."
      : "The files are as they were before, except these:",
  );
  for (const left of outcome.left) print(`  ${left}`);
  if (outcome.ran.length > 0)
    print(`These commands had been run, and stay so: ${outcome.ran.join("; ")}`);
  return FAILURE;
};

const show = (
  { files, steps }: Plan,
  { wanted, present, root }: Situation,
  print: Caller["print"],
): void => {
  print(root === undefined ? "On this machine:" : `Below ${root}:`);
  for (const { path, state } of files) print(`  ${WORDS[state].padEnd(10)} ${path}`);
  for (const step of steps)
    if (step.do === "run") print(`  ${"run".padEnd(10)} ${step.words.join(" ")}`);
  for (const { path, state } of files) {
    if (state !== "changed" && state !== "replace") continue;
    print(`\n${path} was changed by somebody${state === "changed" ? " and stays as it is" : ""}:`);
    const now = present.get(path)?.text?.split("\n") ?? [];
    const then = wanted.find((file) => file.path === path)?.text.split("\n") ?? [];
    for (const line of without(now, then)) print(`  - ${line}`);
    for (const line of without(then, now)) print(`  + ${line}`);
    if (state === "changed") print(KEEP);
  }
};

/** Lines that the others do not have. */
const without = (lines: readonly string[], others: readonly string[]): readonly string[] =>
  lines.filter((line) => !others.includes(line));

const WORDS = {
  new: "new",
  update: "update",
  unchanged: "unchanged",
  changed: "changed",
  replace: "replace",
  yours: "stays",
  gone: "remove",
} as const satisfies Record<Plan["files"][number]["state"], string>;

const again = (command: string, { root, config, replace, purge }: Options): string =>
  [
    `sudo knxpi ${command}`,
    ...(config === undefined ? [] : [`--config ${config}`]),
    ...(replace ? ["--replace"] : []),
    ...(purge ? ["--purge"] : []),
    ...(root === undefined ? [] : [`--root ${root}`]),
  ].join(" ");

const no = (why: string, print: Caller["print"]): number => {
  print(`error: ${why}`);
  return FAILURE;
};

const thisProcess = async (): Promise<Caller> => {
  return {
    uid: process.getuid?.() ?? 0,
    node: realpathSync(process.execPath),
    program: realpathSync(process.argv[1] ?? ""),
    hasSystemd: existsSync("/run/systemd/system"),
    print: console.log,
  };
};

const FAILURE = 1;
const NOTHING = "\nNothing to do.";
const PACKAGED =
  "installed by the package manager, which has put everything in its place: sudo systemctl enable --now knxpi";
const KEEP =
  "Own settings last longer in a drop-in (systemctl edit knxpi). To take ours: knxpi install --replace, which keeps it as .bak; a .bak that is not from there has to be moved away first.";
const NEXT = `
Next: sudo nano /etc/knxpi/house.yaml
      sudo knxpi check /etc/knxpi/house.yaml
      sudo systemctl restart knxpi
      systemctl status knxpi`;
const NEXT_IN_IMAGE = "\nNext: edit etc/knxpi/house.yaml there; knxpi starts with the machine.";
