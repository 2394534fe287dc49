import { describe, expect, test } from "vitest";
import { imageOf } from "../../../../src/core/app/device/model/image.ts";
import { hex, testStack } from "../../../../src/testing.ts";
import { server } from "./rig.ts";

/** Objects 1 and 2 on 1/2/3 and 1/2/7, both with C, T and I. */
const TABLES = {
  addresses: "0002 0A03 0A07",
  associations: "0002 0001 0001 0002 0002",
  objects: "0002 F700 F600",
};
const ASKED = ["0a03 low 00 00", "0a07 urgent 00 00"];

describe("read on init waits for the bus", () => {
  test("loaded without it: nothing is asked and no timer runs, for hours; then all, in their time", () => {
    const it = server();
    it.bus(false);
    it.load(TABLES);
    it.rest();
    it.advance(7_200_000);
    expect(it.rest()).toEqual([]);
    it.bus(true);
    it.advance(199);
    expect(it.telegrams()).toEqual([]);
    it.advance(1);
    it.confirm();
    it.advance(200);
    expect(it.telegrams()).toEqual(ASKED);
  });

  test("gone between two: the second waits, the first is not asked again", () => {
    const it = server();
    it.load(TABLES);
    it.advance(200);
    it.confirm();
    it.bus(false);
    it.advance(60_000);
    expect(it.telegrams()).toEqual(ASKED.slice(0, 1));
    it.bus(true);
    it.advance(200);
    it.confirm();
    it.bus(false);
    it.bus(true);
    it.advance(60_000);
    expect(it.telegrams()).toEqual(ASKED.slice(1));
  });

  test.each(["before", "after"] as const)(
    "gone while one is asked, and known %s the confirmation says so: the same one is asked again",
    (when) => {
      const it = server();
      it.load(TABLES);
      it.advance(200);
      if (when === "before") it.bus(false);
      it.confirm("offline");
      if (when === "after") it.bus(false);
      it.advance(60_000);
      expect(it.telegrams()).toEqual(ASKED.slice(0, 1));
      it.bus(true);
      it.advance(200);
      it.confirm();
      it.advance(200);
      expect(it.telegrams()).toEqual(ASKED);
    },
  );

  test("a request of the application does not wait: it fails, as a telegram without a bus", () => {
    const it = server();
    it.bus(false);
    it.load({ ...TABLES, objects: "0002 4700 4600" });
    it.write(1, "01");
    it.confirm("offline");
    expect(it.object(1)).toBe("error 01");
  });
});

test("from the chip on: without a bus nothing is dropped as offline, and the question is the first telegram", () => {
  const stack = testStack({ groupObjects: { objectsFrom: "ets" }, online: false });
  stack.deliver({
    for: "objects",
    type: "tables.ind",
    addresses: imageOf(hex("0001 0A03")),
    associations: imageOf(hex("0001 0001 0001")),
    objects: imageOf(hex("0001 F700")),
    running: true,
    at: stack.clock.now(),
  });
  stack.drops();
  stack.clock.advance(600_000);
  expect(stack.drops()).toEqual([]);
  stack.deliver({ for: "dl", type: "port-opened.ind", at: stack.clock.now() });
  stack.receive("03");
  stack.clock.advance(10);
  stack.receive("07");
  stack.written();
  stack.clock.advance(300);
  const octets = stack.written().flatMap((write) => write.split(" ").filter((_, i) => i % 2 === 1));
  expect([octets.join(" "), stack.drops()]).toEqual(["bc 11 05 0a 03 e1 00 00 bf", []]);
});
