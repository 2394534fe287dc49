import type { Command } from "commander";
import { individual, octets, wholeNumber } from "./arguments.ts";
import { ask, given } from "./ask.ts";
import { examples } from "./examples.ts";
import { addKeyOption, addStationOptions, type StationOptions } from "./station/command.ts";

type Options = StationOptions & Readonly<{ key?: string }>;
type Elements = Options & Readonly<{ start: number; count: number }>;

/** `knxpi prop` */
export const addProp = (program: Command): void => {
  const prop = program.command("prop").description("properties of interface objects of a device");
  addElements(addProperty(prop, "read", "read a property"))
    .addHelpText(
      "after",
      examples(
        "knxpi prop read 1.1.5 0 11                    serial number",
        "knxpi prop read 1.1.5 0 56                    longest APDU",
        "knxpi prop read 1.1.5 1 23 --start 1 --count 4",
        "knxpi prop read 1.1.5 1 23 --start 0          how many elements there are",
      ),
    )
    .action((peer: string, object: number, pid: number, options: Elements) =>
      ask(options, {
        method: "property.read",
        params: given({ ...target(peer, object, pid, options), ...elements(options) }),
      }),
    );
  addElements(addProperty(prop, "write", "write a property, read it back and compare"))
    .argument("<hex...>", "octets of all elements", octets)
    .addHelpText(
      "after",
      examples("knxpi prop write 1.1.5 0 54 01", "knxpi prop write 1.1.5 3 51 0c 1a"),
    )
    .action((peer: string, object: number, pid: number, data: string, options: Elements) =>
      ask(options, {
        method: "property.write",
        params: given({
          ...target(peer, object, pid, options),
          ...elements(options),
          octets: data,
        }),
      }),
    );
  addProperty(prop, "describe", "type, size and access levels of a property")
    .addHelpText("after", examples("knxpi prop describe 1.1.5 0 11"))
    .action((peer: string, object: number, pid: number, options: Options) =>
      ask(options, {
        method: "property.describe",
        params: given(target(peer, object, pid, options)),
      }),
    );
};

const addProperty = (prop: Command, name: string, description: string): Command =>
  addKeyOption(addStationOptions(prop.command(name)))
    .description(description)
    .argument("<ia>", "individual address", individual)
    .argument("<object>", "index of the interface object, 0 is the device", wholeNumber(0, 255))
    .argument("<pid>", "property identifier", wholeNumber(1, 255));

const addElements = (command: Command): Command =>
  command
    .option(
      "--start <number>",
      "first element; 0 holds how many there are",
      wholeNumber(0, 4095),
      1,
    )
    .option("--count <number>", "how many elements", wholeNumber(1, 4095), 1);

const target = (peer: string, object: number, pid: number, { key }: Options) => ({
  peer,
  object,
  pid,
  key,
});

const elements = ({ start, count }: Elements) => ({ start, count });
