import { expect, test } from "vitest";
import type { Procedure } from "../../../../src/core/app/client/procedure.ts";
import { startHouse } from "../../../../src/sim/house.ts";
import { stackOnChip, testConfig, virtualClock } from "../../../../src/testing.ts";
import { ga, ia } from "./rig.ts";

/** Our stack on the line of the simulated house, whose devices know nothing of our encoders. */
const inTheHouse = () => {
  const clock = virtualClock();
  const house = startHouse({ clock, kind: "ncn5120" });
  const stack = stackOnChip(
    clock,
    house.chip,
    testConfig({ dl: { address: ia("1.1.250"), chip: "ncn5120" } }),
  );
  clock.advance(1_000);
  let id = 0;
  const perform = (procedure: Procedure, ms = 60_000) => {
    stack.effects();
    stack.deliver({ for: "client", type: "procedure.req", id: ++id, procedure, at: clock.now() });
    clock.advance(ms);
    const endings = stack.effects().flatMap((each) => {
      if (each.for !== "control") return [];
      return each.type === "result" ? [each.value] : each.type === "failure" ? [each.error] : [];
    });
    expect(endings).toHaveLength(1);
    return endings[0];
  };
  return { clock, house, stack, perform };
};

const LAMP = ia("1.1.10");

test("device info, as the products of the house have it", () => {
  const { perform } = inTheHouse();
  expect(perform({ name: "device.info", peer: LAMP })).toEqual({
    address: "1.1.10",
    mask: "07B0",
    system: "System B",
    medium: "TP1",
    manufacturer: 0x83,
    serial: "0083:4C1A050A",
    orderInfo: { hex: "53572d312e3136000000", text: "SW-1.16" },
    hardwareType: "0000012b1400",
    firmwareRevision: 3,
    version: "1043",
    maxApduLength: 55,
    program: { hex: "0083012b14", manufacturer: 0x83, application: "012B", version: "1.4" },
    objects: [1, 2, 9, 3, 4].map((type, n) => ({ index: n + 1, type, loadState: "loaded" })),
    programmingMode: false,
    busVoltage: { samples: 8, sum: 1576 },
  });
});

test("a line, and what is not on it", () => {
  const { perform } = inTheHouse();
  expect(perform({ name: "device.scan", line: 0x11, from: 9, to: 16 })).toEqual({
    line: "1.1",
    devices: [10, 11, 12, 13, 14].map((n) => ({ address: `1.1.${n}`, mask: "07B0" })),
    acknowledged: [],
  });
  expect(perform({ name: "device.restart", peer: ia("1.1.99") })).toMatchObject({
    code: "not_found",
  });
});

test("a new address by the button: the device has it, and has left programming mode", () => {
  const { perform, house } = inTheHouse();
  const device = house.management("ceiling light");
  device.press();
  expect(perform({ name: "device.find" })).toEqual({
    devices: [{ address: "1.1.10", serial: "0083:4C1A050A" }],
  });
  expect(perform({ name: "address.button", address: ia("1.1.13") })).toMatchObject({
    code: "conflict",
  });
  expect(perform({ name: "address.button", address: ia("1.1.33") })).toEqual({
    old: "1.1.10",
    new: "1.1.33",
    mask: "07B0",
  });
  expect(device.address).toBe("1.1.33");
  expect(device.programmingMode).toBe(false);
  expect(device.partner).toBeUndefined();
});

test("and by its serial number", () => {
  const { perform, house } = inTheHouse();
  const serial = [0x00, 0x83, 0x51, 0x27, 0x09, 0x0c];
  const procedure = { name: "address.serial", serial, address: ia("1.1.44") } as const;
  expect(perform(procedure)).toMatchObject({ old: "1.1.12", new: "1.1.44" });
  expect(house.management("blind").address).toBe("1.1.44");
});

test("programming mode, resets and refusals", () => {
  const { perform, house } = inTheHouse();
  const device = house.management("ceiling light");
  expect(perform({ name: "programming-mode.write", peer: LAMP, on: true })).toEqual({ on: true });
  expect(device.programmingMode).toBe(true);
  const reset = { name: "device.reset", peer: LAMP } as const;
  expect(perform({ ...reset, eraseCode: 1, channel: 0 })).toMatchObject({ eraseCode: 1 });
  expect(device.programmingMode).toBe(false);
  expect(perform({ ...reset, eraseCode: 3, channel: 9 })).toMatchObject({ code: "refused" });
  const nowhere = { name: "memory.read", peer: LAMP, address: 0x0400, length: 40 } as const;
  expect(perform(nowhere)).toMatchObject({ code: "refused" });
});

test("groups", () => {
  const { perform, house } = inTheHouse();
  const on = { octets: [1], short: true };
  perform({ name: "group.write", address: ga("1/1/10"), value: on });
  expect(house.lamp.on).toBe(true);
  expect(perform({ name: "group.read", address: ga("1/4/10") })).toMatchObject({
    source: "1.1.10",
    value: "01",
  });
  expect(perform({ name: "group.write", address: ga("7/7/7"), value: on })).toMatchObject({
    code: "no_answer",
  });
});

test("without a bus nothing is absent, it is offline", () => {
  const { perform, stack, clock } = inTheHouse();
  stack.deliver({ for: "dl", type: "port-closed.ind", at: clock.now() });
  expect(perform({ name: "device.restart", peer: LAMP })).toMatchObject({ code: "offline" });
  expect(perform({ name: "device.find" })).toMatchObject({ code: "offline" });
  expect(perform({ name: "device.scan", line: 0x11, from: 1, to: 3 })).toMatchObject({
    code: "offline",
  });
});

test("cancelled in the middle: the device is free at once", () => {
  const { stack, clock, house } = inTheHouse();
  const procedure = { name: "memory.read", peer: LAMP, address: 0, length: 60_000 } as const;
  stack.deliver({ for: "client", type: "procedure.req", id: 7, procedure, at: clock.now() });
  clock.advance(100);
  expect(house.management("ceiling light").partner).toBe("1.1.250");
  stack.deliver({ for: "client", type: "cancel.req", id: 7, at: clock.now() });
  clock.advance(100);
  expect(house.management("ceiling light").partner).toBeUndefined();
  expect(stack.state.client.tasks).toEqual([]);
});
