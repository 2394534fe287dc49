import { describe, expect, test } from "vitest";
import { ask, feed, opened } from "./rig.ts";

/** In this order: on the disk before anybody is known by it. */
const moved = (to: string, text: string) => [
  `save ${to} ff ff ff ff, ff ff ff ff, ff ff ff ff`,
  `dl configure.req ${to}`,
  `nl configure.req ${to}`,
  `client configure.req ${to}`,
  `bridge configure.req ${to}`,
  `note new individual address {"address":"${text}","before":"1.1.5"}`,
];

describe("a new address", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "by button",                         pressed: true,  asks: "00 C0 12 03",                               out: moved("1203", "1.2.3") },
    { is: "by button, nobody pressed it",      pressed: false, asks: "00 C0 12 03",                               out: ["device.not-in-programming-mode"] },
    { is: "by button, the one it has",         pressed: true,  asks: "00 C0 11 05",                               out: [] },
    { is: "by button, a coupler's",            pressed: true,  asks: "00 C0 11 00",                               out: moved("1100", "1.1.0") },
    { is: "by button, 0.0.0",                  pressed: true,  asks: "00 C0 00 00",                               out: moved("0", "0.0.0") },
    { is: "by serial number",                  pressed: false, asks: "03 DE 00 FA 12 34 BE EF 12 03 00 00 00 00", out: moved("1203", "1.2.3") },
    { is: "by serial number, taken away",      pressed: false, asks: "03 DE 00 FA 12 34 BE EF FF FF 00 00 00 00", out: moved("ffff", "15.15.255") },
    { is: "by serial number, the one it has",  pressed: false, asks: "03 DE 00 FA 12 34 BE EF 11 05 00 00 00 00", out: [] },
    { is: "by the serial number of another",   pressed: true,  asks: "03 DE 00 FA 12 34 BE ED 12 03 00 00 00 00", out: ["device.other-serial"] },
  ])("$is", ({ pressed, asks, out }) => {
    const state = opened({ programmingMode: pressed });
    const [next, caused] = ask(state, "broadcast", asks);
    expect(caused).toEqual(out);
    expect(next.programmingMode).toBe(pressed);
  });
});

describe("programming mode", () => {
  test("is noted when it changes", () => {
    const on = { for: "device", type: "programming-mode.req", on: true, at: 31 } as const;
    const [, out] = feed(opened(), on, on, { ...on, on: false });
    expect(out).toEqual([
      "gpio led",
      'note programming mode {"on":true}',
      "gpio led",
      'note programming mode {"on":false}',
    ]);
  });

  test("decides who answers", () => {
    const on = { for: "device", type: "programming-mode.req", on: true, at: 31 } as const;
    const [pressed] = feed(opened(), on);
    expect(ask(pressed, "broadcast", "01 00")[1]).toEqual(["broadcast normal: 01 40"]);
  });
});
