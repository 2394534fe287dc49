import {
  type GroupAddress,
  IndividualAddress,
  parseGroupAddress,
} from "../../../../src/core/address.ts";
import { type Image, imageOf } from "../../../../src/core/app/device/model/image.ts";
import { Asap } from "../../../../src/core/app/group-objects/access-point.ts";
import { objects } from "../../../../src/core/app/group-objects/objects.ts";
import {
  type ObjectsState,
  objectOf,
  openObjects,
} from "../../../../src/core/app/group-objects/state.ts";
import type { ObjectsConfig } from "../../../../src/core/config.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import { groupSet } from "../../../../src/core/group-set.ts";
import type { Impulse, Outcome, Priority, TlImpulse } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { al } from "../../../../src/core/stack/7-al/al.ts";
import { virtualClock } from "../../../../src/sim/clock.ts";
import { hex, watch } from "../../../../src/testing/watch.ts";

/** Three tables in hex, as they stand in the memory of the device; null: not loaded. */
export type TableTexts = Readonly<{
  addresses: string | null;
  associations: string | null;
  objects: string | null;
}>;

export const ga = (text: string): GroupAddress => {
  const address = parseGroupAddress(text);
  if (address === undefined) throw new TypeError(`no group address: ${text}`);
  return address;
};

const imageOrNull = (text: string | null): Image | null =>
  text === null ? null : imageOf(hex(text));

/**
 * The group object server below its application and above the transport layer: telegrams go in and come out as APDUs in hex,
 * one at a time is with the bus until `confirm`.
 */
export const server = (config: Partial<ObjectsConfig> = {}) => {
  const clock = virtualClock();
  const step = (state: ObjectsState, impulse: Impulse) => {
    const out: (Impulse | Effect)[] = [];
    const queue: (Impulse | Effect)[] = [impulse];
    let current = state;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (next.for === "al") queue.push(...al(next, current.tables !== null));
      else if (next.for === "objects") {
        const [after, caused] = objects(current, next);
        current = after;
        queue.push(...caused);
      } else out.push(next);
    }
    return [current, out] as const;
  };
  const first = openObjects({ objectsFrom: "ets", groups: groupSet([]), ...config });
  const device = watch(clock, step, first);
  let seen: readonly (Impulse | Effect)[] = [];
  let sent: readonly Extract<TlImpulse, { type: "T_Data_Group.req" }>[] = [];
  const collect = () => {
    const effects = device.effects();
    seen = [...seen, ...effects];
    sent = [
      ...sent,
      ...effects.flatMap((one) =>
        one.for === "tl" && one.type === "T_Data_Group.req" ? [one] : [],
      ),
    ];
  };
  const deliver = (impulse: Impulse) => {
    device.deliver(impulse);
    collect();
  };
  const at = () => clock.now();
  const bus = (online: boolean) => deliver({ for: "objects", type: "bus.ind", online, at: at() });
  bus(true);
  return {
    deliver,
    /** It is there when a test begins. */
    bus,
    /** PID 85 and 86 as the group object server understands them. */
    limit: (ms: number, telegrams: number) =>
      deliver({ for: "objects", type: "configure.req", limit: { ms, telegrams }, at: at() }),
    /** Bridge or client of this device have put this on the line. */
    own: (destination: string, service: "write" | "response", octets: string, short = false) =>
      deliver({
        for: "objects",
        type: "own-value.ind",
        destination: ga(destination),
        service,
        value: { octets: hex(octets), short },
        priority: "low",
        repeats: 0,
        at: at(),
      }),
    state: () => device.state,
    load: (texts: TableTexts, running = true) =>
      deliver({
        for: "objects",
        type: "tables.ind",
        addresses: imageOrNull(texts.addresses),
        associations: imageOrNull(texts.associations),
        objects: imageOrNull(texts.objects),
        running,
        at: at(),
      }),
    /** A telegram from 1.1.9. */
    receive: (destination: string, apdu: string, priority: Priority = "low") =>
      deliver({
        for: "al",
        type: "T_Data_Group.ind",
        destination: ga(destination),
        apdu: hex(apdu),
        source: IndividualAddress(0x1109),
        priority,
        hops: 5,
        repeated: false,
        at: at(),
      }),
    write: (asap: number, value: string) =>
      deliver({
        for: "objects",
        type: "object-write.req",
        asap: Asap(asap),
        value: hex(value),
        at: at(),
      }),
    read: (asap: number) =>
      deliver({ for: "objects", type: "object-read.req", asap: Asap(asap), at: at() }),
    take: (asap: number) =>
      deliver({ for: "objects", type: "object-updated.res", asap: Asap(asap), at: at() }),
    /** Confirms the oldest telegram that was sent and is not confirmed yet. */
    confirm: (outcome: Outcome = "ok") => {
      const [oldest, ...rest] = sent;
      if (oldest === undefined) throw new TypeError("nothing was sent");
      sent = rest;
      const { destination, priority, apdu, ref } = oldest;
      deliver({
        for: "al",
        type: "T_Data_Group.con",
        destination,
        priority,
        apdu,
        ref,
        outcome,
        repeats: 0,
        at: at(),
      });
    },
    advance: (ms: number) => {
      clock.advance(ms);
      collect();
    },
    /** `1/2/3 low 00 81` for each telegram since the last call. */
    telegrams: () => {
      const texts = seen.flatMap((one) =>
        one.for === "tl" && one.type === "T_Data_Group.req"
          ? [`${one.destination.toString(16).padStart(4, "0")} ${one.priority} ${toHex(one.apdu)}`]
          : [],
      );
      seen = seen.filter((one) => one.for !== "tl");
      return texts;
    },
    /** Reasons since the last call. */
    drops: () => {
      const reasons = seen.flatMap((one) => (one.for === "drops" ? [one.reason] : []));
      seen = seen.filter((one) => one.for !== "drops");
      return reasons;
    },
    /** Objects that were updated since the last call. */
    updates: () => {
      const counts = seen.flatMap((one) =>
        one.for === "counters" && one.type === "count" && one.counter === "objects.updates"
          ? [one.by]
          : [],
      );
      seen = seen.filter((one) => one.for !== "counters");
      return counts.reduce((sum, by) => sum + by, 0);
    },
    /** Everything that came out and was not asked for otherwise. */
    rest: () => {
      const all = seen;
      seen = [];
      return all;
    },
    /** `updated 01`, `uninitialized -` */
    object: (asap: number) => {
      const { status, value } = objectOf(device.state, Asap(asap));
      return `${status} ${value === null ? "-" : toHex(value)}`;
    },
  };
};

/** 1/1/1, 1/1/2 and 1/2/3; object 1 sends on 1/1/2 and hears 1/1/1 as well, object 2 has 1/2/3: `device-model.md` §11 28. */
export const EXAMPLE: TableTexts = {
  addresses: "0003 0901 0902 0A03",
  associations: "0003 0002 0001 0001 0001 0003 0002",
  objects: "0002 D700 4703",
};

/** One object on 1/2/3 with this word. */
export const single = (word: string): TableTexts => ({
  addresses: "0001 0A03",
  associations: "0001 0001 0001",
  objects: `0001 ${word}`,
});
