import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import type { Project } from "../project/project.ts";

type Options = Readonly<{
  config: string;
  password?: string;
  passwordFile?: string;
  language?: string;
  only?: readonly string[];
  all?: true;
  json?: true;
  dryRun?: true;
}>;

/** `knxpi project` */
export const addProject = (program: Command): void => {
  const project = program
    .command("project")
    .description("take group addresses from a project of ETS into the configuration");
  addImport(project);
  addDiff(project);
};

const addImport = (project: Command): void => {
  addOptions(project.command("import"))
    .description("write the group addresses of a project as objects into the configuration")
    .option("-n, --dry-run", "show what would change, and write nothing")
    .addHelpText("after", HELP)
    .addHelpText(
      "after",
      `
With --json the project itself goes to standard output and no file is touched: {objects, devices, warnings, …}.
Ends with 0, with 1 when the configuration cannot be written, with 2 when a file cannot be used or the command line is wrong.

Examples:
  knxpi project import house.knxproj --password-file secret --dry-run
  knxpi project import house.knxproj --config /etc/knxpi/house.yaml
  knxpi project import addresses.csv --only "1/*/*" --only "4/0/*"
  knxpi project import house.knxproj --json | jq '.objects[] | select(.dpt == null)'`,
    )
    .action(async (file: string, options: Options) => {
      const read = await readFor(file, options);
      if (read === undefined) return;
      if (options.json) return printProject(read, options);
      const { applyProject } = await import("./project-apply.ts");
      process.exitCode = applyProject(read, options);
    });
};

const addDiff = (project: Command): void => {
  addOptions(project.command("diff"))
    .description("show what an import would change")
    .addHelpText("after", HELP)
    .addHelpText(
      "after",
      `
Ends with 0 when there is no difference, 1 when there is one, 2 when a file cannot be used or the command line is wrong.
Objects that stand only in the configuration, and are the user's, are no difference.

Examples:
  knxpi project diff house.knxproj --config house.yaml
  knxpi project diff house.knxproj --json | jq .retyped`,
    )
    .action(async (file: string, options: Options) => {
      const read = await readFor(file, options);
      if (read === undefined) return;
      const { showDifference } = await import("./project-apply.ts");
      process.exitCode = showDifference(read, options);
    });
};

const HELP = `
The file is a project of ETS 4, 5 or 6 (.knxproj), or an export of group addresses as XML or CSV.
What was imported before and not changed by hand since (a mark behind the address tells) is brought up to date, or
removed when the project does not have it any more. Everything else in the configuration stays as it is: where an object
there has another name or type than the project, the configuration wins, and a type that differs is reported.
The former file is kept beside it as .bak.`;

const addOptions = (command: Command): Command =>
  command
    .argument("<file>", "project or export of group addresses")
    .option("-c, --config <file>", "the configuration", "house.yaml")
    .option("-p, --password <text>", "of the project; seen by every user of this machine")
    .option("--password-file <file>", "the password is the first line of this file")
    .option("--only <pattern>", "only these addresses, such as 1/*/*; may be repeated", patterns)
    .option("--language <code>", "of product names, such as de-DE")
    .option("--all", "list everything, however long")
    .option("--json", "for machines");

const patterns = (text: string, before: readonly string[] = []): readonly string[] => {
  if (!/^(\*|\d{1,2})(\/(\*|\d{1,4})){1,2}$|^(\*|\d{1,5})$/.test(text))
    throw new InvalidArgumentError("A pattern is a group address with * for a part: 4/0/*, 4/*");
  return [...before, text];
};

/** @returns undefined when there is nothing to work with; that has been said then */
const readFor = async (file: string, options: Options): Promise<Project | undefined> => {
  const [{ readProject }, { progressBar }] = await Promise.all([
    import("../project/read-project.ts"),
    import("./progress.ts"),
  ]);
  const password = passwordOf(options);
  if (!password.ok) return refuse(password.message);
  const bar = progressBar("reading", "kB");
  const kB = (octets: number) => Math.ceil(octets / 1024);
  let shown = 0;
  const read = await readProject(file, password.text, {
    ...(options.language !== undefined && { language: options.language }),
    progress: (done, total) => {
      if (done < total && done - shown < STEP) return;
      shown = done;
      bar.show(kB(done), kB(total));
    },
  }).finally(bar.end);
  return read.ok ? read.project : refuse(`${file}: ${read.message}${HINTS.get(read.code) ?? ""}`);
};

/** Octets between two pictures of the bar. */
const STEP = 256 * 1024;

const HINTS: ReadonlyMap<string, string> = new Map([
  ["password_missing", "; give it with --password-file or --password"],
  ["password_wrong", "; it is the one that ETS asks for when the project is imported there"],
]);

const refuse = (message: string): undefined => {
  console.error(`error: ${message}`);
  process.exitCode = BAD_FILE;
  return undefined;
};

const BAD_FILE = 2;

type Password = Readonly<{ ok: true; text: string | undefined } | { ok: false; message: string }>;

const passwordOf = ({ password, passwordFile }: Options): Password => {
  if (passwordFile === undefined) return { ok: true, text: password };
  if (password !== undefined)
    return { ok: false, message: "--password and --password-file exclude each other" };
  try {
    return { ok: true, text: readFileSync(passwordFile, "utf8").split(/\r?\n/)[0] };
  } catch (error) {
    return {
      ok: false,
      message: `--password-file: ${error instanceof Error ? error.message : error}`,
    };
  }
};

const printProject = async (project: Project, options: Options): Promise<void> => {
  const { projectJson, warningLines } = await import("./project-show.ts");
  for (const line of warningLines(project)) console.error(line);
  console.log(JSON.stringify(projectJson(project, options.only), null, 2));
};
