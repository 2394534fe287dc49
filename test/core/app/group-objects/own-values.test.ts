import { describe, expect, test } from "vitest";
import { imageOf } from "../../../../src/core/app/device/model/image.ts";
import { Asap } from "../../../../src/core/app/group-objects/access-point.ts";
import { objectOf } from "../../../../src/core/app/group-objects/state.ts";
import type { ObjectConfig } from "../../../../src/core/config.ts";
import { hex, testStack } from "../../../../src/testing.ts";
import { ga, server } from "./rig.ts";

describe("what bridge or client put on the line, by the flags of the objects", () => {
  /** On 1/2/3, one octet each: 1 takes writes (C W), 2 answers (C U), 3 both, 4 neither; 5 takes both but has two octets. */
  const family = () => {
    const it = server();
    it.load({
      addresses: "0002 0A03 0A05",
      associations: "0005 0001 0001 0001 0002 0001 0003 0001 0004 0001 0005",
      objects: "0005 1707 8707 9707 6F07 9708",
    });
    it.rest();
    return it;
  };

  test.each([
    { service: "write" as const, taken: [1, 3] },
    { service: "response" as const, taken: [2, 3] },
  ])("$service: taken by $taken, and nobody sends", ({ service, taken }) => {
    const it = family();
    it.own("1/2/3", service, "2D");
    expect([1, 2, 3, 4, 5].filter((asap) => it.object(asap) === "updated 2d")).toEqual(taken);
    expect([it.updates(), it.drops(), it.telegrams()]).toEqual([2, ["objects.size"], []]);
  });

  test("of an address that no object has, or before anything is loaded: nothing", () => {
    const it = family();
    it.own("1/2/5", "write", "2D");
    it.own("1/2/7", "write", "2D");
    const empty = server();
    empty.own("1/2/3", "write", "2D");
    expect([it.rest(), empty.rest()]).toEqual([[], []]);
  });
});

/** 1/2/3 in the configuration, and object 1 of one bit on it, loaded: C R W T U. */
const both = (yaml: Partial<ObjectConfig> = {}, word = "DF00") => {
  const stack = testStack({
    groupObjects: { objectsFrom: "both" },
    objects: { "1/2/3": { dpt: "1.001", ...yaml } },
  });
  const at = () => stack.clock.now();
  stack.deliver({ for: "bridge", type: "broker.ind", connected: true, at: at() });
  stack.deliver({
    for: "objects",
    type: "tables.ind",
    addresses: imageOf(hex("0001 0A03")),
    associations: imageOf(hex("0001 0001 0001")),
    objects: imageOf(hex(`0001 ${word}`)),
    running: true,
    at: at(),
  });
  stack.clock.advance(100);
  for (const forget of [stack.written, stack.published, stack.drops]) forget();
  return {
    stack,
    set: (payload: string) =>
      stack.deliver({
        for: "bridge",
        type: "message.ind",
        topic: "knx/ga/1/2/3/set",
        payload,
        size: payload.length,
        retain: false,
        at: at(),
      }),
    write: (value: number) =>
      stack.deliver({
        for: "objects",
        type: "object-write.req",
        asap: Asap(1),
        value: [value],
        at: at(),
      }),
    clientWrites: (value: number) =>
      stack.deliver({
        for: "client",
        type: "procedure.req",
        id: 1,
        procedure: {
          name: "group.write",
          address: ga("1/2/3"),
          value: { octets: [value], short: true },
        },
        at: at(),
      }),
    /** What was uploaded: octets of the frames, without services, acknowledges and questions to the chip. */
    uploaded: () => {
      stack.clock.advance(100);
      const octets = stack
        .written()
        .filter((write) => write.length > 2)
        .flatMap((write) => write.split(" ").filter((_, place) => place % 2 === 1));
      return octets.join(" ");
    },
    object: () => objectOf(stack.state.objects, Asap(1)),
    states: () =>
      stack
        .published()
        .filter((message) => message.startsWith("knx/ga/1/2/3/state "))
        .map((message) => JSON.parse(message.slice("knx/ga/1/2/3/state ".length))),
  };
};

const WRITE_1 = "BC 11 05 0A 03 E1 00 81 3E";
const ANSWER_1 = "BC 11 05 0A 03 E1 00 41 FE";
const ANSWER_0 = "BC 11 05 0A 03 E1 00 40 FF";
/** 1.1.9 asks for 1/2/3. */
const READ = "BC 11 09 0A 03 E1 00 00 B3";
const POSITIVE = "8B";
const NEGATIVE = "0B";

describe("one device on the line: bridge and group objects on one address", () => {
  test("what a set has sent the object has, answers with, and does not send", () => {
    const it = both();
    it.set("1");
    expect(it.uploaded()).toBe(WRITE_1.toLowerCase());
    expect(it.object().value).toBeNull();
    it.stack.receive(`${WRITE_1} ${POSITIVE}`);
    expect(it.object()).toEqual({ status: "idle", value: [1] });
    expect(it.uploaded()).toBe("");
    it.stack.receive(READ);
    expect(it.uploaded()).toBe(ANSWER_1.toLowerCase());
  });

  test("what nobody acknowledged neither has", () => {
    const it = both();
    it.set("1");
    it.uploaded();
    it.stack.receive(`${WRITE_1} ${NEGATIVE}`);
    expect([it.object().value, it.states()]).toEqual([null, []]);
  });

  test("an object that takes no writes keeps what it has", () => {
    const it = both({}, "CF00");
    it.set("1");
    it.uploaded();
    it.stack.receive(`${WRITE_1} ${POSITIVE}`);
    expect(it.object().value).toBeNull();
  });

  test("what an object has sent is a state on MQTT, once it is acknowledged", () => {
    const it = both();
    it.write(1);
    expect([it.uploaded(), it.states()]).toEqual([WRITE_1.toLowerCase(), []]);
    it.stack.receive(`${WRITE_1} ${POSITIVE}`);
    expect(it.states()).toMatchObject([
      { value: true, service: "write", source: "1.1.5", origin: "internal" },
    ]);
    expect(it.uploaded()).toBe("");
  });

  test("so is what it has answered", () => {
    const it = both({}, "9F00");
    // Without T it is held, and only told to who asks.
    it.write(1);
    it.stack.receive(READ);
    it.uploaded();
    it.stack.receive(`${ANSWER_1} ${POSITIVE}`);
    expect(it.states()).toMatchObject([{ value: true, service: "response", origin: "internal" }]);
  });

  test("what the client has sent both have", () => {
    const it = both();
    it.clientWrites(1);
    expect(it.uploaded()).toBe(WRITE_1.toLowerCase());
    it.stack.receive(`${WRITE_1} ${POSITIVE}`);
    expect(it.object().value).toEqual([1]);
    expect(it.states()).toMatchObject([{ value: true, source: "1.1.5", origin: "internal" }]);
    expect(it.uploaded()).toBe("");
  });
});

describe("a read of an address that the configuration provides and an object with R has", () => {
  test("is answered once, by the configuration", () => {
    const it = both({ provide: true }, "CF00");
    it.set("1");
    it.uploaded();
    it.stack.receive(`${WRITE_1} ${POSITIVE}`);
    it.write(0);
    it.uploaded();
    it.stack.receive(`BC 11 05 0A 03 E1 00 80 3F ${NEGATIVE}`);
    // The object has 0 and the bridge 1.
    it.stack.receive(READ);
    expect(it.uploaded()).toBe(ANSWER_1.toLowerCase());
    it.stack.receive(`${ANSWER_1} ${POSITIVE}`);
    expect(it.uploaded()).toBe("");
  });

  test("is answered once, by the object, as long as the configuration has no value", () => {
    const it = both({ provide: true });
    it.stack.receive("BC 11 09 0A 03 E1 00 40 F3");
    expect(it.object().value).toEqual([0]);
    it.stack.receive(READ);
    expect(it.uploaded()).toBe(ANSWER_0.toLowerCase());
    it.stack.receive(`${ANSWER_0} ${POSITIVE}`);
    expect(it.uploaded()).toBe("");
  });

  test("what an object has sent is what the configuration answers from then on", () => {
    const it = both({ provide: true });
    it.write(1);
    it.uploaded();
    it.stack.receive(`${WRITE_1} ${POSITIVE}`);
    it.stack.receive(READ);
    expect(it.uploaded()).toBe(ANSWER_1.toLowerCase());
    it.stack.receive(`${ANSWER_1} ${POSITIVE}`);
    expect(it.uploaded()).toBe("");
  });
});
