import { describe, expect, test } from "vitest";
import { BRIDGE } from "../../../../src/core/app/application/bridge.ts";
import { layoutOf } from "../../../../src/core/app/application/layout.ts";
import { imageOf } from "../../../../src/core/app/device/model/image.ts";
import { testStack } from "../../../../src/testing/stack.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { link, rig } from "./rig.ts";

const NAMES_AT = 2 * 250;

/** Memory with types of objects, main and sub in an octet each, and names. */
const memory = (
  types: Readonly<Record<number, string>>,
  names: Readonly<Record<number, string>> = {},
): string => {
  const octets = new Array<string>(layoutOf(BRIDGE.declaration).octets).fill("00");
  for (const [n, type] of Object.entries(types))
    octets.splice(2 * (Number(n) - 1), 2, ...type.split(" "));
  for (const [n, name] of Object.entries(names))
    octets.splice(NAMES_AT + 20 * (Number(n) - 1), name.split(" ").length, ...name.split(" "));
  return octets.join(" ");
};

describe("the MQTT bridge as an application", () => {
  test("250 objects: 2 octets for the type and 20 for the name of each", () => {
    expect(layoutOf(BRIDGE.declaration).octets).toBe(5_500);
  });

  test("linked objects with a type become objects of the bridge; without T they are read only", () => {
    const it = rig("bridge");
    it.start(memory({ 1: "01 01", 2: "09 01", 4: "05 01", 5: "01 01" }, { 2: "4b fc 63 68 65" }), [
      link(1, "1/1/1", "d700"),
      link(2, "1/1/2", "9708"),
      link(3, "1/1/3", "d700"), // no type
      link(4, "1/1/4", "d307"), // no C
      link(5, "1/1/1", "d700"), // sends to the address of object 1
    ]);
    expect(it.out()).toEqual(["bridge: 2305 Object 1 1.001, 2306 Küche 9.001 read only"]);
    it.stop();
    expect(it.out()).toEqual(["bridge: "]);
  });
});

describe("in the stack: what ETS loads is on MQTT", () => {
  const tables = {
    addresses: imageOf(hex("0002 0902 0a03")), // 1/1/2, 1/2/3
    associations: imageOf(hex("0002 0001 0002 0002 0001")), // 1/1/2 object 2, 1/2/3 object 1
    objects: imageOf(hex("0002 d700 d708")),
    program: imageOf(hex(memory({ 1: "01 01", 2: "09 01" }, { 2: "48 61 6c 6c" }))),
  };
  const started = (objectsFrom: "ets" | "both" | "yaml") => {
    const stack = testStack({
      groupObjects: { objectsFrom },
      objects: { "1/2/3": { name: "of the file", dpt: "1.001" } },
    });
    const at = stack.clock.now();
    stack.deliver({ for: "bridge", type: "broker.ind", connected: true, at });
    stack.deliver({ for: "objects", type: "tables.ind", ...tables, running: true, at });
    stack.published();
    return stack;
  };

  test("with its name and type", () => {
    const stack = started("both");
    const frame = "bc 11 6e 09 02 e3 00 80 0c 33";
    stack.receive(`${frame} ${check(frame)}`);
    stack.clock.advance(50);
    const [state] = stack.published().filter((line) => line.startsWith("knx/ga/1/1/2/state"));
    expect(JSON.parse(state?.slice(state.indexOf("{")) ?? "{}")).toMatchObject({
      name: "Hall",
      dpt: "9.001",
      value: 21.5,
    });
  });

  test.each([
    { objectsFrom: "both", names: ["Hall", "of the file"] },
    { objectsFrom: "yaml", names: ["of the file"] },
  ] as const)("$objectsFrom: the objects are $names", ({ objectsFrom, names }) => {
    const stack = started(objectsFrom);
    const text = JSON.stringify(stack.state.bridge.objects);
    expect(["Hall", "of the file"].filter((name) => text.includes(`"${name}"`))).toEqual(names);
  });

  test("unloaded, they are gone again", () => {
    const stack = started("both");
    const at = stack.clock.now();
    stack.deliver({
      for: "objects",
      type: "tables.ind",
      addresses: null,
      associations: null,
      objects: null,
      program: null,
      running: false,
      at,
    });
    expect(JSON.stringify(stack.state.bridge.objects)).not.toContain("Hall");
    expect(stack.state.application.running).toBeNull();
  });
});

/** Complement of the exclusive or of all octets. */
const check = (octets: string): string =>
  [...hex(octets)]
    .reduce((sum, octet) => sum ^ octet, 0xff)
    .toString(16)
    .padStart(2, "0");
