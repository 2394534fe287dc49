import { createHash } from "node:crypto";
import { formatGroupAddress, type GroupStyle } from "../core/address.ts";
import type { ProjectAddress } from "./project.ts";

/** An object as the configuration file has it; keys in the order in which they are written. */
export type Entry = Readonly<{
  ga: string;
  name?: string;
  dpt?: string;
  room?: string;
  description?: string;
  writable?: false;
}>;

/** The same as it was found in a file, which may say anything. */
export type Written = Readonly<
  { ga: string } & Partial<Record<keyof Entry, unknown>> & Record<string, unknown>
>;

/**
 * What the file should say about an address. Where every linked object is known and none of them can be written, nobody
 * listens: `writable: false`.
 */
export const entryOf = (address: ProjectAddress, style: GroupStyle): Entry => {
  const { ga, name, dpt, room, description, flags } = address;
  return {
    ga: formatGroupAddress(ga, style),
    ...(name !== "" && { name: harmless(name) }),
    ...(dpt !== null && { dpt }),
    ...(room !== null && room !== "" && { room: harmless(room) }),
    ...(description !== "" && description !== name && { description: harmless(description) }),
    ...(flags !== "" && !flags.includes("W") && { writable: false as const }),
  };
};

/** `${NAME}` in the file would be taken for a variable of the environment, and a project comes from elsewhere. */
const harmless = (text: string): string => text.replaceAll("${", "$ {");

/**
 * Stands behind an object that was imported, and fits only as long as nobody changed the object: then it may be brought up to
 * date, otherwise it belongs to the user.
 * @param object as it stands in the file
 */
const markOf = (object: Readonly<Record<string, unknown>>): string => {
  const entries = Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `ets ${createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 8)}`;
};

/** Lines of the file, without line ends; the first begins with the dash. */
export const entryLines = (entry: Written, indent: number): readonly string[] => {
  const blank = " ".repeat(indent);
  return Object.entries(entry).map(([key, value], index) =>
    index === 0
      ? `${blank}- ga: ${gaText(entry.ga)} # ${markOf(entry)}`
      : `${blank}  ${key}: ${key === "dpt" || typeof value !== "string" ? JSON.stringify(value) : scalar(value)}`,
  );
};

/** A free address without quotes would be a number. */
const gaText = (ga: string): string => (ga.includes("/") ? ga : JSON.stringify(ga));

/** Text as it is where no reader can mistake it, else as JSON, which is YAML too. */
const scalar = (text: string): string =>
  PLAIN.test(text) && !WORDS.test(text) ? text : JSON.stringify(text);

const PLAIN = /^\p{L}([\p{L}\p{N}\p{M} _.,;()/+°%²³&-]*[\p{L}\p{N}\p{M})%])?$/u;
const WORDS = /^(true|false|null|yes|no|on|off|y|n)$/i;
