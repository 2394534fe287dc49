import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { arch, platform, release } from "node:os";
import type { StackConfig } from "../core/config.ts";
import { version } from "./version.ts";

/**
 * The configuration with what `bridge/info` says of program and machine.
 * @param text of the configuration file; undefined: there is none
 */
export const withMachine = (stack: StackConfig, text: string | undefined): StackConfig => ({
  ...stack,
  bridge: {
    ...stack.bridge,
    about: {
      ...stack.bridge.about,
      version: version(),
      node: process.versions.node,
      os: `${readSystem()} ${arch()}`,
      model: read("/proc/device-tree/model")?.replaceAll("\0", "").trim() ?? null,
      configHash: text === undefined ? null : hashOf(text),
    },
  },
});

/** Of a configuration file as it stands: whether two are the same. */
export const hashOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);

/** `Debian GNU/Linux 12 (bookworm)` */
const readSystem = (): string => {
  const [, name] = /^PRETTY_NAME="?([^"\n]*)/m.exec(read("/etc/os-release") ?? "") ?? [];
  return name ?? `${platform()} ${release()}`;
};

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};
