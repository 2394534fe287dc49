import {
  type GroupAddress,
  IndividualAddress,
  parseGroupAddress,
} from "../../../../src/core/address.ts";
import { bridge, openBridge } from "../../../../src/core/app/bridge/bridge.ts";
import { BRIDGE_DEFAULTS } from "../../../../src/core/app/bridge/defaults.ts";
import { airtime, frameOctets } from "../../../../src/core/app/bridge/queue/budget.ts";
import { NOTHING_KEPT, type Restored } from "../../../../src/core/app/bridge/restart/snapshot.ts";
import type { BridgeImpulse, Message } from "../../../../src/core/app-impulse.ts";
import type { BridgeConfig, ObjectConfig } from "../../../../src/core/config.ts";
import type { DropReason } from "../../../../src/core/drop.ts";
import type { Effect, Publication } from "../../../../src/core/effect.ts";
import type {
  AlImpulse,
  GroupValue,
  Impulse,
  OfflineReason,
  Outcome,
} from "../../../../src/core/impulse.ts";
import { parseHex } from "../../../../src/core/octets.ts";
import { type BridgeTimer, timerKey } from "../../../../src/core/timer.ts";

/** 2026-01-31T10:11:12.000Z at time 0 of the virtual clock. */
export const EPOCH = 1_769_854_272_000;

export const ga = (text: string): GroupAddress => {
  const address = parseGroupAddress(text);
  if (address === undefined) throw new Error(`no group address: ${text}`);
  return address;
};

/** `0c 1a` in octets of their own, `/1` inside the APCI octet. */
export const value = (text: string): GroupValue => ({
  octets: parseHex(text.replace("/", "0")) ?? [],
  short: text.startsWith("/"),
});

export const object = (
  address: string,
  dpt: string | undefined,
  more: Partial<ObjectConfig> = {},
): ObjectConfig => ({
  ga: ga(address),
  ...(dpt !== undefined && { dpt }),
  writable: true,
  priority: "low",
  alarm: false,
  provide: false,
  transmit: "changes",
  events: false,
  publish: "always",
  ...more,
});

export const config = (
  objects: readonly ObjectConfig[],
  more: Partial<BridgeConfig> = {},
): BridgeConfig => ({
  ...BRIDGE_DEFAULTS,
  address: IndividualAddress(0x11fa),
  objects,
  ...more,
});

export type GroupRequest = Extract<
  AlImpulse,
  {
    type: "A_GroupValue_Read.req" | "A_GroupValue_Write.req" | "A_GroupValue_Response.req";
  }
>;
type Sent = Readonly<{ at: number; request: GroupRequest; airtime: number }>;
type Published = Publication & Readonly<{ at: number }>;
/** What becomes of a frame on the simulated line; undefined: not a word. */
type Fate = Readonly<{ outcome: Outcome; repeats?: number }> | undefined;

/**
 * The reducer between a virtual clock, a line that confirms after the airtime of the frame, and a broker that listens.
 * @param restored what the process before has kept
 */
export const rig = (
  bridgeConfig: BridgeConfig,
  fate: (sent: Sent) => Fate = () => WELL,
  restored: Restored = NOTHING_KEPT,
) => {
  let now = 0;
  let state = openBridge(bridgeConfig);
  const due = new Map<string, Readonly<{ at: number; impulse: () => BridgeImpulse }>>();
  const sent: Sent[] = [];
  const published: Published[] = [];
  const drops: DropReason[] = [];
  const subscribed: (readonly string[])[] = [];
  /** Snapshots, look-backs, subscriptions of links, notes and the end. */
  const asides: Effect[] = [];
  /** For the device and for the shell beside MQTT. */
  const others: (Impulse | Effect)[] = [];

  const feed = (impulse: BridgeImpulse): void => {
    const [after, out] = bridge(state, impulse);
    state = after;
    for (const each of out) perform(each);
  };

  const perform = (each: Impulse | Effect): void => {
    switch (each.for) {
      case "timer":
        if (each.timer.for !== "bridge") throw new Error("not a timer of the bridge");
        if (each.type === "stop") due.delete(timerKey(each.timer));
        else setTimer(each.timer, each.ms);
        return;
      case "mqtt":
        if (each.type === "publish") published.push({ ...each, at: now });
        else if (each.type === "subscribe" && !each.retained) subscribed.push(each.filters);
        else asides.push(each);
        return;
      case "drops":
        drops.push(each.reason);
        return;
      case "store":
      case "process":
      case "log":
        asides.push(each);
        return;
      case "client":
      case "counters":
      case "device":
      case "dl":
      case "host":
      case "objects":
        others.push(each);
        return;
      case "al":
        switch (each.type) {
          case "A_GroupValue_Read.req":
          case "A_GroupValue_Write.req":
          case "A_GroupValue_Response.req":
            transmit(each);
            return;
        }
    }
    throw new Error(`the bridge must not put out ${each.for} ${each.type}`);
  };

  const setTimer = (timer: BridgeTimer, ms: number): void => {
    due.set(timerKey(timer), {
      at: now + ms,
      impulse: () => ({ for: "bridge", type: "timeout", timer, at: now }),
    });
  };

  const transmit = (request: GroupRequest): void => {
    const octets = frameOctets(
      "value" in request && !request.value.short ? 2 + request.value.octets.length : 2,
    );
    const frame = { at: now, request, airtime: airtime(octets) };
    sent.push(frame);
    const end = fate(frame);
    if (end === undefined) return;
    const { outcome, repeats = 0 } = end;
    const { ref, destination } = request;
    due.set(`con.${ref}`, {
      at: now + airtime(octets) * (1 + repeats),
      impulse: () => {
        const known = { for: "bridge", destination, ref, outcome, repeats, at: now } as const;
        if (outcome !== "offline")
          feed({ for: "bridge", type: "line.ind", octets, own: true, at: now });
        switch (request.type) {
          case "A_GroupValue_Read.req":
            return { ...known, type: "A_GroupValue_Read.con" };
          case "A_GroupValue_Write.req":
            return { ...known, type: "A_GroupValue_Write.con", value: request.value };
          case "A_GroupValue_Response.req":
            return { ...known, type: "A_GroupValue_Response.con", value: request.value };
        }
      },
    });
  };

  const advance = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const [first] = [...due].sort(([, a], [, b]) => a.at - b.at);
      if (!first || first[1].at > end) break;
      const [key, { at, impulse }] = first;
      due.delete(key);
      now = Math.max(now, at);
      feed(impulse());
    }
    now = end;
  };

  const topics = (pattern: RegExp): readonly Published[] =>
    published.filter(({ topic }) => pattern.test(topic));

  feed({ for: "bridge", type: "start.ind", restored, at: now });
  return {
    feed,
    advance,
    sent,
    published,
    drops,
    subscribed,
    others,
    asides,
    now: () => now,
    state: () => state,
    /** As if it had been written to a file and read again. */
    storeAndLoad: (): void => {
      state = JSON.parse(JSON.stringify(state));
    },
    /** The JSON documents published on topics that match. */
    documents: (pattern: RegExp): readonly Readonly<Record<string, unknown>>[] =>
      topics(pattern)
        // An empty one clears a topic.
        .filter(({ payload }) => payload !== "")
        .map(({ payload }) => JSON.parse(payload)),
    topics,
    online: () => feed({ for: "bridge", type: "bus.ind", online: true, at: now }),
    offline: (reason: OfflineReason = "no_power") =>
      feed({ for: "bridge", type: "bus.ind", online: false, reason, at: now }),
    broker: (connected: boolean) => feed({ for: "bridge", type: "broker.ind", connected, at: now }),
    message: (topic: string, payload: string, more: Partial<Message> = {}) =>
      feed({
        for: "bridge",
        type: "message.ind",
        topic,
        payload,
        size: payload.length,
        retain: false,
        ...more,
        at: now,
      }),
    telegram: (
      type: "A_GroupValue_Write.ind" | "A_GroupValue_Response.ind",
      address: string,
      text: string,
    ) =>
      feed({
        for: "bridge",
        type,
        destination: ga(address),
        value: value(text),
        source: PEER,
        priority: "low",
        hops: 6,
        repeated: false,
        at: now,
      }),
    read: (address: string, priority: "low" | "urgent" = "low") =>
      feed({
        for: "bridge",
        type: "A_GroupValue_Read.ind",
        destination: ga(address),
        source: PEER,
        priority,
        hops: 6,
        repeated: false,
        at: now,
      }),
    /** Airtime of others. */
    noise: (octets: number) =>
      feed({ for: "bridge", type: "line.ind", octets, own: false, at: now }),
  };
};

/** Clock set, bus there, broker there; what that published is forgotten. */
export const ready = (...parameters: Parameters<typeof rig>) => {
  const it = rig(...parameters);
  it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
  it.online();
  it.broker(true);
  it.published.length = 0;
  return it;
};

/** 1.1.5 */
const PEER = IndividualAddress(0x1105);
const WELL = { outcome: "ok" } as const;
