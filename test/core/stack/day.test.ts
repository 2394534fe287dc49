import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../../src/core/address.ts";
import type { Procedure } from "../../../src/core/app/client/procedure.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Impulse } from "../../../src/core/impulse.ts";
import type { Octets } from "../../../src/core/octets.ts";
import type { VirtualClock } from "../../../src/sim/clock.ts";
import {
  createChip,
  createFaults,
  createLine,
  seededRandom,
  stackOnChip,
  testConfig,
  virtualClock,
} from "../../../src/testing.ts";

/*
 * A day of management on a bad line, in simulated time: two of our stacks, each at once server and client of the other; every
 * hundredth octet between chip and host is lost. Numbered messages in connections, and management procedures among them.
 */

const DAY_MS = 86_400_000;
/** Mean time between two sessions of one side. */
const SESSION_MS = 40_000;
/** Longer than anything takes that was begun. */
const SETTLE_MS = 600_000;

describe("24 simulated hours of management traffic, every hundredth octet lost", () => {
  test("nothing is delivered twice or out of order in a connection, every request ends", {
    timeout: 300_000,
  }, () => {
    const { clock, faults, sides } = twoSides();
    const begun = performance.now();
    clock.advance(1_000);
    faults.set({ hostLost: 0.01 });
    for (const side of sides) side.begin();
    clock.advance(DAY_MS);
    for (const side of sides) side.end();
    faults.set({});
    clock.advance(SETTLE_MS);
    const [a, b] = sides;
    process.stdout.write(`a day: ${a.summary()} · ${b.summary()}, ${seconds(begun)} s\n`);
    for (const { troubles, crossings, open, asked, ended, tally, connections } of sides) {
      expect(troubles).toEqual([]);
      expect(crossings).toEqual([]);
      expect([...open.keys()]).toEqual([]);
      expect(asked.filter((id) => !ended.has(id))).toEqual([]);
      expect(connections()).toEqual([]);
      // a day in which nothing happened would prove nothing
      expect(tally.delivered).toBeGreaterThan(1_000);
      expect(tally.disconnected).toBeGreaterThan(100);
    }
  });
});

const seconds = (begun: number): string => ((performance.now() - begun) / 1_000).toFixed(1);

const twoSides = () => {
  const clock = virtualClock();
  const faults = createFaults(seededRandom(14), {});
  const line = createLine({ clock });
  const side = (own: number, peer: number, seed: number) =>
    createSide({
      clock,
      chip: createChip({ line, kind: "tpuart2", faults }),
      own: IndividualAddress(own),
      peer: IndividualAddress(peer),
      seed,
    });
  return { clock, faults, sides: [side(0x1105, 0x1106, 5), side(0x1106, 0x1105, 6)] as const };
};

const createSide = (options: {
  clock: VirtualClock;
  chip: ReturnType<typeof createChip>;
  own: IndividualAddress;
  peer: IndividualAddress;
  seed: number;
}) => {
  const { clock, chip, own, peer, seed } = options;
  const random = seededRandom(seed);
  const troubles: string[] = [];
  /** Requests without an end so far, by ref. */
  const open = new Set<number>();
  const asked: number[] = [];
  const ended = new Map<number, string>();
  const tally = { sent: 0, delivered: 0, confirmed: 0, disconnected: 0, procedures: 0, failed: 0 };
  /** Across connections: the standard promises nothing there. Of fourteen such days on each side two showed one. */
  const crossings: string[] = [];
  let last = 0;
  let highest = 0;
  let number = 0;
  let living = false;

  const seen = (impulse: Impulse | Effect): void => {
    if (impulse.for === "al") onAl(impulse);
    if (impulse.for === "control" && (impulse.type === "result" || impulse.type === "failure")) {
      if (ended.has(impulse.id)) troubles.push(`procedure ${impulse.id} ended twice`);
      ended.set(impulse.id, impulse.type);
      if (impulse.type === "failure") tally.failed += 1;
    }
  };

  const onAl = (impulse: Extract<Impulse, { for: "al" }>): void => {
    switch (impulse.type) {
      case "T_Data_Connected.ind": {
        const message = numberOf(impulse.apdu);
        if (message === undefined) return;
        if (message <= last) troubles.push(`${message} after ${last}`);
        if (message <= highest) crossings.push(`${message} after ${highest}`);
        last = message;
        highest = Math.max(highest, message);
        tally.delivered += 1;
        // every third message is answered, as a device answers
        if (message % 3 === 0) clock.after(1, () => send());
        return;
      }
      case "T_Connect.ind":
      case "T_Connect.con":
        // connections have no identity: what an old one still sends can arrive in a new one, and the standard has no remedy
        if (impulse.peer === peer) last = 0;
        return;
      case "T_Data_Connected.con":
        if (numberOf(impulse.apdu) === undefined) return;
        if (!open.delete(impulse.ref)) troubles.push(`${impulse.ref} confirmed without need`);
        if (impulse.outcome === "ok") tally.confirmed += 1;
        return;
      case "T_Disconnect.ind":
      case "T_Disconnect.con":
        if (impulse.peer !== peer) return;
        tally.disconnected += 1;
        open.clear();
        return;
      default:
    }
  };

  const stack = stackOnChip(clock, chip, testConfig({ dl: { address: own } }), seen);

  const send = (): void => {
    number += 1;
    tally.sent += 1;
    open.add(number);
    stack.deliver({
      for: "tlsm",
      type: "T_Data_Connected.req",
      peer,
      apdu: messageOf(number),
      priority: "low",
      ref: number,
      at: clock.now(),
    });
  };

  const talk = (): void => {
    stack.deliver({ for: "tlsm", type: "T_Connect.req", peer, at: clock.now() });
    const messages = 1 + random.below(6);
    for (let sent = 0; sent < messages; sent++) clock.after(50 + random.below(2_000), send);
    clock.after(3_000 + random.below(20_000), () =>
      stack.deliver({ for: "tlsm", type: "T_Disconnect.req", peer, at: clock.now() }),
    );
  };

  const manage = (): void => {
    const id = asked.length + 1;
    asked.push(id);
    tally.procedures += 1;
    const procedure = PROCEDURES[random.below(PROCEDURES.length)]?.(peer);
    if (procedure === undefined) return;
    stack.deliver({ for: "client", type: "procedure.req", id, procedure, at: clock.now() });
  };

  const session = (): void => {
    if (!living) return;
    if (random.chance(0.6)) talk();
    else manage();
    clock.after(random.around(SESSION_MS), session);
  };

  return {
    troubles,
    crossings,
    open,
    asked,
    ended,
    tally,
    connections: () => stack.state.tlsm.connections,
    begin: () => {
      living = true;
      session();
    },
    end: () => {
      living = false;
    },
    summary: () =>
      `${tally.sent} messages sent, ${tally.confirmed} confirmed, ${tally.delivered} came in, ` +
      `${tally.procedures} procedures, ${tally.failed} of them failed, ${crossings.length} across connections`,
  };
};

const PROCEDURES: readonly ((peer: IndividualAddress) => Procedure)[] = [
  (peer) => ({ name: "device.info", peer }),
  (peer) => ({ name: "property.read", peer, object: 0, pid: 11, start: 1, count: 1 }),
  (peer) => ({ name: "memory.read", peer, address: 0x4000, length: 40 }),
  (peer) => ({ name: "device.restart", peer }),
  () => ({ name: "device.scan", line: 0x11, from: 4, to: 8 }),
  () => ({ name: "device.find" }),
];

/** A message of a manufacturer with a number: no device answers it by itself. */
const messageOf = (number: number): Octets => [
  0x02,
  0xf8,
  number >> 16,
  (number >> 8) & 0xff,
  number & 0xff,
];

const numberOf = (apdu: Octets): number | undefined =>
  apdu[1] === 0xf8 ? ((apdu[2] ?? 0) << 16) | ((apdu[3] ?? 0) << 8) | (apdu[4] ?? 0) : undefined;
