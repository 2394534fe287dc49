import { GroupAddress, IndividualAddress } from "../../src/core/address.ts";
import type { Procedure } from "../../src/core/app/client/procedure.ts";
import { openStack } from "../../src/core/stack/stack.ts";
import type { Clock } from "../../src/sim/clock.ts";
import type { House } from "../../src/sim/house.ts";
import type { Random } from "../../src/sim/random.ts";
import { testConfig } from "../../src/testing/config.ts";
import { openRunner } from "./runner.ts";

/** An engineering tool on the line, with a transceiver of its own: looks into the bridge, loads it, and loses interest. */
export type Tool = Readonly<{
  /** @param cutAfterMs it is pulled out then; null: it goes on to its end */
  begin(procedure: Procedure, cutAfterMs: number | null): void;
  sums(): Readonly<{ begun: number; done: number; failed: number; cut: number }>;
}>;

export const openTool = (clock: Clock, house: House): Tool => {
  const chip = house.addChip({ kind: "ncn5120", baud: 38_400, name: "tool" });
  const config = testConfig({ dl: { address: TOOL, chip: "ncn5120", baud: 38_400 } });
  const cut = new Set<number>();
  let begun = 0;
  let done = 0;
  let failed = 0;
  const runner = openRunner({
    clock,
    first: openStack(config),
    execute: (effect) => {
      if (effect.for === "serial" && effect.type === "write") chip.write(effect.octets);
      if (effect.for !== "control") return;
      if (effect.type === "result") done++;
      if (effect.type === "failure") failed++;
    },
    threw: (impulse, error) => {
      throw new Error(`the stack of the tool threw at ${impulse.for} ${impulse.type}`, {
        cause: error,
      });
    },
  });
  chip.onOctets((octets) => {
    for (const octet of octets) runner.octet(octet);
  });
  runner.deliver({ for: "dl", type: "port-opened.ind", at: runner.at() });
  return {
    begin(procedure, cutAfterMs) {
      const id = ++begun;
      runner.deliver({ for: "client", type: "procedure.req", id, procedure, at: runner.at() });
      if (cutAfterMs !== null)
        clock.after(cutAfterMs, () => {
          cut.add(id);
          runner.deliver({ for: "client", type: "cancel.req", id, at: runner.at() });
        });
    },
    sums: () => ({ begun, done, failed, cut: cut.size }),
  };
};

const TOOL = IndividualAddress(0x11f0);
export const BRIDGE_ADDRESS = IndividualAddress(0x11fa);

type Image = Extract<Procedure, { name: "device.program" }>["image"];

/** What is loaded into the bridge: different each time, so that a mixture of two would show. @param version 1…200 */
export const imageOf = (version: number): Image => {
  const size = 60 + version;
  return {
    application: {
      octets: Array.from({ length: size }, () => version),
      fill: 0,
      programVersion: [0x00, 0xfa, 0xa1, 0x03, version],
    },
    groupAddresses: Array.from({ length: 8 }, (_, index) => 0xf000 + version * 8 + index),
    associations: Array.from({ length: 8 }, (_, index) => [index + 1, index + 1] as const),
    groupObjects: Array.from({ length: 8 }, () => 0xd707),
  };
};

/** Something that a tool may want to know of the bridge. */
export const question = (random: Random): Procedure => {
  const peer = BRIDGE_ADDRESS;
  const all: readonly Procedure[] = [
    { name: "device.info", peer },
    { name: "property.read", peer, object: 0, pid: 11, start: 1, count: 1 },
    { name: "property.read", peer, object: 9, pid: 201, start: 1, count: 1 },
    { name: "property.describe", peer, object: 0, pid: 56 },
    { name: "memory.read", peer, address: 0x60, length: 1 },
    { name: "memory.read", peer, address: 0xfff0, length: 40 },
    { name: "programming-mode.read", peer },
    { name: "programming-mode.write", peer, on: random.chance(0.3) },
    { name: "device.find" },
    { name: "device.dump", peer },
  ];
  return all[random.below(all.length)] ?? { name: "device.find" };
};

/** Something that the bridge may be asked about others. */
export const ownQuestion = (random: Random): Procedure => {
  const peer = IndividualAddress(0x110a + random.below(7));
  const all: readonly Procedure[] = [
    { name: "device.info", peer },
    { name: "device.scan", line: 0x11, from: 8, to: 8 + random.below(16) },
    { name: "property.read", peer, object: 0, pid: 11, start: 1, count: 1 },
    { name: "group.read", address: GroupAddress(0x2001) },
    { name: "device.find" },
    { name: "device.restart", peer },
  ];
  return all[random.below(all.length)] ?? { name: "device.find" };
};
