import { describe, expect, test } from "vitest";
import { device } from "../../../../src/core/app/device/device.ts";
import type { DeviceImpulse } from "../../../../src/core/app-impulse.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import { ask, feed, opened } from "./rig.ts";

const PRESSED: DeviceImpulse = { for: "device", type: "button.ind", at: 5 };
const HOUR_MS = 3_600_000;

/** The LED after each impulse; null: nothing is said about it. */
const ledAfter = (...impulses: readonly DeviceImpulse[]): readonly (boolean | null)[] => {
  let state = opened();
  return impulses.map((impulse) => {
    const [after, out] = device(state, impulse);
    state = after;
    const effect = out.find((one): one is Effect & { for: "gpio" } => one.for === "gpio");
    return effect === undefined ? null : effect.on;
  });
};

const request = (on: boolean): DeviceImpulse => ({
  for: "device",
  type: "programming-mode.req",
  on,
  at: 7,
});

describe("programming button and LED", () => {
  test("the button switches programming mode on and off", () => {
    expect(feed(opened(), PRESSED)[0].programmingMode).toBe(true);
    expect(feed(opened(), PRESSED, PRESSED)[0].programmingMode).toBe(false);
    expect(feed(opened({ programmingMode: true }), PRESSED)[0].programmingMode).toBe(false);
  });

  test("the LED shows it, whoever switched it, and only when it changes", () => {
    expect(ledAfter(PRESSED, PRESSED)).toEqual([true, false]);
    expect(ledAfter(request(true), request(true), PRESSED)).toEqual([true, null, false]);
    expect(ledAfter(request(false))).toEqual([null]);
  });

  test("a restart ends it, and the LED", () => {
    const [state] = feed(opened(), PRESSED);
    const [after, out] = ask(state, "connectionless", "03 80");
    expect(after.programmingMode).toBe(false);
    expect(out).toContain("gpio led");
    expect(ask(opened(), "connectionless", "03 80")[1]).not.toContain("gpio led");
  });
});

describe("another device with our address", () => {
  const seen = (at: number): DeviceImpulse => ({ for: "device", type: "own-address.ind", at });
  const NOTE =
    'note another device has our address: give one of them another one {"address":"1.1.5"}';

  // biome-ignore format: read by column
  test.each([
    { at: [77],                                    notes: 1 },
    { at: [77, 78, 5_000],                         notes: 1 },
    { at: [77, 76 + HOUR_MS],                      notes: 1 },
    { at: [77, 77 + HOUR_MS],                      notes: 2 },
    { at: [77, 76 + HOUR_MS, 77 + HOUR_MS],        notes: 2 },
    { at: [77, 77 + HOUR_MS, 78 + HOUR_MS],        notes: 2 },
  ])("seen at $at: said $notes times", ({ at, notes }) => {
    const [state, out] = feed(opened(), ...at.map(seen));
    expect(out).toEqual(Array.from({ length: notes }, () => NOTE));
    expect(state.conflict?.seenAt).toBe(at.at(-1));
  });

  test("PID 14 says so in bit 1, until the restart", () => {
    const quiet = opened();
    expect(quiet.model.control & 0b10).toBe(0);
    const [state] = feed(quiet, seen(77));
    expect(state.model.control).toBe(quiet.model.control | 0b10);
    expect(ask(state, "connectionless", "03 80")[0].model.control & 0b10).toBe(0);
  });
});
