import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import type { JsonValue } from "../core/effect.ts";
import { parseHex } from "../core/octets.ts";
import { individual, memoryAddress, octets, wholeNumber } from "./arguments.ts";
import { ask, given } from "./ask.ts";
import { examples } from "./examples.ts";
import { dump, show } from "./show.ts";
import { addKeyOption, addStationOptions, type StationOptions } from "./station/command.ts";

type Options = StationOptions & Readonly<{ key?: string }>;

/** `knxpi mem` */
export const addMem = (program: Command): void => {
  const mem = program.command("mem").description("memory of a device");
  addMemory(mem, "read", "read memory")
    .argument("<length>", "how many octets", wholeNumber(1, 65_536))
    .option("--out <file>", "write the octets to this file instead of showing them")
    .addHelpText(
      "after",
      examples(
        "knxpi mem read 1.1.5 0060 1              programming mode of many devices",
        "knxpi mem read 1.1.5 4000 256 --out table.bin",
      ),
    )
    .action((peer: string, address: number, length: number, options: Options & { out?: string }) =>
      ask(options, {
        method: "memory.read",
        params: given({ peer, address, length, key: options.key }),
        long: { what: peer, unit: "octets" },
        lines: (result) => saved(result, address, options.out),
      }),
    );
  addMemory(mem, "write", "write memory, read it back and compare")
    .argument("<hex...>", "octets", octets)
    .addHelpText("after", examples("knxpi mem write 1.1.5 4000 0c 1a"))
    .action((peer: string, address: number, data: string, options: Options) =>
      ask(options, {
        method: "memory.write",
        params: given({ peer, address, octets: data, key: options.key }),
        long: { what: peer, unit: "octets" },
        lines: () => [`${hexAddress(address)}  ${data.length / 2} octets written and read back`],
      }),
    );
};

const addMemory = (mem: Command, name: string, description: string): Command =>
  addKeyOption(addStationOptions(mem.command(name)))
    .description(description)
    .argument("<ia>", "individual address", individual)
    .argument("<address>", "first address, in hex", memoryAddress);

const hexAddress = (address: number): string => address.toString(16).padStart(6, "0");

const saved = (result: JsonValue, address: number, out: string | undefined): readonly string[] => {
  const { octets: hex }: { octets?: unknown } = Object(result);
  const read = typeof hex === "string" ? parseHex(hex) : undefined;
  if (read === undefined) return show(result);
  if (out === undefined) return dump([...read], address);
  writeFileSync(out, Uint8Array.from(read));
  return [`${out}: ${read.length} octets`];
};
