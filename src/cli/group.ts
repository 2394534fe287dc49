import type { Command } from "commander";
import { parseGroupAddress } from "../core/address.ts";
import { encode, findDpt } from "../core/dpt/dpt.ts";
import { decodeValue } from "../core/dpt/value.ts";
import type { JsonValue } from "../core/effect.ts";
import { parseHex, toCompactHex, toHex } from "../core/octets.ts";
import { datapointType, group, groups } from "./arguments.ts";
import { ask } from "./ask.ts";
import { examples } from "./examples.ts";
import { show } from "./show.ts";
import {
  addStationOptions,
  type StationOptions,
  untilInterrupted,
  withStation,
} from "./station/command.ts";
import type { Params } from "./station/station.ts";
import { painter, telegramLine } from "./telegram-line.ts";

type Options = StationOptions & Readonly<{ dpt?: string }>;

/** `knxpi group` */
export const addGroup = (program: Command): void => {
  const command = program.command("group").description("read, write and watch group addresses");
  addTyped(command, "read", "ask for the value of a group address")
    .argument("<ga>", "group address", group)
    .addHelpText("after", examples("knxpi group read 1/2/3", "knxpi group read 4/0/1 --dpt 9.001"))
    .action((address: string, options: Options) =>
      ask(options, {
        method: "group.read",
        params: { address },
        lines: (result) => [valueLine(result, options.dpt)],
      }),
    );
  addTyped(command, "write", "send a value to a group address")
    .argument("<ga>", "group address", group)
    .argument(
      "<value>",
      "with --dpt: a value of that type; else octets in hex, or 0 to 63 for up to 6 bits",
    )
    .addHelpText(
      "after",
      examples(
        "knxpi group write 1/2/3 1                     up to 6 bits",
        "knxpi group write 1/2/3 on --dpt 1.001",
        "knxpi group write 4/0/1 21.5 --dpt 9.001",
        "knxpi group write 4/0/1 0c33                  the same in octets",
        "knxpi group write 5/0/1 0x01                  one octet of its own, not 6 bits",
      ),
    )
    .action((address: string, text: string, options: Options, self: Command) => {
      const value = groupValue(text, options.dpt);
      return "error" in value
        ? self.error(`error: ${value.error}`)
        : ask(options, { method: "group.write", params: { address, ...value }, lines: () => [] });
    });
  addTyped(command, "listen", "show telegrams to group addresses until Ctrl-C")
    .argument("[ga...]", "group addresses; all when left out", groups)
    .addHelpText(
      "after",
      examples(
        "knxpi group listen",
        "knxpi group listen 1/2/3 1/2/4",
        "knxpi group listen 4/0/1 --dpt 9.001 --json",
      ),
    )
    .action((addresses: readonly string[], options: Options) => listen(addresses, options));
};

const addTyped = (command: Command, name: string, description: string): Command =>
  addStationOptions(command.command(name))
    .description(description)
    .option("--dpt <type>", "datapoint type of the value, such as 9.001", datapointType);

/**
 * What somebody typed → octets as the control socket takes them.
 * @param dpt without it: one or two decimal digits up to 63 are a value of up to 6 bits, anything else is hex
 */
export const groupValue = (
  text: string,
  dpt: string | undefined,
): Readonly<{ octets: string; short: boolean } | { error: string }> => {
  const type = dpt === undefined ? undefined : findDpt(dpt);
  if (type !== undefined) {
    const encoded = encode(type, text);
    return encoded.ok
      ? { octets: toCompactHex(encoded.value.octets), short: encoded.value.short }
      : { error: encoded.error.message };
  }
  if (/^\d{1,2}$/.test(text) && Number(text) <= 63)
    return { octets: toCompactHex([Number(text)]), short: true };
  const octets = parseHex(text);
  return octets === undefined || octets.length === 0
    ? {
        error: `"${text}" is neither a number from 0 to 63 nor octets in hex; --dpt takes words and numbers`,
      }
    : { octets: toCompactHex(octets), short: false };
};

const valueLine = (result: JsonValue, dpt: string | undefined): string => {
  const { value }: { value?: unknown } = Object(result);
  const octets = typeof value === "string" ? parseHex(value) : undefined;
  if (octets === undefined) return show(result).join("  ");
  return dpt === undefined ? toHex(octets) : JSON.stringify(decodeValue(dpt, octets));
};

const listen = (addresses: readonly string[], options: Options): Promise<void> =>
  withStation(options, async (station, signal) => {
    const wanted = new Set(addresses.map(parseGroupAddress));
    const paint = painter(process.stdout.isTTY, process.env);
    station.listen((method, telegram) => {
      const { destination, destinationKind } = telegram;
      if (method !== "telegram" || destinationKind !== "group") return;
      const address = parseGroupAddress(String(destination));
      if (wanted.size > 0 && !wanted.has(address)) return;
      const shown = typed(telegram, options.dpt);
      console.log(options.json ? JSON.stringify(shown) : telegramLine(shown, paint));
    });
    await station.request("monitor.start");
    await untilInterrupted(station, signal);
  });

/** The type that was asked for wins over the one that is configured. */
const typed = (telegram: Params, dpt: string | undefined): Params => {
  const { data } = telegram;
  const octets = dpt !== undefined && typeof data === "string" ? parseHex(data) : undefined;
  return dpt === undefined || octets === undefined || octets.length === 0
    ? telegram
    : { ...telegram, dpt, value: decodeValue(dpt, octets) };
};
