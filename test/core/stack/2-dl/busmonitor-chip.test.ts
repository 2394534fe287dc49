import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { ChipKind } from "../../../../src/core/config.ts";
import type { Impulse } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { dl } from "../../../../src/core/stack/2-dl/dl.ts";
import { type DlState, openDl } from "../../../../src/core/stack/2-dl/state.ts";
import { createChip } from "../../../../src/sim/chip.ts";
import { virtualClock } from "../../../../src/sim/clock.ts";
import { createLine } from "../../../../src/sim/line.ts";
import { testConfig } from "../../../../src/testing/config.ts";
import { hex, watch } from "../../../../src/testing/watch.ts";

const WRITE_0 = "bc 11 14 0a 03 e1 00 80 2e";
const WRITE_1 = "bc 11 14 0a 04 e1 00 81 28";
const ONCE = { nak: 0, busy: 0 };

/** The data link layer with its simulated chip on a line, beside a station that sends and one that acknowledges. */
const bench = (kind: ChipKind) => {
  const clock = virtualClock();
  const line = createLine({ clock });
  const chip = createChip({ line, kind });
  const silent = { octet: () => {}, frameEnd: () => {}, power: () => {} };
  const other = line.attach({ name: "other", acknowledge: () => undefined, ...silent });
  let answer: number | undefined;
  line.attach({ name: "third", acknowledge: () => answer, ...silent });
  const sent: string[] = [];
  line.onFrame(({ octets, from }) => {
    if (from.includes(kind)) sent.push(toHex(octets));
  });
  const config = testConfig({ dl: { chip: kind }, objects: { "1/2/3": true } }).dl;
  const layer = watch(
    clock,
    (state: DlState, impulse: Impulse) => (impulse.for === "dl" ? dl(state, impulse) : [state, []]),
    openDl(config),
    (octets) => chip.write(octets),
  );
  chip.onOctets(([octet = 0]) =>
    layer.deliver({ for: "dl", type: "octet.ind", octet, behind: 0, at: clock.now() }),
  );
  layer.deliver({ for: "dl", type: "port-opened.ind", at: clock.now() });
  clock.advance(1_000);
  layer.effects();
  return {
    clock,
    line,
    chip,
    /** Frames that our chip brought onto the line. */
    sent,
    state: () => layer.state.link.state,
    busmonitor: (on: boolean) => {
      layer.deliver({ for: "dl", type: "busmonitor.req", on, at: clock.now() });
      clock.advance(1_000);
    },
    write: () =>
      layer.deliver({
        for: "dl",
        type: "L_Data.req",
        frame: {
          destination: { to: "group", address: GroupAddress(0x0a03) },
          priority: "low",
          hops: 6,
          tpdu: [0x00, 0x81],
        },
        ref: 5,
        at: clock.now(),
      }),
    transmit: (text: string, acknowledge?: number) => {
      answer = acknowledge;
      other.send({ octets: hex(text), repetitions: ONCE });
      clock.advance(100);
    },
    /** One behind the other, as close as the standard allows. */
    crowd: (frames: readonly string[]) => {
      answer = undefined;
      for (const text of frames) other.send({ octets: hex(text), repetitions: ONCE });
      clock.advance(2_000);
    },
    seen: (): readonly string[] =>
      layer.effects().flatMap((each) => {
        if (each.for === "control" && each.type === "raw")
          return [
            `${toHex(each.octets)} / ${each.acknowledge === null ? "-" : toHex([each.acknowledge])}`,
          ];
        if (each.for === "control" && each.type === "busmonitor") return [`busmonitor ${each.on}`];
        if (each.for === "bridge" && each.type === "bus.ind") return [`bus ${each.online}`];
        if (each.for === "nl" && each.type === "L_Data.con") return [`con ${each.outcome}`];
        return each.for === "nl" ? ["up"] : [];
      }),
  };
};

describe.each(["tpuart2", "ncn5120", "e981"] as const)("%s", (kind) => {
  test("vector 17: frames with and without acknowledge; and back to work", () => {
    const it = bench(kind);
    it.busmonitor(true);
    expect(it.seen()).toEqual(["bus false", "busmonitor true"]);
    it.transmit(WRITE_0, 0xcc);
    it.transmit(WRITE_1);
    for (const acknowledge of [0x0c, 0xc0, 0x00]) it.transmit(WRITE_0, acknowledge);
    expect(it.seen()).toEqual([
      `${WRITE_0} / cc`,
      `${WRITE_1} / -`,
      `${WRITE_0} / 0c`,
      `${WRITE_0} / c0`,
      `${WRITE_0} / 00`,
    ]);
    expect(it.chip.tally.acknowledged).toBe(0);
    it.busmonitor(false);
    expect(it.seen()).toEqual(["busmonitor false", "bus true"]);
    it.transmit(WRITE_0);
    expect(it.seen()).toEqual(["up"]);
    expect(it.chip.tally.acknowledged).toBe(1);
  });

  test("back to back on a line that never rests", () => {
    const it = bench(kind);
    it.busmonitor(true);
    it.seen();
    const frames = Array.from({ length: 20 }, (_, count) => (count % 3 === 0 ? WRITE_0 : WRITE_1));
    it.crowd(frames);
    expect(it.seen()).toEqual(frames.map((frame) => `${frame} / -`));
  });

  test("a whole poll is seen", () => {
    const it = bench(kind);
    it.busmonitor(true);
    it.seen();
    it.transmit("f0 11 01 10 01 05 0b fe fe 10 14 bc");
    expect(it.seen()).toEqual(["f0 11 01 10 01 05 0b fe fe 10 14 bc / -"]);
  });

  test("what the chip was about to send does not come onto the line", () => {
    const it = bench(kind);
    it.write();
    // its 18 characters take 10.3 ms, and the line is free: half way
    it.clock.advance(5);
    it.busmonitor(true);
    expect(it.seen()).toEqual(["con offline", "bus false", "busmonitor true"]);
    expect(it.sent).toEqual([]);
  });

  test("the chip resets itself, or loses the bus for a while: it listens again", () => {
    const it = bench(kind);
    it.busmonitor(true);
    it.seen();
    it.chip.reset();
    it.clock.advance(1_000);
    it.transmit(WRITE_0, 0xcc);
    it.line.power(false);
    it.clock.advance(60_000);
    it.line.power(true);
    it.clock.advance(1_000);
    it.transmit(WRITE_1, 0xcc);
    expect(it.seen()).toEqual(["03 / -", `${WRITE_0} / cc`, "03 / -", `${WRITE_1} / cc`]);
    expect(it.state()).toBe("busmonitor");
  });
});
