import type { Command } from "commander";
import type { Project } from "../project/project.ts";

/** Where lines go: standard output, or a test. */
type Output = (line: string) => void;

/** `knxpi check` */
export const addCheck = (program: Command): void => {
  program
    .command("check")
    .description("check a configuration file, without a bus or a broker")
    .argument("[file]", "the configuration file")
    .option("--schema", "print the JSON Schema of the file instead, for editors")
    .addHelpText(
      "after",
      `
Prints everything that is wrong, each with line and column, and ends with status 1 if there was any error. A project that the
file names is read as well, and what of it cannot be used is said.

Examples:
  knxpi check house.yaml
  knxpi check --schema > knxpi.schema.json
    then put this line on top of house.yaml:  # yaml-language-server: $schema=knxpi.schema.json`,
    )
    .action(async (file: string | undefined, { schema }: { schema?: true }, command: Command) => {
      if (schema) return printSchema(console.log);
      if (file === undefined) return command.error("error: missing argument 'file'");
      process.exitCode = await checkCommand(file, console.log);
    });
};

/**
 * Prints the findings and a summary.
 * @returns the exit status: 1 when there is an error
 */
export const checkCommand = async (file: string, print: Output): Promise<0 | 1> => {
  const [{ loadConfigFile }, { formatFinding }] = await Promise.all([
    import("../config/file.ts"),
    import("../config/finding.ts"),
  ]);
  const loaded = await loadConfigFile(file);
  const errors = loaded.ok ? [] : loaded.errors;
  for (const error of errors) print(formatFinding(file, error));
  for (const warning of loaded.warnings) print(`warning: ${formatFinding(file, warning)}`);
  if (loaded.ok && loaded.project) await printProject(loaded.project, print);
  const warnings = plural(loaded.warnings.length, "warning");
  print(
    loaded.ok
      ? `${file}: ok, ${plural(loaded.config.stack.bridge.objects.length, "object")}, ${warnings}`
      : `${file}: ${plural(errors.length, "error")}, ${warnings}`,
  );
  return loaded.ok ? 0 : 1;
};

/** What of it could not be used. */
const printProject = async (project: Project, print: Output): Promise<void> => {
  const { warningLines } = await import("./project-show.ts");
  for (const line of warningLines(project)) print(`project: ${line.replace(/^warning: /, "")}`);
};

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const printSchema = async (print: Output): Promise<void> => {
  const { fileSchema } = await import("../config/schema.ts");
  print(JSON.stringify(fileSchema(), null, 2));
};
