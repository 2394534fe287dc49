import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { LData } from "../../../../src/core/impulse.ts";
import { LINK_TABLE } from "../../../../src/core/stack/2-dl/link-table.ts";
import { dataLink } from "./data-link.ts";

describe("start", () => {
  test("port opened: reset, state request, online", () => {
    const link = dataLink({}, false);
    link.openPort();
    expect(link.written()).toEqual(["01"]);
    link.receive("00 03");
    expect(link.written()).toEqual(["02"]);
    link.receive("07");
    expect(link.up()).toEqual(["bus online"]);
    expect(link.state().link.state).toBe("online");
  });

  // biome-ignore format: read by column
  test.each([
    { is: "TP-UART 2, chip acknowledges",   config: { chip: "tpuart2", acknowledge: "chip" },                    written: ["28 11 05", "02"] },
    { is: "E981, chip acknowledges",        config: { chip: "e981", acknowledge: "chip" },                       written: ["28 11 05", "02"] },
    { is: "NCN, chip acknowledges",         config: { chip: "ncn5120", acknowledge: "chip" },                    written: ["f1 11 05 00", "0d"] },
    { is: "TP-UART 2, other repetitions",   config: { chip: "tpuart2", repetitions: { nak: 2, busy: 1 } },       written: ["24 22", "02"] },
    { is: "NCN, other repetitions",         config: { chip: "ncn5120", repetitions: { nak: 2, busy: 1 } },       written: ["f2 12 00 00", "0d"] },
  ] as const)("configuration after the reset: $is", ({ config, written }) => {
    const link = dataLink(config, false);
    link.openPort();
    link.written();
    link.receive("03");
    expect(link.written()).toEqual(written);
  });

  test("a mute chip is reset with growing pauses, for ever, and the port opened again now and then", () => {
    const link = dataLink({}, false);
    link.openPort();
    const resets: number[] = [];
    for (let second = 0; second < 200; second++) {
      link.clock.advance(1_000);
      resets.push(link.written().filter((octets) => octets === "01").length);
    }
    expect(resets.reduce((sum, n) => sum + n)).toBeLessThan(40);
    expect(resets.slice(-35).some((n) => n > 0)).toBe(true);
    const effects = link.effects();
    expect(
      effects.filter((effect) => effect.for === "serial" && effect.type === "reopen"),
    ).not.toEqual([]);
  });

  test("a chip that wakes up during a pause is welcome at once", () => {
    const link = dataLink({}, false);
    link.openPort();
    link.clock.advance(2_000);
    link.receive("03");
    link.receive("07");
    expect(link.up()).toEqual(["bus offline: no_chip", "bus online"]);
  });
});

describe("which chip is it (knx.chip: auto)", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "NCN",                         answers: ["4B FB"],              chip: "ncn5120", written: ["0d", "0d"] },
    { is: "TP-UART 2",                   answers: ["17", "41"],           chip: "tpuart2", written: ["0d", "20", "02"] },
    { is: "E981",                        answers: ["17", "FE 03"],        chip: "e981",    written: ["0d", "20", "02"] },
    { is: "one that knows no question",  answers: ["wait", "wait"],       chip: "tpuart2", written: ["0d", "20", "02"] },
  ])("$is", ({ answers, chip, written }) => {
    const link = dataLink({ chip: "auto" }, false);
    link.openPort();
    link.written();
    link.receive("03");
    for (const answer of answers)
      if (answer === "wait") link.clock.advance(101);
      else link.receive(answer);
    expect(link.state().link.chip).toBe(chip);
    expect(link.written()).toEqual(written);
  });
});

describe("supervision", () => {
  test("a quiet chip is asked every two seconds", () => {
    const link = dataLink();
    for (let round = 0; round < 5; round++) {
      link.clock.advance(2_001);
      expect(link.written()).toEqual(["02"]);
      link.receive("07");
    }
    expect(link.up()).toEqual([]);
  });

  test("a busy line is answer enough", () => {
    const link = dataLink();
    for (let round = 0; round < 5; round++) {
      link.clock.advance(1_900);
      link.receive("BC 11 14 0A 04 E1 00 81 28");
    }
    expect(link.written()).toEqual([]);
  });

  test("three questions without an answer: no bus power, reset until it is back, configured again", () => {
    const link = dataLink({ acknowledge: "chip" });
    link.clock.advance(3_600);
    expect(link.up()).toContain("bus offline: no_power");
    expect(link.written()).toEqual(["02", "02", "02", "01"]);
    link.clock.advance(60_000);
    link.written();
    link.receive("03");
    expect(link.written()).toEqual(["28 11 05", "02"]);
    link.receive("07");
    expect(link.up()).toContain("bus online");
  });

  test("NCN: the chip lives, the bus does not", () => {
    const link = dataLink({ chip: "ncn5120" });
    link.clock.advance(2_001);
    expect(link.written()).toEqual(["0d"]);
    link.receive("4B D9");
    expect(link.up()).toContain("bus offline: no_power");
    link.clock.advance(2_001);
    link.receive("4B FB");
    link.receive("4B FB");
    expect(link.up()).toContain("bus online");
  });

  test("NCN: stopped by accident, with the bus alive", () => {
    const link = dataLink({ chip: "ncn5120" });
    link.clock.advance(2_001);
    link.forget();
    link.receive("4B FA");
    expect(link.written()).toEqual(["01"]);
  });

  test("NCN without bus power: asked on, and reported once", () => {
    const link = dataLink({ chip: "ncn5120" });
    for (let round = 0; round < 20; round++) {
      link.clock.advance(2_001);
      expect(link.written()).toEqual(["0d"]);
      link.receive("4B D9");
    }
    expect(link.up()).toEqual(["bus offline: no_power"]);
  });

  test("NCN that does not come up after a reset: no reset loop, reported", () => {
    const link = dataLink({ chip: "ncn5120" });
    link.receive("2B");
    let resets = 0;
    for (let step = 0; step < 100; step++) {
      for (const octets of link.written()) {
        if (octets === "01") resets++;
        link.receive(octets === "01" ? "03" : octets === "0d" ? "4B FA" : "17");
      }
      link.clock.advance(100);
    }
    expect(resets).toBeLessThan(10);
    expect(link.up()).toContain("bus offline: no_power");
  });

  test("no bus power stays no bus power when we open the port again; a port that stays away is no port", () => {
    const link = dataLink();
    for (let second = 0; second < 120; second++) {
      link.clock.advance(1_000);
      for (const effect of link.reopened()) {
        expect(effect).toBe("reopen");
        link.closePort();
        link.openPort();
      }
    }
    expect(link.up()).toEqual(["bus offline: no_power"]);
    link.closePort();
    link.clock.advance(5_000);
    expect(link.up()).toEqual(["bus offline: no_port"]);
  });

  test("a reset nobody asked for: configured again, the bus does not go offline", () => {
    const link = dataLink({ acknowledge: "chip" });
    link.receive("03");
    expect(link.written()).toEqual(["28 11 05", "02"]);
    link.receive("07");
    expect(link.up()).not.toContain("bus offline: no_power");
    expect(link.state().link.state).toBe("online");
  });

  test("port gone: everything that waits is confirmed, nothing runs on", () => {
    const link = dataLink();
    link.closePort();
    expect(link.up()).toEqual(["bus offline: no_port"]);
    link.clock.advance(60_000);
    expect(link.written()).toEqual([]);
    link.openPort();
    expect(link.written()).toEqual(["01"]);
  });
});

describe("no state for ever", () => {
  // biome-ignore format: read by column
  const STATES = ["closed", "resetting", "pausing", "identifying", "checking", "online", "polling", "unpowered", "busmonitor"];

  test.each(STATES.map((state, column) => ({ state, column })))(
    "$state is left by some event",
    ({ state, column }) => {
      const next = Object.values(LINK_TABLE).map((row) => row[column]?.[0]);
      expect(next.some((other) => other !== state)).toBe(true);
    },
  );

  test("port closed always leads to closed", () => {
    expect(LINK_TABLE["port closed"].every(([next]) => next === "closed")).toBe(true);
  });

  // biome-ignore format: read by column
  const SAID = fc.constantFrom("03", "07", "8B", "17", "47", "0F", "2B", "4B FB", "4B D9", "4B FA", "41", "FE 03", "BC 11 14", "55", "wait", "long", "send");
  const CHIPS = fc.constantFrom("auto", "tpuart2", "ncn5120", "e981");

  prop.prop([CHIPS, fc.array(SAID, { maxLength: 40 })])(
    "whatever the chip says, it is asked or reset again within half a minute",
    (chip, script) => {
      const link = dataLink({ chip }, false);
      link.openPort();
      for (const said of script) {
        if (said === "wait") link.clock.advance(30);
        else if (said === "long") link.clock.advance(3_500);
        else if (said === "send") link.send(FRAME);
        else link.receive(said);
      }
      link.forget();
      link.clock.advance(31_000);
      expect(link.written()).not.toEqual([]);
    },
  );
});

const FRAME: LData = {
  destination: { to: "group", address: GroupAddress(0x0a03) },
  priority: "low",
  hops: 6,
  tpdu: [0x00, 0x81],
};
