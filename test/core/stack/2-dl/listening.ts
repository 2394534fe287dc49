import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { type DataLink, dataLink } from "./data-link.ts";

/** What came out since the last look, in order, without counters, timers, notes and transitions. */
export const look = (link: DataLink): readonly string[] => link.effects().flatMap(readable);

const readable = (effect: Impulse | Effect): readonly string[] => {
  if (effect.for === "control" && effect.type === "raw")
    return [
      `${toHex(effect.octets)} / ${effect.acknowledge === null ? "-" : toHex([effect.acknowledge])}`,
    ];
  if (effect.for === "control" && effect.type === "busmonitor")
    return [effect.on ? "busmonitor on" : "busmonitor off"];
  if (effect.for === "serial" && effect.type === "write") return [`write ${toHex(effect.octets)}`];
  if (effect.for === "bridge" && effect.type === "bus.ind")
    return [effect.online ? "bus online" : `bus offline: ${effect.reason}`];
  if (effect.for === "nl" && effect.type === "L_Data.con")
    return [`con ${effect.ref} ${effect.outcome}`];
  if (effect.for === "drops") return [`drop ${effect.reason}`];
  if (effect.for === "bridge" || effect.for === "nl" || effect.for === "client")
    return [`${effect.for} ${effect.type}`];
  return [];
};

/** Online, then asked to listen. */
export const listening = (options: Parameters<typeof dataLink>[0] = {}): DataLink => {
  const link = dataLink(options);
  link.busmonitor(true);
  link.forget();
  return link;
};
