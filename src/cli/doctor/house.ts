import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { optionsFor } from "../../config/file.ts";
import { type Loaded, loadWithProject } from "../../config/load.ts";
import { formatIndividualAddress } from "../../core/address.ts";
import { instanceOf } from "../../doctor/instance.ts";
import type { Wanted } from "../../doctor/wanted.ts";

export type HouseFile = Readonly<{
  path: string;
  /** Somebody has named it. */
  named: boolean;
  /** null: it is not there. */
  loaded: Loaded | null;
}>;

/** The configuration as the service would read it: that of a bridge, or another one. */
export const readHouse = async (
  root: string,
  { config, instance }: Readonly<{ config?: string; instance?: string }>,
): Promise<HouseFile> => {
  const path = config ?? join(root, instanceOf(instance).config);
  const rest = { path, named: (config ?? instance) !== undefined };
  if (!isThere(path)) return { ...rest, loaded: null };
  try {
    const options = optionsFor(path);
    const loaded = await loadWithProject(readFileSync(path, "utf8"), {
      ...options,
      // What stands beside the configuration is found from there; the rest has the path that it has on its machine.
      readFile: (file) =>
        options.readFile(
          isWithin(root, file) || isWithin(dirname(path), file) ? file : join(root, file),
        ),
    });
    return { ...rest, loaded };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const finding = { path: "", line: 1, column: 1, code: "unreadable", message };
    return { ...rest, loaded: { ok: false, errors: [finding], warnings: [] } };
  }
};

/** What the command line says wins over the file, as everywhere. */
export const wantedOf = (
  config: Config | undefined,
  options: Readonly<{ port?: string; baud?: number; parity?: "even" | "none" }>,
): Wanted => {
  const { port, baud, parity } = options;
  const dl = config?.stack.dl;
  return {
    port: port ?? config?.port.path ?? "auto",
    baud: baud ?? config?.port.baud ?? 19_200,
    parity: parity ?? config?.port.parity ?? "even",
    chip: dl?.chip ?? "auto",
    address: dl === undefined ? null : formatIndividualAddress(dl.address),
    acknowledge: dl?.acknowledge ?? "host",
  };
};

/** A folder that we may not look into counts as one in which it is. */
const isThere = (path: string): boolean => {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EACCES";
  }
};

const isWithin = (folder: string, file: string): boolean =>
  relative(resolve(folder), file).split("/")[0] !== "..";
