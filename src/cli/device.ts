import { Argument, type Command } from "commander";
import type { JsonValue } from "../core/effect.ts";
import { individual, line, octetsOf, wholeNumber } from "./arguments.ts";
import { ask, given } from "./ask.ts";
import { addDump, addProgram, addRestore } from "./download.ts";
import { examples } from "./examples.ts";
import { show } from "./show.ts";
import { addKeyOption, addStationOptions, type StationOptions } from "./station/command.ts";

type Options = StationOptions & Readonly<{ key?: string }>;

/** `knxpi device` */
export const addDevice = (program: Command): void => {
  const device = program
    .command("device")
    .description("look at devices on the line, find, restart, address, program and save them");
  for (const add of [addInfo, addScan, addFind, addProgmode, addAddress, addRestart, addReset])
    add(device);
  for (const add of [addProgram, addDump, addRestore]) add(device);
};

const addInfo = (device: Command): void => {
  addKeyOption(addStationOptions(device.command("info")))
    .description("what a device tells about itself")
    .argument("<ia>", "individual address", individual)
    .addHelpText("after", examples("knxpi device info 1.1.5", "knxpi device info 1.1.5 --json"))
    .action((peer: string, options: Options) =>
      ask(options, { method: "device.info", params: given({ peer, key: options.key }) }),
    );
};

const addScan = (device: Command): void => {
  addStationOptions(device.command("scan"))
    .description("which addresses of a line are in use")
    .argument("<line>", "area and line, such as 1.1", line)
    .option("--from <number>", "first device number", wholeNumber(0, 255), 0)
    .option("--to <number>", "last device number", wholeNumber(0, 255), 255)
    .addHelpText(
      "after",
      examples("knxpi device scan 1.1", "knxpi device scan 1.1 --from 1 --to 20 --json"),
    )
    .action((where: string, options: Options & { from: number; to: number }, command: Command) => {
      const { from, to } = options;
      if (from > to) return command.error("error: --from is above --to");
      return ask(options, {
        method: "device.scan",
        params: { line: where, from, to },
        long: { what: `line ${where}`, unit: "addresses" },
        lines: listed("no device answers"),
      });
    });
};

const addFind = (device: Command): void => {
  addStationOptions(device.command("find"))
    .description("which devices are in programming mode")
    .addHelpText("after", examples("knxpi device find"))
    .action((options: Options) =>
      ask(options, {
        method: "device.find",
        params: {},
        lines: listed("no device is in programming mode"),
      }),
    );
};

const addProgmode = (device: Command): void => {
  addKeyOption(addStationOptions(device.command("progmode")))
    .description("switch the programming mode of a device, or show it")
    .usage("[options] [on|off] <ia>")
    .argument("[on|off]", "without it, the mode is shown")
    .argument("[ia]", "individual address")
    .option("--self", "of the running knxpi itself")
    .addHelpText(
      "after",
      examples(
        "knxpi device progmode 1.1.5             is it in programming mode?",
        "knxpi device progmode on 1.1.5          its LED is lit",
        "knxpi device progmode on --self         knxpi can be found and addressed by ETS",
      ),
    )
    .action(
      (...args: [string | undefined, string | undefined, Options & { self?: true }, Command]) => {
        const [first, second, options, command] = args;
        const words = [first, second].filter((word) => word !== undefined);
        const mode = words[0] === "on" || words[0] === "off" ? words.shift() : undefined;
        const params = mode === undefined ? {} : { on: mode === "on" };
        if (options.self) {
          if (words.length > 0) return command.error("error: --self takes no address");
          return ask(options, { method: "programming-mode", params, lines: shownMode });
        }
        const [ia, ...rest] = words;
        if (ia === undefined) return command.error("error: missing argument 'ia', or --self");
        if (rest.length > 0) return command.error(`error: ${ia} is neither on nor off`);
        return ask(options, {
          method: mode === undefined ? "programming-mode.read" : "programming-mode.write",
          params: given({ peer: checked(command, ia), key: options.key, ...params }),
          lines: shownMode,
        });
      },
    );
};

const addAddress = (device: Command): void => {
  addStationOptions(device.command("address"))
    .description("give a device its individual address")
    .option("--button", "the device whose programming button was pressed")
    .option("--serial <number>", "the device with this serial number, 6 octets", octetsOf(6))
    .addArgument(new Argument("<new>", "the new individual address").argParser(individual))
    .addHelpText(
      "after",
      examples(
        "knxpi device address --button 1.1.17",
        "knxpi device address --serial 00FA:12345678 1.1.17",
      ),
    )
    .action(
      (
        address: string,
        options: Options & { button?: true; serial?: string },
        command: Command,
      ) => {
        const { button, serial } = options;
        if ((button === true) === (serial !== undefined))
          return command.error("error: say which device: --button, or --serial X");
        return serial === undefined
          ? ask(options, { method: "address.button", params: { address } })
          : ask(options, { method: "address.serial", params: { serial, address } });
      },
    );
};

const addRestart = (device: Command): void => {
  addKeyOption(addStationOptions(device.command("restart")))
    .description("restart a device, as if its power had been away")
    .argument("<ia>", "individual address", individual)
    .addHelpText("after", examples("knxpi device restart 1.1.5"))
    .action((peer: string, options: Options) =>
      ask(options, {
        method: "device.restart",
        params: given({ peer, key: options.key }),
        lines: () => [`${peer} restarts`],
      }),
    );
};

const addReset = (device: Command): void => {
  addKeyOption(addStationOptions(device.command("reset")))
    .description("master reset: restart a device and erase something in it")
    .argument("<ia>", "individual address", individual)
    .requiredOption(
      "--erase <code>",
      "1 confirmed restart, 2 factory reset, 3 address, 4 program, 5 parameters, 6 links, 7 factory reset without address",
      wholeNumber(1, 7),
    )
    .option("--channel <number>", "only this channel; 0: all", wholeNumber(0, 255), 0)
    .addHelpText("after", examples("knxpi device reset 1.1.5 --erase 2"))
    .action((peer: string, options: Options & { erase: number; channel: number }) =>
      ask(options, {
        method: "device.reset",
        params: given({
          peer,
          key: options.key,
          eraseCode: options.erase,
          channel: options.channel,
        }),
      }),
    );
};

/** An argument that is only known by its place among others. */
const checked = (command: Command, ia: string): string => {
  try {
    return individual(ia);
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    return command.error(`error: argument '${ia}' is invalid for 'ia'. ${why}`);
  }
};

/** The devices as a table, then what else there is to say. */
const listed =
  (nothing: string) =>
  (result: JsonValue): readonly string[] => {
    const {
      devices,
      line: _,
      ...others
    }: { devices?: readonly JsonValue[]; line?: string } = Object(result);
    const table = devices === undefined || devices.length === 0 ? [nothing] : show(devices);
    return [...table, ...show({ ...others })];
  };

const shownMode = (result: JsonValue): readonly string[] => {
  const on = typeof result === "boolean" ? result : Object(result).on;
  return typeof on === "boolean" ? [on ? "on" : "off"] : show(result);
};
