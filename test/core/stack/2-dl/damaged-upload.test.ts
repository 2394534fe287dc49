import { expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { ChipKind } from "../../../../src/core/config.ts";
import type { Effect } from "../../../../src/core/effect.ts";
import type { Impulse } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import {
  createChip,
  createLine,
  hex,
  stackOnChip,
  testConfig,
  virtualClock,
} from "../../../../src/testing.ts";

/*
 * One octet of an upload does not come to the chip as it was written: every octet, every way. The frame goes out once all the same,
 * unless the damage made a command of it that takes the chip away from its work (busmonitor, 05), or one of so many octets that it
 * eats the beginning of the second upload (polling state, E0…EE).
 */

const WRITE = "00 80 11 22 80 44 55 66";
/** Service and octet for each of `BC 11 05 0A 03 E7 00 80 11 22 80 44 55 66` and its check octet. */
const LENGTH = 2 * 15;
const DAMAGES: Readonly<Record<string, (octet: number) => readonly number[]>> = {
  lost: () => [],
  doubled: (octet) => [octet, octet],
  ...Object.fromEntries(
    Array.from({ length: 8 }, (_, bit) => [`bit ${bit}`, (octet: number) => [octet ^ (1 << bit)]]),
  ),
};

/** Takes every frame. */
const LISTENER = {
  name: "listener",
  octet: () => {},
  acknowledge: () => 0xcc,
  frameEnd: () => {},
  power: () => {},
};

/** A stack on a chip, somebody who acknowledges everything, how its requests end, and each frame on the line. */
const plant = (chip: ChipKind, host = (octet: number): readonly number[] => [octet]) => {
  const clock = virtualClock();
  const line = createLine({ clock });
  line.attach(LISTENER);
  const outcomes: string[] = [];
  const frames: string[] = [];
  line.onFrame(({ octets }) => frames.push(toHex(octets)));
  const own = createChip({ line, kind: chip, faults: { host } });
  const stack = stackOnChip(clock, own, testConfig({ dl: { chip } }), (each: Impulse | Effect) => {
    if (each.for === "nl" && each.type === "L_Data.con") outcomes.push(each.outcome);
  });
  return { clock, line, chip: own, stack, outcomes, frames };
};

const requestOf = (tpdu: string, ref: number, at: number): Impulse => ({
  for: "dl",
  type: "L_Data.req",
  frame: {
    destination: { to: "group", address: GroupAddress(0x0a03) },
    priority: "low",
    hops: 6,
    tpdu: hex(tpdu),
  },
  ref,
  at,
});

/** @returns how the request ended, and each frame on the line */
const send = (chip: ChipKind, index: number, damage: (octet: number) => readonly number[]) => {
  let next = Number.NEGATIVE_INFINITY;
  const { clock, stack, outcomes, frames } = plant(chip, (octet) =>
    next++ === index ? damage(octet) : [octet],
  );
  clock.advance(1_500);
  next = 0;
  stack.deliver(requestOf(WRITE, 1, clock.now()));
  clock.advance(10_000);
  return { outcomes, frames };
};

// biome-ignore format: read by column
test.for([
  { chip: "tpuart2", gone: ["3 lost", "4 lost", "4 doubled", "4 bit 6", "5 doubled", "10 bit 6", "10 bit 7"] },
  { chip: "e981",    gone: ["3 lost", "4 lost", "4 doubled", "4 bit 6", "5 doubled", "10 bit 6", "10 bit 7", "2 bit 6"] },
  { chip: "ncn5120", gone: ["3 lost", "4 lost", "4 doubled", "4 bit 6", "5 doubled", "10 bit 6", "10 bit 7", "20 bit 6", "22 bit 6"] },
] as const)("one damaged octet does not cost the telegram: $chip", ({ chip, gone }) => {
  const without: string[] = [];
  for (let index = 0; index < LENGTH; index++)
    for (const [name, damage] of Object.entries(DAMAGES)) {
      const { outcomes, frames } = send(chip, index, damage);
      const sent = outcomes[0] === "ok";
      if (!sent) without.push(`${index} ${name}`);
      expect({ name, index, outcomes, frames }).toMatchObject({
        outcomes: [expect.stringMatching(/^(ok|offline|rejected)$/)],
        frames: sent ? ["bc 11 05 0a 03 e7 00 80 11 22 80 44 55 66 fd"] : [],
      });
    }
  expect(without.sort()).toEqual([...gone].sort());
});

/** Of somebody else, to nobody here: `BC 11 14 0A 04` and a value of so many octets. */
const foreign = (control: number, length: number): readonly number[] => {
  const value = Array.from({ length }, (_, index) => 0x21 + index);
  const body = [control, 0x11, 0x14, 0x0a, 0x04, 0xe1 + length, 0x00, 0x80, ...value];
  return [...body, body.reduce((sum, octet) => sum ^ octet, 0xff)];
};

test("an octet out of nothing to the chip, at every moment, on a busy line: both telegrams go out once, each confirmed by its own", () => {
  for (let noise = 0; noise < 70; noise += 5.1)
    for (let delay = 0; delay < 60; delay += 4.7) {
      const { clock, line, chip, stack, outcomes, frames } = plant("tpuart2");
      const other = line.attach({ ...LISTENER, name: "other", acknowledge: () => undefined });
      clock.advance(1_500);
      for (const octets of [
        foreign(0xbc, 0),
        foreign(0xb0, 14),
        foreign(0xb0, 14),
        foreign(0xbc, 3),
      ])
        other.send({ octets, repetitions: { nak: 0, busy: 0 } });
      clock.after(delay, () => {
        for (const ref of [1, 2]) stack.deliver(requestOf(`00 8${ref}`, ref, clock.now()));
      });
      clock.after(delay + noise, () => chip.write([0x06]));
      clock.advance(12_000);
      expect({
        noise,
        delay,
        outcomes,
        own: frames.filter((text) => text.includes("11 05")),
      }).toEqual({
        noise,
        delay,
        outcomes: ["ok", "ok"],
        own: ["bc 11 05 0a 03 e1 00 81 3e", "bc 11 05 0a 03 e1 00 82 3d"],
      });
    }
});
