import { spawnSync } from "node:child_process";
import { describe } from "vitest";

/** The programs of others that these tests talk to, and the packages of Debian they come in. */
export const PEERS = [
  { program: "knxd", debian: "knxd" },
  { program: "knxtool", debian: "knxd-tools" },
  { program: "mosquitto", debian: "mosquitto" },
  { program: "mosquitto_sub", debian: "mosquitto-clients" },
  { program: "mosquitto_pub", debian: "mosquitto-clients" },
  { program: "mosquitto_passwd", debian: "mosquitto" },
  { program: "openssl", debian: "openssl" },
  { program: "socat", debian: "socat" },
  { program: "tshark", debian: "tshark" },
] as const;

export type Peer = (typeof PEERS)[number]["program"];

const { CI, PATH } = process.env;
// Debian keeps daemons where the path of a user does not lead.
Object.assign(process.env, { PATH: `${PATH}:/usr/sbin:/usr/local/sbin` });

export const isInstalled = (program: Peer): boolean =>
  spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/**
 * `describe`, skipped with a reason where one of the programs is missing. Continuous integration has to have them all, so
 * there the tests run and fail.
 */
export const describeWith = (...programs: readonly Peer[]): ReturnType<typeof describe.skipIf> => {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length > 0) process.stderr.write(`not installed: ${missing.join(", ")}\n`);
  return describe.skipIf(missing.length > 0 && !isContinuousIntegration());
};

export const isContinuousIntegration = (): boolean =>
  CI !== undefined && !["", "0", "false"].includes(CI);
