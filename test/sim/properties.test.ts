import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { virtualClock } from "../../src/sim/clock.ts";
import { createLine } from "../../src/sim/line.ts";
import { ACK, BIT_MS, checkOctet, isIntact } from "../../src/sim/tp1.ts";
import { desk, listener } from "./desk.ts";

const octet = fc.integer({ min: 0, max: 0xff });
const frame = fc
  .record({
    control: fc.constantFrom(0xb0, 0xb4, 0xb8, 0xbc),
    head: fc.array(octet, { minLength: 4, maxLength: 4 }),
    data: fc.array(octet, { minLength: 1, maxLength: 15 }),
  })
  .map(({ control, head, data }) => {
    const octets = [control, ...head, 0xe0 | data.length, 0x00, ...data];
    return [...octets, checkOctet(octets)];
  });
const sending = fc.record({ atMs: fc.integer({ min: 0, max: 40 }), station: fc.nat(3), frame });

describe("whoever sends whatever whenever", () => {
  test.prop([fc.array(sending, { maxLength: 12 })])("each frame gets through whole", (sendings) => {
    const clock = virtualClock();
    const line = createLine({ clock });
    const heard = listener(line, "listener", ACK);
    const stations = [0, 1, 2, 3].map((number) => listener(line, `${number}`));
    const seen: string[] = [];
    let end = Number.NEGATIVE_INFINITY;
    line.onFrame((frame) => {
      expect(isIntact(frame.octets)).toBe(true);
      expect(frame.at - end).toBeGreaterThan(50 * BIT_MS - 1e-6);
      end = frame.end;
      for (const name of frame.from) seen.push(`${name} ${toHex(frame.octets)}`);
    });
    const outcomes: string[] = [];
    for (const { atMs, station, frame: octets } of sendings)
      clock.after(atMs, () =>
        stations[station]?.send({ octets, done: (outcome) => outcomes.push(outcome) }),
      );
    clock.advance(2000);
    const sent = sendings.map(({ station, frame: octets }) => `${station} ${toHex(octets)}`);
    expect(seen.toSorted()).toEqual(sent.toSorted());
    expect(outcomes).toEqual(sendings.map(() => "ack"));
    expect(heard.heard.length).toBeGreaterThanOrEqual(sent.length > 0 ? 9 : 0);
  });
});

describe("whatever a host writes", () => {
  const kind = fc.constantFrom("tpuart2", "ncn5120", "e981");
  test.prop([kind, fc.array(octet, { maxLength: 60 }), fc.array(frame, { maxLength: 3 })])(
    "the chip lives, and a few resets bring it back",
    (kind, octets, frames) => {
      const { chip, clock, other, write, told } = desk({ kind });
      for (const octets of frames) other.send({ octets });
      chip.write(octets);
      clock.advance(1000);
      // The longest service has three operands, so the fourth reset is none of them.
      write("01 01 01 01");
      told();
      write("02");
      expect(told()).toBe("07");
    },
  );

  test.prop([kind, fc.array(frame, { minLength: 1, maxLength: 5 })])(
    "frames go in one end and come out of the other",
    (kind, frames) => {
      const { write, told } = desk({ kind });
      for (const octets of frames) {
        const last = octets.length - 1;
        const pairs = octets.flatMap((value, index) => [
          index === last ? 0x40 | index : 0x80 | index,
          value,
        ]);
        write(toHex(pairs));
        expect(told()).toBe(`${toHex(octets)} 8b`);
      }
    },
  );
});
