import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { JsonValue } from "../core/effect.ts";
import { individual } from "./arguments.ts";
import { ask, given } from "./ask.ts";
import { examples } from "./examples.ts";
import { addKeyOption, addStationOptions, type StationOptions } from "./station/command.ts";

type Options = StationOptions & Readonly<{ key?: string }>;
type Files = Readonly<{ product?: string; program?: string; image?: string; objects?: string }>;

/** `knxpi device program` */
export const addProgram = (device: Command): void => {
  addKeyOption(addStationOptions(device.command("program")))
    .description("load a program, group addresses and flags into a device, and restart it")
    .argument("<ia>", "individual address", individual)
    .option("--product <file>", "product data: what knxpi product writes, XML or .knxprod")
    .option("--program <id>", "which application program, where the product data have several")
    .option("--image <file>", "the program and its tables as they are to stand in the device, JSON")
    .option("--objects <file>", "parameters, and group addresses of the group objects, YAML")
    .option("--partial", "write only what differs from what stands in the device")
    .addHelpText(
      "after",
      examples(
        "knxpi device program 1.1.5 --product thermostat.xml --objects hall.yaml",
        "knxpi device program 1.1.5 --image hall.json --partial",
        "knxpi product --application thermostat > thermostat.xml    makes the product data",
      ),
    )
    .action(
      async (peer: string, options: Options & Files & { partial?: true }, command: Command) => {
        const { product, program, image, objects, partial } = options;
        if ((product === undefined) === (image === undefined))
          return command.error("error: say what to load: --product FILE, or --image FILE");
        if (product !== undefined && objects === undefined)
          return command.error("error: --product has no group addresses: add --objects FILE");
        const { readImage, imageParams } = await import("./image/image.ts");
        const read = await orUsage(command, () => readImage({ product, program, image, objects }));
        return ask(options, {
          method: "device.program",
          params: given({
            peer,
            key: options.key,
            image: { ...imageParams(read), ...(partial && { partial }) },
          }),
          long: { what: peer, unit: "octets" },
        });
      },
    );
};

/** `knxpi device dump` */
export const addDump = (device: Command): void => {
  addKeyOption(addStationOptions(device.command("dump")))
    .description("read back everything a device can tell, as a JSON document")
    .argument("<ia>", "individual address", individual)
    .option("--out <file>", "write the document to this file instead of showing it")
    .addHelpText(
      "after",
      examples("knxpi device dump 1.1.5", "knxpi device dump 1.1.5 --out dimmer-hall.json"),
    )
    .action((peer: string, options: Options & { out?: string }) =>
      ask(options, {
        method: "device.dump",
        params: given({ peer, key: options.key }),
        long: { what: peer, unit: "octets" },
        lines: (document) => saved(document, options.out),
      }),
    );
};

/** `knxpi device restore` */
export const addRestore = (device: Command): void => {
  addKeyOption(addStationOptions(device.command("restore")))
    .description("load what was dumped into the same device, or into one of its kind")
    .argument("<ia>", "individual address", individual)
    .argument("<file>", "what device dump has written")
    .addHelpText("after", examples("knxpi device restore 1.1.5 dimmer-hall.json"))
    .action(async (peer: string, file: string, options: Options, command: Command) => {
      const { readDump } = await import("./image/dump.ts");
      const document = await orUsage(command, () => readDump(file));
      return ask(options, {
        method: "device.restore",
        params: given({ peer, key: options.key, document }),
        long: { what: peer, unit: "octets" },
      });
    });
};

/** What a file gives; one that is no good ends the command like a wrong argument, before anything is sent. */
const orUsage = async <T>(command: Command, read: () => T | Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    return command.error(`error: ${error.message}`);
  }
};

const saved = (document: JsonValue, out: string | undefined): readonly string[] => {
  const text = JSON.stringify(document, null, 2);
  if (out === undefined) return text.split("\n");
  writeFileSync(out, `${text}\n`);
  return [out];
};
