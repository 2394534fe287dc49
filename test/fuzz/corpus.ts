import { readFileSync } from "node:fs";
import { parseHex, toHex } from "../../src/core/octets.ts";
import { type Target, textIn, utf8 } from "./target.ts";

/*
 * One file for each target, one input a line: octets as hex, text as JSON. Each of them enters a part of the program that no other does,
 * or broke something once.
 */

/** @returns nothing when there is no file yet */
export const readCorpus = (folder: string, { name, is }: Target): readonly Uint8Array[] => {
  try {
    return readFileSync(pathOf(folder, name), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map(is === "octets" ? octetsIn : (line) => utf8(JSON.parse(line)));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
};

export const corpusText = ({ is }: Target, inputs: readonly Uint8Array[]): string =>
  inputs.map((input) => `${lineOf(is, input)}\n`).join("");

/** As it is shown, and as it stands in the corpus. */
export const lineOf = (is: Target["is"], input: Uint8Array): string =>
  is === "octets" ? toHex(input) || "# nothing" : JSON.stringify(textIn(input));

export const pathOf = (folder: string, name: string): string => `${folder}/${name}.txt`;

const octetsIn = (line: string): Uint8Array => {
  const octets = parseHex(line);
  if (octets === undefined) throw new TypeError(`no octets: ${line.slice(0, 40)}`);
  return Uint8Array.from(octets);
};
