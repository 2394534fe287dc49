import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { layoutOf } from "../../../../src/core/app/application/layout.ts";
import { decodeParameters } from "../../../../src/core/app/application/parameters.ts";
import type { Application } from "../../../../src/core/app/application/program.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { link, rig } from "./rig.ts";

// biome-ignore format: read by column
const DECLARATION: Application["declaration"] = {
  identity: { manufacturer: 0x00fa, application: 0xb3fe, version: 0x21, name: "test", orderNumber: "TEST1" },
  objects: {
    lamp: { number: 1, name: "Lamp",        function: "Switch", dpt: "1.001", flags: "CWT" },
    temp: { number: 5, name: "Temperature", function: "Value",  dpt: "9.001", flags: "CRT" },
  },
  parameters: {
    two:    { text: "a", type: "choice", bits: 2, choices: { none: [0, ""], one: [1, ""], three: [3, ""] }, default: "one" },
    five:   { text: "b", type: "number", bits: 5, min: 0, max: 30, default: 7 },
    three:  { text: "c", type: "number", bits: 3, min: -4, max: 3, default: -1 },
    signed: { text: "d", type: "number", bits: 16, min: -300, max: 700, default: 33 },
    long:   { text: "e", type: "number", bits: 32, min: 0, max: 4_294_967_295, default: 1 },
    title:  { text: "f", type: "text", octets: 3, default: "abc" },
    warm:   { text: "g", type: "float", min: 5, max: 35, default: 21 },
  },
  timers: ["soon", "later"],
  inputs: ["door"],
  outputs: ["horn"],
  pages: [],
};

describe("parameters in the memory of object 4", () => {
  test("small ones share an octet from its most significant bit on", () => {
    expect(layoutOf(DECLARATION)).toEqual({
      places: {
        two: { offset: 0, bit: 0, bits: 2 },
        five: { offset: 0, bit: 2, bits: 5 },
        three: { offset: 1, bit: 0, bits: 3 },
        signed: { offset: 2, bit: 0, bits: 16 },
        long: { offset: 4, bit: 0, bits: 32 },
        title: { offset: 8, bit: 0, bits: 24 },
        warm: { offset: 11, bit: 0, bits: 16 },
      },
      octets: 13,
    });
  });

  // biome-ignore format: read by column
  const MEMORIES = [
    //                                     two five    three        signed  long            title        warm
    { is: "all of them",        memory: "ea         a0          ff 38   f1 23 45 67    48 a4 00     0c 33", values: { two: "three", five: 21, three: -3, signed: -200, long: 0xf1234567, title: "H€", warm: 21.5 }, refused: [] },
    { is: "the text is full",   memory: "42         60          02 bc   00 00 00 02    78 79 7a     01 f4", values: { two: "one", five: 1, three: 3, signed: 700, long: 2, title: "xyz", warm: 5 }, refused: [] },
    { is: "outside the limits", memory: "be         80          02 bd   00 00 00 02    78 79 7a     7f ff", values: { two: "one", five: 7, three: -4, signed: 33, long: 2, title: "xyz", warm: 21 }, refused: ["two", "five", "signed", "warm"] },
    { is: "shorter",            memory: "ea         a0          ff",                                        values: { two: "three", five: 21, three: -3, signed: 33, long: 1, title: "abc", warm: 21 }, refused: ["signed", "long", "title", "warm"] },
    { is: "nothing at all",     memory: "",                                                                 values: { two: "one", five: 7, three: -1, signed: 33, long: 1, title: "abc", warm: 21 }, refused: ["two", "five", "three", "signed", "long", "title", "warm"] },
  ];
  test.each(MEMORIES)("$is", ({ memory, values, refused }) => {
    expect(decodeParameters(DECLARATION, hex(memory))).toEqual({ values, refused });
  });

  prop.prop([fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 })])(
    "whatever stands there, every parameter has a value",
    (memory) => {
      const { values } = decodeParameters(DECLARATION, memory);
      expect(Object.keys(values)).toEqual(Object.keys(DECLARATION.parameters));
    },
  );
});

/** Answers every timer, update and input with these actions. */
const answering = (actions: readonly unknown[]): Application => ({
  declaration: DECLARATION,
  open: () => null,
  step: (state, event) => [
    state,
    event.type === "started" || event.type === "stopped" ? [] : JSON.parse(JSON.stringify(actions)),
  ],
});

describe("an application that is wrong", () => {
  // biome-ignore format: read by column
  const NONSENSE = [
    { action: { type: "write", object: "tmep", value: 20 },           out: ["application.unknown"] },
    { action: { type: "write", object: "constructor", value: 20 },    out: ["application.unknown"] },
    { action: { type: "write", object: "temp", value: true },         out: ["application.value"] },
    { action: { type: "write", object: "temp", value: -274 },         out: ["application.value"] },
    { action: { type: "write", object: "lamp" },                      out: ["application.value"] },
    { action: { type: "read", object: "" },                           out: ["application.unknown"] },
    { action: { type: "start", timer: "never", ms: 5 },               out: ["application.unknown"] },
    { action: { type: "start", timer: "soon", ms: -5 },               out: ["application.value"] },
    { action: { type: "start", timer: "soon" },                       out: ["application.value"] },
    { action: { type: "stop", timer: "never" },                       out: ["application.unknown"] },
    { action: { type: "output", output: "door", on: true },           out: ["application.unknown"] },
    { action: { type: "explode" },                                    out: ["application.unknown"] },
    { action: { type: "write", object: "temp", value: 21.5 },         out: ["5 = 0c 33"] },
    { action: { type: "read", object: "lamp" },                       out: ["read 1"] },
    { action: { type: "start", timer: "later", ms: 12 },              out: ["later in 12"] },
    { action: { type: "output", output: "horn", on: true },           out: ["output 0 on"] },
  ];
  test.each(NONSENSE)("$action → $out", ({ action, out }) => {
    const it = rig("bridge", answering([action]));
    it.start("00 00 00 00 00 00 00 00 00 00 00 01 f4");
    it.out();
    it.update(1, "/1");
    expect(it.out()).toEqual(out);
  });

  test("more actions than it may have: the first thousand are done", () => {
    const it = rig("bridge", answering(new Array(1_001).fill({ type: "read", object: "lamp" })));
    it.start("00 00 00 00 00 00 00 00 00 00 00 01 f4");
    it.out();
    it.input(0, true);
    const out = it.out();
    expect(out.length).toBe(1_001);
    expect(out.at(-1)).toBe("application.flood");
  });

  prop.prop([
    fc.array(
      fc.record(
        {
          type: fc.constantFrom("write", "read", "start", "stop", "output", "log", "x"),
          object: fc.constantFrom("lamp", "temp", "toString"),
          value: fc.jsonValue(),
          timer: fc.string(),
          ms: fc.double(),
          output: fc.string(),
        },
        { requiredKeys: ["type"] },
      ),
    ),
  ])("whatever it wants, nothing throws and the state stays JSON", (actions) => {
    const it = rig("bridge", answering(actions.filter(({ type }) => type !== "log")));
    it.start("");
    it.update(5, "0c 1a");
    it.input(0, false);
    it.stop();
    expect(JSON.parse(JSON.stringify(it.state()))).toEqual(it.state());
  });
});

describe("start and stop", () => {
  test("a new beginning ends the timers of the one before", () => {
    const it = rig("bridge", answering([{ type: "start", timer: "soon", ms: 100 }]));
    it.start("00 00 00 00 00 00 00 00 00 00 00 01 f4");
    it.update(1, "/1");
    expect(it.out()).toEqual(["soon in 100"]);
    it.start("00 00 00 00 00 00 00 00 00 00 00 01 f4");
    it.clock.advance(1_000);
    expect(it.out()).toEqual(["soon stopped"]);
  });

  test("an object that is not declared is nobody's", () => {
    const it = rig("bridge", answering([{ type: "read", object: "lamp" }]));
    it.start("", [link(9, "1/2/3", "d700")]);
    it.out();
    it.update(9, "/1");
    expect(it.out()).toEqual([]);
  });
});
