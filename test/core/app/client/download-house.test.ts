import { describe, expect, test } from "vitest";
import type { Image } from "../../../../src/core/app/client/image.ts";
import type { Procedure } from "../../../../src/core/app/client/procedure.ts";
import type { JsonValue } from "../../../../src/core/effect.ts";
import { dump as dumped } from "../../../../src/shell/control/images.ts";
import type { FaultRates } from "../../../../src/sim/faults.ts";
import type { ManagementOptions } from "../../../../src/sim/management-options.ts";
import {
  createDevice,
  hex,
  stackOnChip,
  startHouse,
  testConfig,
  toHex,
  virtualClock,
} from "../../../../src/testing.ts";
import { ia } from "./rig.ts";

/*
 * Our client and a device of the simulation, which shares no line of code with it, on the simulated line.
 */

const peer = ia("1.1.17");

const bench = (options: Partial<ManagementOptions> = {}, rates: FaultRates = {}, seed = 7) => {
  const clock = virtualClock();
  const house = startHouse({ clock, kind: "ncn5120", seed });
  const device = createDevice({
    line: house.line,
    name: "actuator",
    address: "1.1.17",
    management: {
      serialNumber: hex("00 fa 17 31 9b 05"),
      orderInfo: "ACT-4.16",
      programVersion: hex("00 fa a0 13 21"),
      hardwareType: hex("00 00 a0 13 21 00"),
      ...options,
    },
  });
  const stack = stackOnChip(
    clock,
    house.chip,
    testConfig({ dl: { address: ia("1.1.250"), chip: "ncn5120" } }),
  );
  clock.advance(1_000);
  house.faults.set(rates);
  let id = 0;
  const run = (procedure: Procedure, limitMs = 3_600_000) => {
    stack.effects();
    stack.deliver({ for: "client", type: "procedure.req", id: ++id, procedure, at: clock.now() });
    const progress: (readonly [done: number, total: number])[] = [];
    for (let ms = 0; ms < limitMs; ms += 1_000) {
      clock.advance(1_000);
      for (const each of stack.effects()) {
        if (each.for !== "control" || !("id" in each) || each.id !== id) continue;
        if (each.type === "progress") progress.push([each.done, each.total]);
        if (each.type === "result") return { result: each.value, progress, ms };
        if (each.type === "failure") return { failure: each.error, progress, ms };
      }
    }
    throw new Error("no end");
  };
  const { management } = device;
  if (management === undefined) throw new Error("a device without management");
  return { run, management, house, clock, stack };
};

const octets = (count: number, step: number): number[] =>
  Array.from({ length: count }, (_, index) => (index % 5 === 0 ? 0 : (index * step + 1) & 0xff));

const IMAGE: Image = {
  application: {
    octets: octets(355, 7),
    fill: 0,
    programVersion: hex("00 fa a0 13 22"),
    peiType: 0xff,
  },
  program2: { octets: octets(34, 11), fill: 0xff, programVersion: hex("00 fa a0 13 05") },
  groupAddresses: [0x0901, 0x0902, 0x0a03],
  associations: [
    [2, 1],
    [1, 1],
    [3, 2],
  ],
  groupObjects: [0xd700, 0x4703, 0, 0x5708],
  properties: [{ object: 0, pid: 86, octets: [0x00, 0x64] }],
  checks: { hardwareType: hex("00 00 a0 13 21 00"), manufacturer: 0xfa },
};

const parsed = (value: JsonValue | undefined) => dumped.parse(value);

test("a full download: every octet is where the device looks for it", () => {
  const { run, management } = bench();
  const { result, progress } = run({ name: "device.program", peer, image: IMAGE });
  expect(result).toMatchObject({ address: "1.1.17", loaded: [5, 4, 3, 2, 1], unchanged: [] });
  expect(progress.at(-1)).toEqual([421, 421]);
  const { memory } = management;
  expect(toHex(memory.read(0x4000, 8) ?? [])).toBe("00 03 09 01 09 02 0a 03");
  expect(toHex(memory.read(0x4100, 14) ?? [])).toBe("00 03 00 02 00 01 00 01 00 01 00 03 00 02");
  expect(toHex(memory.read(0x4200, 10) ?? [])).toBe("00 04 d7 00 47 03 00 00 57 08");
  expect(memory.read(0x4300, 355)).toEqual(IMAGE.application?.octets);
  expect(memory.read(0x4700, 34)).toEqual(IMAGE.program2?.octets);
  // 11.28
  expect(toHex(management.property(1, 27) ?? [])).toBe("00 00 00 08 00 ff 99 b7");
  expect(toHex(management.property(2, 27) ?? [])).toBe("00 00 00 0e 00 ff 85 1d");
  expect([1, 2, 3, 4, 5].map((object) => management.property(object, 5))).toEqual(
    new Array(5).fill([1]),
  );
  expect(toHex(management.property(4, 13) ?? [])).toBe("00 fa a0 13 22");
  expect(management.property(4, 16)).toEqual([0xff]);
  expect(management.property(0, 86)).toEqual([0x00, 0x64]);
  // Verify mode ends with the restart.
  expect(management.property(0, 14)).toEqual([0]);
  expect(management.partner).toBeUndefined();
});

// biome-ignore format: read by column
test.each([
  { is: "standard frames only",         options: { maxApduLength: 15 },   image: {} },
  { is: "extended services",            options: {},                      image: { extended: true } },
  { is: "segments beyond FFFF",         options: { segments: "far" },     image: { extended: true } },
] as const)("a download with $is", ({ options, image }) => {
  const { run, management } = bench(options);
  const { result } = run({ name: "device.program", peer, image: { ...IMAGE, ...image } });
  expect(result).toMatchObject({ loaded: [5, 4, 3, 2, 1] });
  expect(toHex(management.property(1, 27) ?? [])).toBe("00 00 00 08 00 ff 99 b7");
});

test("segments beyond FFFF and an image that does not allow the extended services: unloaded", () => {
  const { run, management } = bench({ segments: "far" });
  const { failure } = run({ name: "device.program", peer, image: IMAGE });
  expect(failure?.message).toMatch(/^Step 13, .*extended.*unloaded now/);
  expect(management.property(4, 5)).toEqual([0]);
});

test("more than the device has room for: unloaded", () => {
  const { run, management } = bench();
  const groupAddresses = Array.from({ length: 300 }, (_, index) => 0x0801 + index);
  const { failure } = run({ name: "device.program", peer, image: { ...IMAGE, groupAddresses } });
  expect(failure).toMatchObject({ code: "refused" });
  expect(failure?.message).toMatch(/^Step 11, group address table, 602 octets: .*is error/);
  for (const object of [1, 2, 3, 4, 5]) expect(management.property(object, 5)).toEqual([0]);
});

test("a partial download after a full one: what differs, and the last octet", () => {
  const { run, management } = bench();
  run({ name: "device.program", peer, image: IMAGE });
  const application = octets(355, 7).with(200, 0x99);
  const image: Image = {
    ...IMAGE,
    application: { octets: application, fill: 0, programVersion: hex("00 fa a0 13 22") },
    groupAddresses: [0x0901, 0x0902, 0x0a05],
    partial: true,
  };
  expect(run({ name: "device.program", peer, image }).result).toMatchObject({
    loaded: [4, 1],
    unchanged: [5, 3, 2],
    octets: 3,
  });
  expect(management.memory.read(0x4300, 355)).toEqual(application);
  expect(toHex(management.memory.read(0x4000, 8) ?? [])).toBe("00 03 09 01 09 02 0a 05");
  expect(run({ name: "device.program", peer, image }).result).toMatchObject({
    loaded: [],
    unchanged: [5, 4, 3, 2, 1],
    octets: 0,
  });
});

test("a partial download to an unloaded device is a full one", () => {
  const { run, management } = bench();
  run({ name: "property.write", peer, object: 4, pid: 5, start: 1, count: 1, octets: UNLOAD });
  expect(management.property(4, 5)).toEqual([0]);
  const { result } = run({ name: "device.program", peer, image: { ...IMAGE, partial: true } });
  expect(result).toMatchObject({ loaded: [5, 4, 3, 2, 1] });
  expect(management.memory.read(0x4300, 355)).toEqual(IMAGE.application?.octets);
});

// biome-ignore format: read by column
test.each([
  { is: "a line without faults",              rates: {},                       seeds: [7] },
  { is: "1 % of all octets on the line lost", rates: { busOctetDamaged: 0.01 }, seeds: [7, 21, 33, 45, 57] },
])("programmed, dumped, restored, dumped: the same, on $is", ({ rates, seeds }) => {
  for (const seed of seeds) {
    const { run, management } = bench({}, rates, seed);
    expect(run({ name: "device.program", peer, image: IMAGE }).failure).toBeUndefined();
    const first = run({ name: "device.dump", peer });
    expect(first.failure).toBeUndefined();
    run({ name: "device.reset", peer, eraseCode: 7, channel: 0 });
    expect([1, 4].map((object) => management.property(object, 5))).toEqual([[0], [0]]);
    const document = parsed(first.result);
    expect(run({ name: "device.restore", peer, document }).failure).toBeUndefined();
    expect(run({ name: "device.dump", peer }).result).toEqual(first.result);
  }
});

test("a device that leaves in the middle: an error, and a dump that says what is loaded", () => {
  const { run, management, clock, stack } = bench();
  const procedure = { name: "device.program", peer, image: IMAGE } as const;
  stack.deliver({ for: "client", type: "procedure.req", id: 99, procedure, at: clock.now() });
  clock.advance(4_000);
  stack.deliver({ for: "client", type: "cancel.req", id: 99, at: clock.now() });
  clock.advance(1_000);
  // Nobody unloads it when somebody presses Ctrl-C, but it does not claim to be whole.
  expect(management.property(4, 5)).not.toEqual([1]);
  const { result } = run({ name: "device.dump", peer });
  expect(parsed(result).objects.find(({ index }) => index === 4)).toMatchObject({ octets: null });
});

describe("restore checks whom it restores", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "hardware type", other: { hardwareType: hex("00 00 a0 13 21 07") },      says: "hardware type" },
    { is: "order info",    other: { orderInfo: "ACT-8.16" },                       says: "order info" },
    { is: "manufacturer",  other: { serialNumber: hex("00 83 17 31 9b 05") },      says: "manufacturer" },
    { is: "mask",          other: { mask: 0x57b0 },                                says: "mask 57B0" },
  ])("another $is: refused, and nothing is changed", ({ other, says }) => {
    const one = bench();
    const document = parsed(one.run({ name: "device.dump", peer }).result);
    const two = bench(other);
    const { failure } = two.run({ name: "device.restore", peer, document });
    expect(failure).toMatchObject({ code: "refused", message: expect.stringContaining(says) });
    expect(two.management.property(4, 5)).toEqual([1]);
  });

  test("a dump without the content of something loaded cannot be restored", () => {
    const { run } = bench();
    const document = parsed(run({ name: "device.dump", peer }).result);
    const objects = document.objects.map((object) => ({ ...object, octets: null }));
    const { failure } = run({ name: "device.restore", peer, document: { ...document, objects } });
    expect(failure).toMatchObject({ code: "refused" });
  });
});

test("a table of 8,000 addresses: through many checkpoints, and every octet is there", () => {
  const { run, management } = bench({ segments: "far", maxApduLength: 55 });
  const groupAddresses = Array.from({ length: 8_000 }, (_, index) => 0x0801 + 2 * index);
  const { result } = run({
    name: "device.program",
    peer,
    image: { groupAddresses, associations: [[7_999, 1]], groupObjects: [0xd700], extended: true },
  });
  expect(result).toMatchObject({ loaded: [3, 2, 1], octets: 4 + 6 + 16_002 });
  expect(management.property(1, 5)).toEqual([1]);
  const dump = parsed(run({ name: "device.dump", peer }).result);
  const [table] = dump.objects;
  expect(table?.octets).toHaveLength(16_002);
  expect(toHex(table?.octets?.slice(-4) ?? [])).toBe("46 7d 46 7f");
  // The programs stay as they were.
  expect(management.property(4, 5)).toEqual([1]);
}, 60_000);

const UNLOAD = hex("04 00 00 00 00 00 00 00 00 00");
