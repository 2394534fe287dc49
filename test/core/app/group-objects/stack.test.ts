import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import { imageOf } from "../../../../src/core/app/device/model/image.ts";
import { Asap } from "../../../../src/core/app/group-objects/access-point.ts";
import { objectOf } from "../../../../src/core/app/group-objects/state.ts";
import { FIRST_OBJECTS_REF, type Outcome } from "../../../../src/core/impulse.ts";
import { al } from "../../../../src/core/stack/7-al/al.ts";
import { hex, testStack } from "../../../../src/testing.ts";

/** Object 1 on 1/2/3: C, R, W, U, one bit. */
const programmed = (objectsFrom: "yaml" | "ets" | "both") => {
  const stack = testStack({ groupObjects: { objectsFrom } });
  stack.deliver({
    for: "objects",
    type: "tables.ind",
    addresses: imageOf(hex("0001 0A03")),
    associations: imageOf(hex("0001 0001 0001")),
    objects: imageOf(hex("0001 9F00")),
    running: true,
    at: stack.clock.now(),
  });
  return stack;
};

const WRITE = "BC 11 09 0A 03 E1 00 81 32";
const READ = "BC 11 09 0A 03 E1 00 00 B3";

describe("from octets to objects and back", () => {
  test.each(["ets", "both"] as const)("%s: acknowledged, taken, answered", (from) => {
    const stack = programmed(from);
    stack.receive(WRITE);
    expect(stack.written()).toEqual(["11"]);
    // the application has taken it already
    expect(objectOf(stack.state.objects, Asap(1))).toEqual({ status: "idle", value: [1] });
    stack.clock.advance(60);
    stack.receive(READ);
    stack.clock.advance(60);
    const octets = stack
      .written()
      .flatMap((write) => write.split(" ").filter((_, i) => i % 2 === 1));
    expect(octets.join(" ")).toBe("bc 11 05 0a 03 e1 00 41 fe");
  });

  test("ets: the bridge hears of it as well", () => {
    const stack = programmed("ets");
    stack.deliver({ for: "bridge", type: "broker.ind", connected: true, at: stack.clock.now() });
    stack.published();
    stack.receive(WRITE);
    stack.clock.advance(60);
    expect(stack.published().some((message) => message.includes("1/2/3"))).toBe(true);
  });

  test("everything on one address: all are updated, and the stack is not flooded", () => {
    const words = (values: readonly number[]) =>
      imageOf([values.length, ...values].flatMap((word) => [word >> 8, word & 0xff]));
    const count = 20_000;
    const pairs = Array.from({ length: count }, (_, index) => [
      0,
      1,
      (index + 1) >> 8,
      (index + 1) & 0xff,
    ]);
    const stack = testStack({ groupObjects: { objectsFrom: "ets" } });
    stack.deliver({
      for: "objects",
      type: "tables.ind",
      addresses: imageOf(hex("0001 0A03")),
      associations: imageOf([count >> 8, count & 0xff, ...pairs.flat()]),
      objects: words(new Array<number>(count).fill(0x9f00)),
      running: true,
      at: stack.clock.now(),
    });
    stack.receive(WRITE);
    expect(stack.drops()).toContain("objects.flood");
    expect(objectOf(stack.state.objects, Asap(count))).toEqual({ status: "updated", value: [1] });
  });

  test("while the bus is away, an object that is written is not told to the others", () => {
    const stack = testStack({ groupObjects: { objectsFrom: "ets" }, online: false });
    stack.deliver({
      for: "objects",
      type: "tables.ind",
      addresses: imageOf(hex("0001 0A03")),
      associations: imageOf(hex("0002 0001 0001 0001 0002")),
      objects: imageOf(hex("0002 5F00 5F00")),
      running: true,
      at: stack.clock.now(),
    });
    const at = stack.clock.now();
    stack.deliver({ for: "objects", type: "object-write.req", asap: Asap(1), value: [1], at });
    expect(objectOf(stack.state.objects, Asap(1))).toEqual({ status: "error", value: [1] });
    expect(objectOf(stack.state.objects, Asap(2)).value).toBeNull();
  });

  test("yaml: neither acknowledged nor taken", () => {
    const stack = programmed("yaml");
    stack.receive(WRITE);
    expect(stack.written()).toEqual([]);
    expect(stack.state.objects.tables).toBeNull();
  });
});

describe("who the application layer tells", () => {
  const indication = (apdu: string) =>
    ({
      for: "al",
      type: "T_Data_Group.ind",
      destination: GroupAddress(0x0a03),
      apdu: hex(apdu),
      source: programmed("yaml").state.nl.address,
      priority: "low",
      hops: 5,
      repeated: false,
      at: 7,
    }) as const;

  // biome-ignore format: read by column
  test.each([
    { apdu: "00 00",       objects: false, to: ["bridge A_GroupValue_Read.ind"] },
    { apdu: "00 00",       objects: true,  to: ["bridge A_GroupValue_Read.ind", "objects A_GroupValue_Read.ind"] },
    { apdu: "00 80 12 34", objects: true,  to: ["bridge A_GroupValue_Write.ind", "objects A_GroupValue_Write.ind"] },
    { apdu: "00 41",       objects: true,  to: ["bridge A_GroupValue_Response.ind", "objects A_GroupValue_Response.ind"] },
    { apdu: "00 01",       objects: true,  to: ["drops drop"] },
  ])("$apdu, objects loaded: $objects", ({ apdu, objects, to }) => {
    expect(al(indication(apdu), objects).map((one) => `${one.for} ${one.type}`)).toEqual(to);
  });

  // biome-ignore format: read by column
  test.each([
    { ref: -1,                    to: "client",  others: ["bridge", "objects"] },
    { ref: 0,                     to: "bridge",  others: ["objects"] },
    { ref: FIRST_OBJECTS_REF - 1, to: "bridge",  others: ["objects"] },
    { ref: FIRST_OBJECTS_REF,     to: "objects", others: ["bridge"] },
  ])("a confirmation with ref $ref: $to; what was on the line is told to $others", ({ ref, to, others }) => {
    const confirmed = (apdu: string, outcome: Outcome, objects: boolean) =>
      al({ for: "al", type: "T_Data_Group.con", destination: GroupAddress(0x0a03), priority: "urgent", apdu: hex(apdu), ref, outcome, repeats: 2, at: 7 }, objects);
    for (const outcome of ["no_ack", "lost", "rejected", "offline", "queue_full", "too_long"] as const)
      expect(confirmed("00 81", outcome, true).map((one) => one.for)).toEqual([to]);
    expect(confirmed("00 00", "ok", true).map((one) => one.for)).toEqual([to]);
    expect(confirmed("00 81", "ok", false).map((one) => one.for)).toEqual([to, ...others.filter((one) => one !== "objects")]);
    for (const [apdu, service, value] of [
      ["00 80 5A", "write", { octets: [0x5a], short: false }],
      ["00 43", "response", { octets: [0x03], short: true }],
    ] as const) {
      const [own, ...told] = confirmed(apdu, "ok", true);
      expect(own?.for).toBe(to);
      expect(told).toEqual(others.map((one) => ({ for: one, type: "own-value.ind", destination: 0x0a03, service, value, priority: "urgent", repeats: 2, at: 7 })));
    }
  });
});
