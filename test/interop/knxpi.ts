import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, startChild } from "./child.ts";
import { OBJECTS } from "./house.ts";

/** The program as it is installed. */
export const PROGRAM = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export const startProgram = (...args: readonly string[]): Child =>
  startChild(process.execPath, [PROGRAM, ...args]);

/** Writes a configuration for the house. @returns its path */
export const writeConfiguration = (
  folder: string,
  options: Readonly<{
    port: string;
    /** Left out: its own. */
    broker?: string;
    version?: 4 | 5;
    control?: Readonly<{ socket: string }>;
    /** More below `mqtt`. */
    mqtt?: object;
  }>,
): string => {
  const file = join(folder, `house-${++count}.yaml`);
  const { port, broker, version, control, mqtt } = options;
  // JSON is YAML.
  const text = JSON.stringify({
    version: 1,
    instance: "interop",
    knx: { port, address: "1.1.250", bus: { grace: "500ms" } },
    mqtt: {
      ...(broker !== undefined && { url: broker }),
      ...(version !== undefined && { version }),
      ...mqtt,
    },
    control: control ?? false,
    http: false,
    objects: OBJECTS,
    log: { level: "debug" },
  });
  writeFileSync(file, text);
  return file;
};

let count = 0;

/** `knxpi run` on a pty and a broker. */
export const startKnxpi = (
  folder: string,
  options: Parameters<typeof writeConfiguration>[1],
): Child => startProgram("run", "--config", writeConfiguration(folder, options));
