import type { HostRequest } from "../../../effect.ts";

/** What only the outside knows of this process, told once: for `bridge/info`, `mqtt-interface.md` §8.2. null: not known. */
export type About = Readonly<{
  version: string | null;
  commit: string | null;
  /** Of Node.js. */
  node: string | null;
  os: string | null;
  /** Of the machine. */
  model: string | null;
  /** Mask version of the device, four digits in hex. */
  mask: string;
  /** The device node; of anything else only its kind (`tcp`, `sim`, `auto`): no addresses. */
  port: string | null;
  baud: number;
  /** Where group objects come from. */
  source: "yaml" | "ets" | "both";
  tls: boolean;
  /** false: any certificate is accepted. */
  verify: boolean;
  /** Of the configuration file as it was read. */
  configHash: string | null;
  /** Requests that the shell can really carry out. */
  host: readonly HostRequest[];
}>;

export const ABOUT_NOTHING: About = {
  version: null,
  commit: null,
  node: null,
  os: null,
  model: null,
  mask: "07b0",
  port: null,
  baud: 19_200,
  source: "yaml",
  tls: false,
  verify: true,
  configHash: null,
  host: [],
};

/** What a new configuration says, and what it cannot know. */
export const keepAbout = (before: About, after: About): About => ({
  ...after,
  version: after.version ?? before.version,
  commit: after.commit ?? before.commit,
  node: after.node ?? before.node,
  os: after.os ?? before.os,
  model: after.model ?? before.model,
  configHash: after.configHash ?? before.configHash,
  host: after.host.length > 0 ? after.host : before.host,
});
