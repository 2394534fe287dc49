import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { openMeter, openPacer } from "../../src/shell/broker-limits.ts";
import { openRetained } from "../../src/shell/broker-retained.ts";

/** MQTT 3.1.1 §2.2.3, table 2.4: the first and the last length of each size. */
// biome-ignore format: read by column
const LENGTHS = [
  { octets: [0x00],                   length: 0 },
  { octets: [0x7f],                   length: 127 },
  { octets: [0x80, 0x01],             length: 128 },
  { octets: [0xff, 0x7f],             length: 16_383 },
  { octets: [0x80, 0x80, 0x01],       length: 16_384 },
  { octets: [0xff, 0xff, 0x7f],       length: 2_097_151 },
  { octets: [0x80, 0x80, 0x80, 0x01], length: 2_097_152 },
  { octets: [0xff, 0xff, 0xff, 0x7f], length: 268_435_455 },
];

describe("the length of a packet", () => {
  test.each(LENGTHS)("$octets is $length", ({ octets, length }) => {
    expect(openMeter()(Uint8Array.of(0x30, ...octets))).toBe(length);
  });

  test.prop([
    fc.array(fc.nat(300), { minLength: 1, maxLength: 8 }),
    fc.array(fc.integer({ min: 1, max: 40 })),
  ])("however the octets are cut, the longest of all packets is found", (lengths, cuts) => {
    const stream = lengths.flatMap((length) => [
      0x30,
      ...(length < 128 ? [length] : [0x80 | (length & 0x7f), length >> 7]),
      // Whatever it says, it is no header.
      ...new Array<number>(length).fill(0xff),
    ]);
    const meter = openMeter();
    let longest = 0;
    for (let from = 0, cut = 0; from < stream.length; cut++) {
      const next = from + (cuts[cut] ?? 7);
      longest = Math.max(longest, meter(Uint8Array.from(stream.slice(from, next))));
      from = next;
    }
    expect(longest).toBe(Math.max(...lengths));
  });
});

test("a pacer lets so many through at once, the rest in order with the seconds that follow", async () => {
  const pacer = openPacer(3);
  const passed: number[] = [];
  const begun = performance.now();
  const last = new Promise<number>((resolve) => {
    for (let each = 0; each < 8; each++)
      pacer.pass(() => {
        passed.push(each);
        if (each === 7) resolve(performance.now() - begun);
      });
  });
  expect(passed).toEqual([0, 1, 2]);
  expect(await last).toBeGreaterThan(1_900);
  expect(passed).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test("retained messages: one too many is not kept, a shorter one in its place is", () => {
  const said: string[] = [];
  const keep = openRetained((message) => said.push(message), 5_000);
  const packet = (topic: string, octets: number) => {
    const one = { topic, payload: Buffer.alloc(octets), retain: true };
    keep(one);
    return one.retain;
  };
  expect([packet("a", 2_000), packet("b", 1_900), packet("c", 100)]).toEqual([true, true, false]);
  expect([packet("a", 1_000), packet("c", 100)]).toEqual([true, true]);
  expect([packet("b", 0), packet("d", 1_900)]).toEqual([true, true]);
  expect(said).toHaveLength(1);
});
