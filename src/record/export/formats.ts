import { etsXml } from "./ets-xml.ts";
import type { Format } from "./format.ts";
import { jsonLines } from "./json-lines.ts";
import { pcapng } from "./pcapng.ts";
import { textLines } from "./text-lines.ts";

/** By the name that the user says. */
export const FORMATS = {
  pcapng,
  "ets-xml": etsXml,
  text: textLines,
  json: jsonLines,
} as const satisfies Readonly<Record<string, Format>>;

/** A name of a format. */
export type FormatName = keyof typeof FORMATS;
