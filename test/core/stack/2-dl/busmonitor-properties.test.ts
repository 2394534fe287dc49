import { fc, test as prop } from "@fast-check/vitest";
import { expect } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { LData } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { dataLink } from "./data-link.ts";
import { listening, look } from "./listening.ts";

/** `tp-uart.md` §8 vector 17. */
const WRITE_0 = "BC 11 14 0A 03 E1 00 80 2E";
const WRITE_1 = "BC 11 14 0A 04 E1 00 81 28";
const EXTENDED = "3C E0 11 14 0A 06 10 00 80 30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 85";
const POLL = "F0 11 01 10 01 05 0B FE FE 10 14 BC";

const FRAME: LData = {
  destination: { to: "group", address: GroupAddress(0x0a03) },
  priority: "low",
  hops: 6,
  tpdu: [0x00, 0x81],
};
const CHIPS = ["tpuart2", "ncn5120", "e981"] as const;

// biome-ignore format: read by column
const EVENT = fc.constantFrom("listen", "work", "open", "close", "send", "wait", "long", "03", "07", "00", "4B FB", "4B D9", "8B", "17", WRITE_0, "BC 11 14", "CC");

prop.prop([fc.constantFrom("auto", ...CHIPS), fc.array(EVENT, { maxLength: 50 })])(
  "told exactly when the mode is entered and left; in it nothing is written but 05; while it is wanted the bus does not come up",
  (chip, script) => {
    const link = dataLink({ chip }, chip !== "auto");
    let on = false;
    for (const event of script) {
      const before = link.state().link;
      if (event === "listen" || event === "work") link.busmonitor(event === "listen");
      else if (event === "open") link.openPort();
      else if (event === "close") link.closePort();
      else if (event === "send") link.send(FRAME);
      else if (event === "wait") link.clock.advance(60);
      else if (event === "long") link.clock.advance(3_500);
      else link.receive(event);
      const seen = look(link);
      for (const line of seen) {
        if (line === "busmonitor on" || line === "busmonitor off") {
          expect(line).toBe(on ? "busmonitor off" : "busmonitor on");
          on = !on;
        }
        if (line === "bus online") expect(before.busmonitor && event !== "work").toBe(false);
      }
      const { link: after, tx } = link.state();
      expect(on).toBe(after.state === "busmonitor");
      if (!on) continue;
      expect([after.busmonitor, tx.current, tx.waiting]).toEqual([true, null, []]);
      if (before.state === "busmonitor")
        expect(seen.filter((line) => line.startsWith("write") && line !== "write 05")).toEqual([]);
    }
    expect(JSON.parse(JSON.stringify(link.state()))).toEqual(link.state());
  },
);

/** Octets that mean something in one place or another, and any others. */
const OCTET = fc.oneof(
  fc.constantFrom(0x00, 0x03, 0x0c, 0xc0, 0xcc, 0xbc, 0x10, 0x3c, 0xf0, 0xff, 0x07, 0x8b),
  fc.integer({ min: 0, max: 255 }),
);
const STEP = fc.record({
  octets: fc.oneof(
    fc.array(OCTET, { maxLength: 30 }),
    fc
      .constantFrom(WRITE_0, `${WRITE_1} CC`, EXTENDED, POLL)
      .map((text) => text.split(" ").map((octet) => Number.parseInt(octet, 16))),
  ),
  silence: fc.constantFrom(0, 1, 2, 4, 6, 30, 80),
  how: fc.constantFrom("one by one", "together"),
});

prop.prop([fc.constantFrom(...CHIPS), fc.array(STEP, { maxLength: 25 })])(
  "any octets: none throws, each is told exactly once and in order, nothing is answered",
  (chip, steps) => {
    const link = listening({ chip });
    const given: number[] = [];
    for (const { octets, silence, how } of steps) {
      link.receive(toHex(octets), how);
      link.clock.advance(silence);
      given.push(...octets);
    }
    link.clock.advance(200);
    const effects = link.effects();
    const told = effects.flatMap((each) => {
      if (each.for !== "control" || each.type !== "raw") return [];
      return each.acknowledge === null ? [...each.octets] : [...each.octets, each.acknowledge];
    });
    expect(told).toEqual(given);
    const aloud = effects.filter(
      ({ for: part }) => part === "nl" || part === "bridge" || part === "drops",
    );
    expect(aloud).toEqual([]);
    expect(
      effects.every(
        (each) => each.for !== "serial" || each.type !== "write" || toHex(each.octets) === "05",
      ),
    ).toBe(true);
  },
);
