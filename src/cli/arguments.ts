import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { parseGroupAddress, parseIndividualAddress } from "../core/address.ts";
import { findDpt, plainDptId } from "../core/dpt/dpt.ts";
import { parseHex, toCompactHex } from "../core/octets.ts";

/*
 * Arguments of the command line, checked before anything is opened. Each gives back text as the control socket takes it.
 */

export const individual = (text: string): string =>
  parseIndividualAddress(text) === undefined
    ? wrong("Not an individual address; 1.1.5 is how they look.")
    : text;

export const group = (text: string): string =>
  parseGroupAddress(text) ? text : wrong("Not a group address; 1/2/3 is how they look.");

/** Collects the addresses of a variadic argument. */
export const groups = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  group(text),
];

export const line = (text: string): string =>
  parseIndividualAddress(`${text}.0`) === undefined
    ? wrong("Not a line; 1.1 is how they look.")
    : text;

export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const number = /^(\d{1,9}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : Number.NaN;
    return number >= min && number <= max
      ? number
      : wrong(`Not a whole number from ${min} to ${max}.`);
  };

/** Where the files of a machine are, or some of them. */
export const machineFolder = (path: string): string =>
  !existsSync(path)
    ? wrong("There is no such folder.")
    : ["proc", "sys", "boot", "etc"].some((name) => existsSync(join(path, name)))
      ? path
      : wrong("No machine: it has none of proc, sys, boot and etc.");

/** In hex, as memory is written everywhere: `4000`, `0x4000`. */
export const memoryAddress = (text: string): number =>
  /^(0x)?[0-9a-f]{1,6}$/i.test(text)
    ? Number.parseInt(text.replace(/^0x/i, ""), 16)
    : wrong("Not an address in hex of up to 6 digits.");

export const seconds = (text: string): number => {
  const number = Number(text);
  return number > 0 && number <= 86_400 ? number : wrong("Not a number of seconds.");
};

/** `90s`, `10m`, `2h`, `1d`, or a bare number of seconds → seconds. */
export const timeSpan = (text: string): number => {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)(s|m|min|h|d)?$/.exec(text) ?? [];
  const length = Number(amount) * (SECONDS[unit] ?? Number.NaN);
  return length > 0 ? length : wrong("Not a time; 90s, 10m and 2h are how they look.");
};

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** @param count of octets */
export const octetsOf =
  (count: number) =>
  (text: string): string => {
    const octets = parseHex(text);
    return octets?.length === count ? toCompactHex(octets) : wrong(`Not ${count} octets in hex.`);
  };

/** Collects the octets of a variadic argument: `0c 1a`, `0c1a`. */
export const octets = (text: string, before = ""): string => {
  const parsed = parseHex(text);
  return parsed === undefined || parsed.length === 0
    ? wrong("Not octets in hex; 0c1a is how they look.")
    : before + toCompactHex(parsed);
};

export const datapointType = (text: string): string =>
  findDpt(text) === undefined
    ? wrong(`Not a datapoint type known here; 9.001 is how they look.`)
    : (plainDptId(text) ?? text);

const wrong = (message: string): never => {
  throw new InvalidArgumentError(message);
};
