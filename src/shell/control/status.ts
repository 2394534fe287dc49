import { formatIndividualAddress } from "../../core/address.ts";
import type { Counters } from "../../core/app-impulse.ts";
import type { JsonValue } from "../../core/effect.ts";
import type { StackState } from "../../core/stack/stack.ts";
import type { ChildReport } from "../supervise/report.ts";

/** Who we are. */
export type About = Readonly<{ version: string; instance: string }>;

export type Circumstances = Readonly<{
  counters: Counters;
  clients: number;
  /** Procedures. */
  running: number;
  /** Who holds it. */
  busmonitor: string | null;
  /** The parts of the shell. */
  children?: readonly ChildReport[];
}>;

/** How things stand, for people. */
export const statusOf = (
  { dl, tlsm, device }: StackState,
  about: About,
  { counters, children = [], ...others }: Circumstances,
): JsonValue => ({
  ...about,
  uptime: Math.round(process.uptime()),
  address: formatIndividualAddress(dl.config.address),
  programmingMode: device.programmingMode,
  addressConflict: device.conflict && {
    frames: counters["dl.own-address"] ?? 0,
    secondsAgo: Math.round((performance.now() - device.conflict.seenAt) / 1_000),
  },
  link: { state: dl.link.state, bus: dl.link.told, chip: dl.link.chip },
  connections: tlsm.connections.map(({ peer, state, opened }) => ({
    peer: formatIndividualAddress(peer),
    state,
    opened,
  })),
  ...others,
  parts: children.map(({ name, state, since, restarts, problem }) => ({
    name,
    state,
    since: new Date(since).toISOString(),
    restarts,
    problem,
  })),
  counters: { ...counters },
});
