import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import {
  formatGroupAddress,
  GroupAddress,
  IndividualAddress,
} from "../../../../src/core/address.ts";
import { bridge, openBridge } from "../../../../src/core/app/bridge/bridge.ts";
import { NO_DISCOVERY } from "../../../../src/core/app/bridge/discovery/config.ts";
import { NOTHING_KEPT } from "../../../../src/core/app/bridge/restart/snapshot.ts";
import type { BridgeImpulse } from "../../../../src/core/app-impulse.ts";
import type { BridgeConfig } from "../../../../src/core/config.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse } from "../../../../src/core/impulse.ts";
import { timeoutOf, timerKey } from "../../../../src/core/timer.ts";
import { seededRandom } from "../../../../src/testing.ts";
import { entity } from "./entities-rig.ts";
import { config, EPOCH, ga, object } from "./rig.ts";

/*
 * Acceptance test 28 of `mqtt-interface.md` §22, the reducer alone on simulated time. A month at 5/s is 13 million telegrams, too
 * many for a test: here each of 30 days has 10 minutes with 5 telegrams a second, with commands, reads and requests among them,
 * and a telegram each five minutes in the rest of it, with every timer of a whole day. Nothing in the state grows with telegrams but the
 * digits of counters, so what stays flat over 100,000 of them and 30 days does so over 13 million.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 30;

test("28: a month: memory flat, a snapshot a minute at most, nothing else on the disk", {
  timeout: 180_000,
}, () => {
  const it = house();
  const sizes: number[] = [];
  const heaps: number[] = [];
  const begun = performance.now();
  for (let day = 0; day < DAYS; day++) {
    for (const busy of [7, 19]) {
      it.run(busy * HOUR_MS + day * DAY_MS, 5 * MINUTE_MS);
      it.run(busy * HOUR_MS + day * DAY_MS + 5 * MINUTE_MS, SECOND_MS / 5);
    }
    it.run((day + 1) * DAY_MS, 5 * MINUTE_MS);
    sizes.push(JSON.stringify(it.state()).length);
    collect();
    heaps.push(Math.round(process.memoryUsage().heapUsed / 1024));
  }
  const { telegrams, snapshots, ledgers, connections, published, sent } = it.figures();
  process.stdout.write(
    `a month: ${telegrams} telegrams, ${sent} sent, ${published} published, ` +
      `${snapshots.length} snapshots, ${ledgers} ledgers, state ${sizes[7]}…${sizes.at(-1)} characters, ` +
      `heap ${heaps[7]}…${heaps.at(-1)} KiB, ` +
      `${connections} connections, ${((performance.now() - begun) / 1_000).toFixed(1)} s\n`,
  );
  expect(telegrams).toBeGreaterThan(90_000);
  // A week against another: what is learned of devices covers the first, and the last telegrams of a day are longer or shorter.
  const growth = (days: readonly number[]): number =>
    mean(days.slice(-7)) / mean(days.slice(7, 14));
  expect(growth(sizes)).toBeLessThan(1.01);
  expect(growth(heaps)).toBeLessThan(1.05);
  const gaps = snapshots.slice(1).map((at, index) => at - (snapshots[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(MINUTE_MS);
  expect(ledgers).toBeLessThanOrEqual(1 + connections);
});

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

/** A house of 120 objects with everything that remembers something. */
const house = () => {
  let state = openBridge(CONFIG);
  let now = 0;
  const random = seededRandom(28);
  const due = new Map<string, Readonly<{ at: number; impulse: () => Impulse }>>();
  const snapshots: number[] = [];
  const figures = { telegrams: 0, ledgers: 0, connections: 1, published: 0, sent: 0 };

  const feed = (impulse: BridgeImpulse): void => {
    const [after, out] = bridge(state, impulse);
    state = after;
    for (const each of out) perform(each);
  };

  const perform = (each: Impulse | Effect): void => {
    if (each.for === "mqtt" && each.type === "publish") figures.published++;
    if (each.for === "store" && each.type === "snapshot") snapshots.push(now);
    if (each.for === "store" && each.type === "ledger") figures.ledgers++;
    if (each.for === "timer" && each.type === "stop") due.delete(timerKey(each.timer));
    if (each.for === "timer" && each.type === "start") {
      const { timer } = each;
      due.set(timerKey(timer), { at: now + each.ms, impulse: () => timeoutOf(timer, now) });
    }
    if (each.for !== "al") return;
    figures.sent++;
    if (
      each.type === "A_GroupValue_Write.req" ||
      each.type === "A_GroupValue_Response.req" ||
      each.type === "A_GroupValue_Read.req"
    )
      confirm(each);
  };

  const confirm = (request: GroupRequest): void => {
    const { ref, destination } = request;
    const known = { for: "bridge", destination, ref, repeats: 0 } as const;
    due.set(`con.${ref}`, {
      at: now + AIRTIME_MS,
      impulse: () =>
        request.type === "A_GroupValue_Read.req"
          ? { ...known, type: "A_GroupValue_Read.con", outcome: "ok", at: now }
          : {
              ...known,
              type:
                request.type === "A_GroupValue_Write.req"
                  ? "A_GroupValue_Write.con"
                  : "A_GroupValue_Response.con",
              value: request.value,
              // Now and then nobody is there.
              outcome: random.chance(0.01) ? "no_ack" : "ok",
              at: now,
            },
    });
  };

  const advance = (until: number): void => {
    for (;;) {
      let first: string | undefined;
      let at = until;
      for (const [key, one] of due)
        if (one.at <= at) {
          first = key;
          at = one.at;
        }
      const next = first === undefined ? undefined : due.get(first);
      if (first === undefined || next === undefined) break;
      due.delete(first);
      now = Math.max(now, next.at);
      const impulse = next.impulse();
      if (impulse.for === "bridge") feed(impulse);
    }
    now = until;
  };

  const message = (topic: string, payload: string): void =>
    feed({
      for: "bridge",
      type: "message.ind",
      topic,
      payload,
      size: payload.length,
      retain: false,
      at: now,
    });

  const telegram = (): void => {
    figures.telegrams++;
    const index = random.below(OBJECTS.length + 40);
    // Some are of no object, and some have a length that does not fit.
    const destination = OBJECTS[index]?.ga ?? GroupAddress(0x7001 + index);
    const value = random.chance(0.001)
      ? { octets: [1, 2, 3], short: false }
      : index % 2 === 0
        ? { octets: [random.below(2)], short: true }
        : { octets: [0x0c, random.below(256)], short: false };
    const reception = {
      source: IndividualAddress(0x1101 + random.below(20)),
      priority: "low",
      hops: 6,
      repeated: false,
      at: now,
    } as const;
    feed({ for: "bridge", type: "line.ind", octets: 9, own: false, at: now });
    if (random.chance(0.05))
      feed({ for: "bridge", type: "A_GroupValue_Read.ind", destination, ...reception });
    else {
      const type = random.chance(0.1) ? "A_GroupValue_Response.ind" : "A_GroupValue_Write.ind";
      feed({ for: "bridge", type, destination, value, ...reception });
    }
  };

  const command = (): void => {
    const { ga: address, dpt } = OBJECTS[random.below(OBJECTS.length)] ?? { ga: 0 };
    const topic = `knx/ga/${formatGroupAddress(GroupAddress(address))}`;
    const id = `${figures.telegrams}`;
    const value = dpt === "1.001" ? random.chance(0.5) : random.below(900) / 10;
    if (random.chance(0.1)) message(`${topic}/get`, JSON.stringify({ id }));
    else message(`${topic}/set`, JSON.stringify({ value, id }));
    if (random.chance(0.1)) message("knx/bridge/request/objects/unknown", JSON.stringify({ id }));
    if (random.chance(0.1)) message("knx/entity/lamp/set", '{"state":"ON"}');
    if (random.chance(0.1)) message("zigbee2mqtt/balcony", `${random.below(300) / 10}`);
    if (random.chance(0.05)) message(`${topic}/set`, "nonsense");
  };

  feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
  feed({ for: "bridge", type: "start.ind", restored: NOTHING_KEPT, at: 0 });
  feed({ for: "bridge", type: "bus.ind", online: true, at: 0 });
  feed({ for: "bridge", type: "broker.ind", connected: true, at: 0 });
  return {
    state: () => state,
    figures: () => ({ ...figures, snapshots }),
    /** Until then, with a telegram each `ms`; every tenth comes with a command. */
    run: (until: number, ms: number): void => {
      while (now < until) {
        advance(now + ms);
        telegram();
        if (random.chance(0.1)) command();
        if (random.chance(0.0003)) breakConnection();
      }
    },
  };

  function breakConnection(): void {
    figures.connections++;
    feed({ for: "bridge", type: "broker.ind", connected: false, at: now });
    for (let n = 0; n < 20; n++) telegram();
    feed({ for: "bridge", type: "broker.ind", connected: true, at: now });
  }
};

type GroupRequest = Extract<
  Impulse,
  { type: "A_GroupValue_Read.req" | "A_GroupValue_Write.req" | "A_GroupValue_Response.req" }
>;

const OBJECTS = Array.from({ length: 120 }, (_, index) =>
  object(formatGroupAddress(GroupAddress(0x0901 + index)), index % 2 === 0 ? "1.001" : "9.001", {
    name: `Object ${index}`,
    room: `Room ${index % 9}`,
    ...(index % 5 === 0 && { expireAfterMs: 6 * HOUR_MS, refresh: index % 10 === 0 }),
    ...(index % 7 === 1 && { provide: true, cyclicMs: 4 * HOUR_MS, minIntervalMs: 30 * SECOND_MS }),
    ...(index % 11 === 0 && { pollMs: 2 * HOUR_MS }),
    ...(index % 13 === 0 && { events: true }),
    ...(index % 3 === 0 && { publish: "changes" as const, heartbeatMs: HOUR_MS }),
  }),
);

const CONFIG: BridgeConfig = config(OBJECTS, {
  discovery: { ...NO_DISCOVERY, enabled: true },
  devices: { topics: true, known: [] },
  history: 500,
  topics: "both",
  eventsAfterReconnect: true,
  entities: [entity("lamp", { type: "light" }, { switch: "1/1/1" })],
  links: [
    {
      ga: ga("1/1/2"),
      topic: "zigbee2mqtt/balcony",
      inward: { pointer: null, map: null, scale: null, staleMs: HOUR_MS },
      outward: null,
      guardMs: 2_000,
    },
    {
      ga: ga("1/1/3"),
      topic: "shellies/garage",
      inward: null,
      outward: { map: null, on: "any", retain: true },
      guardMs: 2_000,
    },
  ],
});

const AIRTIME_MS = 21;

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");
