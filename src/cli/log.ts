import type { Command } from "commander";
import type { JsonValue } from "../core/effect.ts";
import { timeSpan } from "./arguments.ts";
import { ask, given } from "./ask.ts";
import { examples } from "./examples.ts";
import { table } from "./show.ts";
import { addStationOptions, type StationOptions } from "./station/command.ts";

type LogOptions = StationOptions & Readonly<{ module?: string; for?: number }>;

/** `knxpi log` */
export const addLog = (program: Command): void => {
  addStationOptions(program.command("log"))
    .description(
      "how much the running knxpi writes to its log, and of what; shows it when no level is given",
    )
    .argument("[level]", "trace, debug, info, warn, error, silent, or default: as the others again")
    .option("--module <name>", "only of this layer or part: dl, tlsm, mqtt …")
    .option("--for <time>", "and then as before: 30s, 10m, 2h", timeSpan)
    .addHelpText(
      "after",
      `
Without --for it holds until knxpi starts again or reads its configuration again; log.level and log.modules are what lasts.
${examples("knxpi log", "knxpi log debug --module dl --for 10m", "knxpi log default --module dl", "knxpi log warn")}`,
    )
    .action((level: string | undefined, { module, for: seconds, ...options }: LogOptions) => {
      if (level === undefined && (module !== undefined || seconds !== undefined))
        throw new Error("a level is needed with --module and --for, such as debug");
      return ask(options, { method: "log", params: given({ level, module, seconds }), lines });
    });
};

const lines = (result: JsonValue): readonly string[] => {
  const { level, own, modules }: Levels = Object(result);
  const rows = own.map((one) => ({
    module: one.module ?? "all others",
    level: one.level,
    for: one.secondsLeft === null ? "" : `${one.secondsLeft} s more`,
  }));
  return [
    `level  ${level}`,
    ...(rows.length > 0 ? ["", ...table(rows)] : []),
    "",
    `modules  ${modules.join(", ")}`,
  ];
};

/** As the control socket tells them. */
type Levels = Readonly<{
  level: string;
  own: readonly Readonly<{ module: string | null; level: string; secondsLeft: number | null }>[];
  modules: readonly string[];
}>;
