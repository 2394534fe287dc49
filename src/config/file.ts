import { readFileSync, statSync } from "node:fs";
import { type Loaded, loadConfig } from "./load.ts";

/** Reads and checks a configuration file. A file that cannot be read is a finding like any other. */
export const loadConfigFile = (path: string): Loaded => {
  const readFile = (file: string) => readFileSync(file, "utf8");
  try {
    const { mode } = statSync(path);
    return loadConfig(readFile(path), {
      path,
      env: process.env,
      readFile,
      mode,
      machineId: readMachineId(),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const finding = { path: "", line: 1, column: 1, code: "unreadable", message };
    return { ok: false, errors: [finding], warnings: [] };
  }
};

/** Names this installation of an operating system; empty where there is none. */
export const readMachineId = (): string => {
  try {
    return readFileSync("/etc/machine-id", "utf8");
  } catch {
    return "";
  }
};
