import { readFileSync } from "node:fs";
import type { JsonValue } from "../../core/effect.ts";
import { dump } from "../../shell/control/images.ts";
import { readDocument } from "./document.ts";

/**
 * A dump as it stands in the file.
 * @throws Error with a line for everything that is wrong with it
 */
export const readDump = (file: string): JsonValue => {
  readDocument(file, dump);
  return JSON.parse(readFileSync(file, "utf8"));
};
