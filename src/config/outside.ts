import { dirname, resolve } from "node:path";
import type { LoadOptions } from "./load.ts";
import type { Content, Outside } from "./source.ts";

/** What a configuration file can name: variables, and files beside it. */
export const outsideOf = ({
  path,
  env,
  readFile,
}: Pick<LoadOptions, "path" | "env" | "readFile">): Outside => ({
  env,
  read: (file): Content => {
    try {
      return { ok: true, text: readFile(resolve(dirname(path), file)).trim() };
    } catch (error) {
      return { ok: false, why: error instanceof Error ? error.message : String(error) };
    }
  },
});
