import { expect, expectTypeOf, test } from "vitest";
import {
  type ActionOf,
  defineApplication,
  type EventOf,
  type ParametersOf,
} from "../../../../src/core/app/application/program.ts";
import { rig } from "./rig.ts";

// biome-ignore format: read by column
const DECLARATION = {
  identity: { manufacturer: 0x00fa, application: 0xb3fe, version: 0x21, name: "test", orderNumber: "TEST1" },
  objects: {
    lamp: { number: 1, name: "Lamp",        function: "Switch", dpt: "1.001", flags: "CWT" },
    dim:  { number: 2, name: "Lamp",        function: "Dim",    dpt: "3.007", flags: "CW" },
    temp: { number: 5, name: "Temperature", function: "Value",  dpt: "9.001", flags: "CRT" },
    any:  { number: 6, name: "Any",         function: "Value",  dpt: { parameter: "kind", dpts: { bit: "1.002", percent: "5.001" } }, flags: "CWT" },
  },
  parameters: {
    kind:  { text: "Kind",  type: "choice", bits: 2, choices: { none: [0, "none"], bit: [1, "1 bit"], percent: [2, "percent"] }, default: "none" },
    limit: { text: "Limit", type: "number", bits: 16, min: -300, max: 700, default: 33 },
    title: { text: "Title", type: "text", octets: 3, default: "abc" },
  },
  timers: ["soon"],
  inputs: ["door"],
  outputs: ["horn"],
  pages: [],
} as const;
type D = typeof DECLARATION;

test("keys and values are those of the declaration", () => {
  expectTypeOf<ParametersOf<D>>().toEqualTypeOf<
    Readonly<{ kind: "none" | "bit" | "percent"; limit: number; title: string }>
  >();
  expectTypeOf<Extract<EventOf<D>, { object: "lamp" }>["value"]>().toEqualTypeOf<boolean>();
  expectTypeOf<Extract<EventOf<D>, { object: "temp" }>["value"]>().toEqualTypeOf<number>();
  expectTypeOf<Extract<EventOf<D>, { type: "timer" }>["timer"]>().toEqualTypeOf<"soon">();
  expectTypeOf<Extract<ActionOf<D>, { object: "dim"; type: "write" }>["value"]>().toEqualTypeOf<
    Readonly<{ direction: string; step: number }>
  >();
  expectTypeOf<{ type: "write"; object: "temp"; value: 21.5 }>().toExtend<ActionOf<D>>();
  expectTypeOf<{ type: "write"; object: "temp"; value: true }>().not.toExtend<ActionOf<D>>();
  expectTypeOf<{ type: "write"; object: "tmep"; value: 21.5 }>().not.toExtend<ActionOf<D>>();
  expectTypeOf<{ type: "start"; timer: "later"; ms: 5 }>().not.toExtend<ActionOf<D>>();
  expectTypeOf<{ type: "output"; output: "door"; on: true }>().not.toExtend<ActionOf<D>>();
});

test("what does not belong to the declaration does not compile", () => {
  defineApplication(DECLARATION, {
    open: () => null,
    // @ts-expect-error an object that is not declared
    step: () => [null, [{ type: "read", object: "lampp" }]],
  });
  defineApplication(DECLARATION, {
    open: (parameters): string => parameters.title,
    // @ts-expect-error the state is a text, and a temperature is none
    step: (state, event) => {
      if (event.type === "updated" && event.object === "temp") return [event.value, []];
      return [state, []];
    },
  });
  defineApplication(DECLARATION, {
    // @ts-expect-error a parameter that is not declared
    open: (parameters): string => parameters.tilte,
    step: (state) => [state, []],
  });
});

test("an object has the type that its parameter says", () => {
  const echo = defineApplication(DECLARATION, {
    open: ({ kind }): string => kind,
    step: (state, event) =>
      event.type === "updated" && event.object === "any"
        ? [state, [{ type: "log", level: "info", message: `${event.value}`, fields: {} }]]
        : [state, []],
  });
  const it = rig("bridge", echo);
  for (const [memory, value] of [
    ["40 00 21 61 62 63", "/1"],
    ["80 00 21 61 62 63", "66"],
    ["00 00 21 61 62 63", "/1"],
  ] as const) {
    it.start(memory);
    it.update(6, value);
  }
  expect(it.out()).toEqual(["info: true", "info: 40", "application.value"]);
});
