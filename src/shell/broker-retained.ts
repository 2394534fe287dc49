import type { AedesPublishPacket } from "aedes";
import type { Warn } from "./broker-limits.ts";

type Packet = Pick<AedesPublishPacket, "topic" | "payload" | "retain">;

/**
 * Retained messages stay in memory until they are replaced, so there is a bound for all of them together. One too many is handed
 * on to those who listen now, and not kept.
 */
export const openRetained = (warn: Warn, limit = LIMIT): ((packet: Packet) => void) => {
  const sizes = new Map<string, number>();
  let total = 0;
  return (packet) => {
    const { topic, payload } = packet;
    const before = sizes.get(topic) ?? 0;
    const size = payload.length === 0 ? 0 : payload.length + topic.length + OVERHEAD;
    if (size > before && total - before + size > limit) {
      packet.retain = false;
      warn(FULL, "", { topic, limit });
      return;
    }
    total += size - before;
    if (size === 0) sizes.delete(topic);
    else sizes.set(topic, size);
  };
};

/** Octets. */
const LIMIT = 64 * 1024 * 1024;
/** What the broker needs for a message beside its topic and payload, about. */
const OVERHEAD = 500;
const FULL = "embedded broker: no room for more retained messages, this one is not kept";
