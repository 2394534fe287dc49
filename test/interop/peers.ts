import { spawnSync } from "node:child_process";
import { describe } from "vitest";

/** The programs of others that these tests talk to, and the Debian packages they come in. */
export const PEERS = {
  knxd: "knxd",
  knxtool: "knxd-tools",
  mosquitto: "mosquitto",
  mosquitto_sub: "mosquitto-clients",
  mosquitto_pub: "mosquitto-clients",
  socat: "socat",
} as const;

export type Peer = keyof typeof PEERS;

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
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((program) => PEERS[program]))].join(" ");
    process.stderr.write(`${missing.join(", ")} missing: apt-get install ${packages}\n`);
  }
  return describe.skipIf(missing.length > 0 && !isContinuousIntegration());
};

export const isContinuousIntegration = (): boolean =>
  CI !== undefined && !["", "0", "false"].includes(CI);
