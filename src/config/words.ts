import * as z from "zod";
import {
  type GroupAddress,
  type IndividualAddress,
  parseGroupAddress,
  parseIndividualAddress,
} from "../core/address.ts";
import { knownDpts, plainDptId } from "../core/dpt/dpt.ts";
import { type Octets, parseHex } from "../core/octets.ts";
import { nearest } from "./nearest.ts";

/*
 * What can stand behind a key, smaller than a section. Each refuses with a code of `mqtt-interface.md` §19 and a message that
 * follows the value: `"1/9/3": the middle group goes from 0 to 7`.
 */

type Context = Parameters<Parameters<z.ZodString["transform"]>[0]>[1];

const refuse = (context: Context, code: string, message: string, suggestion?: string): never => {
  context.addIssue({ code: "custom", message, params: { code, suggestion } });
  return z.NEVER;
};

/** Group address of an object, `1/2/3`, `1/515` or `2563`. */
export const groupAddress = z
  .string()
  .transform((text, context): GroupAddress => {
    const address = parseGroupAddress(text);
    if (address === undefined) return refuse(context, "bad_ga", groupAddressProblem(text));
    return address === 0
      ? refuse(context, "zero_ga", "this is the broadcast address and cannot be an object")
      : address;
  })
  .describe("Group address: 1/2/3, 1/515 or 2563");

const groupAddressProblem = (text: string): string => {
  const parts = text.split("/");
  const limits = LIMITS[parts.length - 1];
  if (limits === undefined || !parts.every((part) => /^\d+$/.test(part)))
    return "a group address is written 1/2/3, 1/515 or 2563";
  const index = parts.findIndex((part, at) => Number(part) > (limits[at]?.[1] ?? 0));
  const [name, max] = limits[index] ?? ["sub group", 255];
  return `the ${name} goes from 0 to ${max}`;
};

const LIMITS: readonly (readonly (readonly [name: string, max: number])[])[] = [
  [["free group address", 65535]],
  [
    ["main group", 31],
    ["sub group", 2047],
  ],
  [
    ["main group", 31],
    ["middle group", 7],
    ["sub group", 255],
  ],
];

/** Individual address of this device. */
export const individualAddress = z
  .string({
    error: ({ input }) =>
      input === undefined
        ? "address is needed: this version cannot be given its address by ETS, so choose a free one of your line, such as 1.1.250"
        : "an individual address is written 1.1.250",
  })
  .transform((text, context): IndividualAddress => {
    const address = parseIndividualAddress(text);
    if (address === undefined)
      return refuse(
        context,
        "ia_invalid",
        "an individual address is written 1.1.250 and goes from 0.0.1 to 15.15.255",
      );
    return (address & 0xff) === 0
      ? refuse(context, "ia_invalid", "this address is reserved for a coupler")
      : address;
  })
  .describe("Individual address of this device on its line, such as 1.1.250");

/** Datapoint type in its one spelling; it need not be one that we can encode. */
export const datapointType = z
  .string()
  .transform((text, context): string => {
    const id = plainDptId(text);
    return id ?? refuse(context, "unknown_dpt", "this is not a datapoint type", likelyDpt(text));
  })
  .describe("Datapoint type, such as 9.001; best in quotes");

const likelyDpt = (text: string): string | undefined => {
  const ids = knownDpts().map(({ id }) => id);
  const [, main, sub] = /^(\d{1,3})\.(\d{1,2})$/.exec(text) ?? [];
  if (main !== undefined && sub !== undefined) {
    const padded = [sub.padStart(3, "0"), sub.padEnd(3, "0")].map((digits) => `${main}.${digits}`);
    return [...new Set(padded)].filter((id) => ids.includes(id)).join(" or ") || padded[0];
  }
  const name = nearest(
    text,
    knownDpts().map(({ name }) => name),
  );
  return knownDpts().find((dpt) => dpt.name === name)?.id ?? nearest(text, ids);
};

/** Pattern of group addresses: `*` stands for any one part. A star alone fits every address. */
export const pattern = z
  .string()
  .regex(/^(\*|\d{1,2})\/(\*|[0-7])\/(\*|\d{1,3})$|^(\*|\d{1,2})\/(\*|\d{1,4})$|^(\*|\d{1,5})$/, {
    error: "a pattern is a group address with * for a part: 4/0/*, */*/*, 4/*",
  })
  .describe("Pattern of group addresses, such as 4/0/*");

const DURATION = /^\d+(\.\d+)?\s*(ms|s|min|h|d)?$/;
const NO_DURATION = {
  error: "a duration is written 500ms, 30s, 20min, 2h or 7d; a bare number is seconds",
};

/** `500ms`, `30s`, `20min`, `2h`, `7d`, or a bare number of seconds; in ms. */
export const duration = z
  .union([z.number().nonnegative(), z.string().regex(DURATION, NO_DURATION)], NO_DURATION)
  .transform((value) => {
    const [, amount = "0", unit = "s"] = /^([\d.]+)\s*(\w*)$/.exec(`${value}`) ?? [];
    return Number(amount) * (MILLISECONDS.get(unit || "s") ?? 1000);
  })
  .describe("Duration: 500ms, 30s, 20min, 2h, 7d; a bare number is seconds");

const NO_HYSTERESIS = { error: "a hysteresis is a number or a percentage: 0.3 or 2%" };

/** How far a value must be from the last one that was sent: `0.3`, or `2%` of that. */
export const hysteresis = z
  .union(
    [z.number().nonnegative(), z.string().regex(/^\d+(\.\d+)?\s*%$/, NO_HYSTERESIS)],
    NO_HYSTERESIS,
  )
  .transform((said) =>
    typeof said === "number"
      ? ({ of: "value", amount: said } as const)
      : ({ of: "percent", amount: Number.parseFloat(said) } as const),
  )
  .describe("Least difference to the last value that was sent: 0.3, or 2% of it");

const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["min", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** `auto`, a device, a serial port behind TCP, or the simulated line. */
export const port = z
  .string()
  .regex(/^(auto|\/.+|tcp:\/\/[^/:]+:\d{1,5}|tcp:\/\/\[[^\]]+\]:\d{1,5}|sim:.*)$/, {
    error: "a port is auto, a device such as /dev/ttyAMA0, or tcp://host:port",
  })
  .describe("Serial port of the transceiver: auto, /dev/ttyAMA0, tcp://host:port");

/** Address of a broker. */
export const brokerUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^(mqtt|ws)s?:\/\/./.test(text), {
    error: "a broker is written mqtt://host:1883, mqtts://host:8883, ws:// or wss://",
    params: { code: "bad_url" },
  })
  .describe("Address of the broker; left out: a broker of our own on this machine");

/** Base topic: everything of ours lies below it. */
export const baseTopic = z
  .string()
  .refine((text) => /^[^#+\0$/][^#+\0]*$/.test(text) && !text.endsWith("/"), {
    error: "a base topic has no wildcard, no $ or / in front, and no / at its end",
    params: { code: "bad_base" },
  })
  .describe("Base topic of everything that is published and subscribed");

/** Permissions of a file as `chmod` takes them. */
export const fileMode = z
  .string()
  .regex(/^0?[0-7]{3}$/, { error: 'permissions are three octal digits: "0660"' })
  .transform((digits) => Number.parseInt(digits, 8))
  .describe('Permissions of a file, such as "0660"');

/** Serial number of a device: manufacturer (2 octets), number (4). */
export const serialNumber = z
  .string()
  .transform((text, context): Octets => {
    const octets = parseHex(text);
    return octets?.length === 6
      ? octets
      : refuse(context, "bad_value", "a serial number is 6 octets in hex: 00FA:12345678");
  })
  .describe("Serial number of this device, such as 00FA:12345678");
