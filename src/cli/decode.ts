import { createInterface } from "node:readline";
import type { Command } from "commander";
import type { GroupAddress } from "../core/address.ts";
import { findDpt } from "../core/dpt/dpt.ts";
import { DROP_REASONS } from "../core/drop.ts";
import { type ExplainOptions, type Explanation, explainFrame } from "../core/explain.ts";
import { parseHex } from "../core/octets.ts";

type Options = Readonly<{ dpt?: string; config?: string; json?: true }>;

/** `knxpi decode` */
export const addDecode = (program: Command): void => {
  program
    .command("decode")
    .description("say what telegrams mean, one line each")
    .argument("[octets...]", "a TP1 frame in hex; without it, one frame per line of standard input")
    .option("--dpt <type>", "datapoint type of the values, for example 9.001")
    .option("--config <file>", "take the datapoint types from this configuration file")
    .option("--json", "one JSON object per line, for machines")
    .addHelpText(
      "after",
      `
A frame begins with its control field and ends with its check octet. Blanks, colons and 0x between octets do not matter.
A frame that is none gives its reason, not an error: the exit status is 1 only for text that is not hex.

Examples:
  knxpi decode bc 11 05 0a 03 e1 00 81 3e
  knxpi decode --dpt 9.001 "bc 11 6e 28 6e e3 00 80 0c 1c 09"
  knxpi decode --json < octets.txt`,
    )
    .action(async (words: readonly string[], options: Options) => {
      const explain = await reader(options);
      const show = (text: string): void => {
        const line = explain(text);
        console.log(options.json ? JSON.stringify(line) : describe(line));
        if (!line.ok && line.reason === NOT_HEX) process.exitCode = 1;
      };
      if (words.length > 0) for (const frame of framesOf(words)) show(frame);
      else
        for await (const line of createInterface({ input: process.stdin }))
          if (line.trim() !== "" && !line.startsWith("#")) show(line);
    });
};

const NOT_HEX = "input.hex";

type Line = Explanation | Readonly<{ ok: false; reason: typeof NOT_HEX }>;

const reader = async (options: Options): Promise<(text: string) => Line> => {
  const explainOptions = await explainOptionsOf(options);
  return (text) => {
    const octets = parseHex(text);
    return octets === undefined
      ? { ok: false, reason: NOT_HEX }
      : explainFrame(octets, explainOptions);
  };
};

const explainOptionsOf = async ({ dpt, config }: Options): Promise<ExplainOptions> => {
  if (dpt !== undefined) {
    if (findDpt(dpt) === undefined)
      throw new Error(`--dpt ${dpt} is not a datapoint type known here; 9.001 is how they look`);
    return { dptOf: () => dpt };
  }
  if (config === undefined) return {};
  const { loadConfigFile } = await import("../config/file.ts");
  const loaded = await loadConfigFile(config);
  if (!loaded.ok) throw new Error(`${config} has errors: knxpi check ${config} shows them`);
  const { objects, style } = loaded.config.stack.bridge;
  const types = new Map<GroupAddress, string | undefined>(
    objects.map(({ ga, dpt: type }) => [ga, type]),
  );
  return { style, dptOf: (address) => types.get(address) };
};

/** Words of one frame, or whole frames: `decode bc 11 …` and `decode "bc 11 …" "bc 11 …"` both mean what they look like. */
const framesOf = (words: readonly string[]): readonly string[] =>
  words.some((word) => word.replace(/[^0-9a-f]/gi, "").length >= SHORTEST)
    ? words
    : [words.join(" ")];

/** Hex digits of the shortest frame, 8 octets. */
const SHORTEST = 16;

const describe = (line: Line): string => {
  if (!line.ok)
    return line.reason === NOT_HEX
      ? "error: not octets in hex"
      : `error: ${line.reason}: ${DROP_REASONS[line.reason]}`;
  const { source, destination, priority, hops, tpci, sequence, apci, number, data, dpt, value } =
    line;
  return [
    `${source} → ${destination}`,
    line.destinationKind === "broadcast" ? "broadcast" : "",
    `${priority}, hops ${hops}${line.repeated ? ", repeated" : ""}${line.kind === "extended" ? ", extended" : ""}`,
    sequence === undefined ? tpci : `${tpci} ${sequence}`,
    apci === null ? "" : number === undefined ? apci : `${apci} ${number}`,
    data,
    dpt === undefined ? "" : `${dpt} = ${JSON.stringify(value)}`,
  ]
    .filter((part) => part !== "")
    .join("  ");
};
