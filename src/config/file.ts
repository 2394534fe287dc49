import { readFileSync, statSync } from "node:fs";
import { type Loaded, type LoadOptions, loadWithProject } from "./load.ts";

/** Reads and checks a configuration file, with the project that it names. A file that cannot be read is a finding like any other. */
export const loadConfigFile = async (path: string): Promise<Loaded> => {
  try {
    return await loadWithProject(readFileSync(path, "utf8"), optionsFor(path));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const finding = { path: "", line: 1, column: 1, code: "unreadable", message };
    return { ok: false, errors: [finding], warnings: [] };
  }
};

/**
 * How a file is loaded that stands there, or is going to.
 * @throws Error when there is no such file
 */
export const optionsFor = (path: string): LoadOptions => ({
  path,
  env: { CREDENTIALS_DIRECTORY: CREDENTIALS, ...process.env },
  readFile: (file) => readFileSync(file, "utf8"),
  mode: statSync(path).mode,
  machineId: readMachineId(),
});

/** Names this installation of an operating system; empty where there is none. */
export const readMachineId = (): string => {
  try {
    return readFileSync("/etc/machine-id", "utf8");
  } catch {
    return "";
  }
};

/** Where the service gets its credentials from, for whoever checks a configuration outside of it. */
const CREDENTIALS = "/etc/credstore";
