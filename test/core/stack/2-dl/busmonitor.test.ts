import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { LData } from "../../../../src/core/impulse.ts";
import { type DataLink, dataLink } from "./data-link.ts";
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
/** What a chip says when it is asked for its state and all is well: State.ind, or SystemStat.ind. */
const WELL = { tpuart2: "07", ncn5120: "4B FB", e981: "07" } as const;

describe("entering and leaving", () => {
  test.each(CHIPS)("%s: online, listening, and back through a reset", (chip) => {
    const link = dataLink({ chip });
    link.busmonitor(true);
    expect(look(link)).toEqual(["bus offline: busmonitor", "write 05", "busmonitor on"]);
    link.receive(`${WRITE_0} CC`);
    expect(look(link)).toEqual(["bc 11 14 0a 03 e1 00 80 2e / cc"]);
    link.busmonitor(false);
    expect(look(link)).toEqual(["busmonitor off", "write 01"]);
    link.receive("03");
    link.clock.advance(10);
    link.receive(WELL[chip]);
    expect(look(link)).toEqual([chip === "ncn5120" ? "write 0d" : "write 02", "bus online"]);
    expect(link.state().link.state).toBe("online");
  });

  test("asked twice: told once", () => {
    const link = listening();
    link.busmonitor(true);
    expect(look(link)).toEqual([]);
  });

  test("what is with the chip and what waits ends offline; so does what comes later", () => {
    const link = dataLink();
    link.send(FRAME, 3);
    link.send(FRAME, 5);
    look(link);
    link.busmonitor(true);
    expect(look(link)).toEqual([
      "drop dl.busmonitor",
      "con 3 offline",
      "drop dl.busmonitor",
      "con 5 offline",
      "bus offline: busmonitor",
      "write 05",
      "busmonitor on",
    ]);
    link.send(FRAME, 7);
    expect(look(link)).toEqual(["drop dl.busmonitor", "con 7 offline"]);
    link.clock.advance(60_000);
    expect(look(link)).toEqual([]);
  });

  test.each(CHIPS)("%s: not supervised, and not asked for anything", (chip) => {
    const link = listening({ chip });
    link.clock.advance(600_000);
    expect(look(link)).toEqual([]);
  });

  test("a question is answered first: its answer would look like something from the line", () => {
    const link = dataLink();
    link.clock.advance(2_001);
    look(link);
    link.busmonitor(true);
    expect(look(link)).toEqual([]);
    link.receive("07");
    expect(look(link)).toEqual(["bus offline: busmonitor", "write 05", "busmonitor on"]);
  });

  // biome-ignore format: read by column
  const ABSENT = [
    { is: "no port",        until: (link: DataLink) => link.closePort(),                                          next: (link: DataLink) => link.openPort() },
    { is: "no answer",      until: (link: DataLink) => { link.openPort(); link.clock.advance(2_000); },           next: () => {} },
    { is: "being reset",    until: (link: DataLink) => link.openPort(),                                           next: () => {} },
    { is: "reset itself",   until: (link: DataLink) => link.receive("03"),                                        next: () => {} },
  ];
  test.each(ABSENT)("$is: the wish waits until the chip is up", ({ until, next }) => {
    const link = dataLink();
    until(link);
    link.busmonitor(true);
    next(link);
    expect(look(link)).not.toContain("busmonitor on");
    link.receive("03");
    link.clock.advance(10);
    link.receive("07");
    const seen = look(link);
    expect(seen).not.toContain("bus online");
    expect(seen.slice(-2)).toEqual(["write 05", "busmonitor on"]);
  });

  test("NCN without bus voltage: the wish waits for it", () => {
    const link = dataLink({ chip: "ncn5120" });
    link.clock.advance(2_001);
    link.receive("4B D9");
    link.busmonitor(true);
    expect(look(link)).not.toContain("busmonitor on");
    link.clock.advance(2_001);
    link.receive("4B FB");
    link.receive("4B FB");
    expect(look(link).slice(-2)).toEqual(["write 05", "busmonitor on"]);
  });

  test("a wish withdrawn before it came true", () => {
    const link = dataLink({}, false);
    link.openPort();
    link.busmonitor(true);
    link.busmonitor(false);
    link.receive("03");
    link.clock.advance(10);
    link.receive("07");
    const seen = look(link);
    expect(seen).toContain("bus online");
    expect(seen).not.toContain("busmonitor on");
  });

  test("a port that is lost and comes back goes on listening", () => {
    const link = listening();
    link.receive("BC 11 14");
    link.closePort();
    expect(look(link)).toEqual(["bc 11 14 / -", "busmonitor off", "bus offline: no_port"]);
    link.openPort();
    link.receive("03");
    link.clock.advance(10);
    link.receive("07");
    expect(look(link)).toEqual([
      "write 01",
      "write 02",
      "bus offline: busmonitor",
      "write 05",
      "busmonitor on",
    ]);
  });

  test.each(["03", "00 03"])("%s: a chip that has reset itself is told to listen again", (said) => {
    const link = listening();
    link.receive(`${WRITE_0} CC`);
    link.clock.advance(100);
    look(link);
    link.receive(said);
    expect(look(link)).toEqual([`${said} / -`, "write 05"]);
    expect(link.state().link.state).toBe("busmonitor");
  });

  test("inside a frame 03 is an octet like any other", () => {
    const link = listening();
    link.receive("BC 11 14 0A 05 E5 00 80 03 07 8B CC 6F CC");
    expect(look(link)).toEqual(["bc 11 14 0a 05 e5 00 80 03 07 8b cc 6f / cc"]);
  });
});

describe("raw octets", () => {
  // biome-ignore format: read by column
  const LINES = [ //                     what the chip passes on, reads separated by |, silence of n ms by ~n     what is told
    { is: "vector 17: ACK",               said: `${WRITE_0} ~1.35 CC`,                    told: ["bc 11 14 0a 03 e1 00 80 2e / cc"] },
    { is: "vector 17: NAK",               said: `${WRITE_0} ~1.35 0C`,                    told: ["bc 11 14 0a 03 e1 00 80 2e / 0c"] },
    { is: "vector 17: BUSY",              said: `${WRITE_0} ~1.35 C0`,                    told: ["bc 11 14 0a 03 e1 00 80 2e / c0"] },
    { is: "vector 17: NAK and BUSY",      said: `${WRITE_0} ~1.35 00`,                    told: ["bc 11 14 0a 03 e1 00 80 2e / 00"] },
    { is: "vector 17: none, silence",     said: `${WRITE_1} ~60`,                         told: ["bc 11 14 0a 04 e1 00 81 28 / -"] },
    { is: "none, the next frame",         said: `${WRITE_1} ~5 ${WRITE_0} ~1.35 CC`,      told: ["bc 11 14 0a 04 e1 00 81 28 / -", "bc 11 14 0a 03 e1 00 80 2e / cc"] },
    { is: "an acknowledge nobody knows",  said: `${WRITE_0} ~1.35 4D`,                    told: ["bc 11 14 0a 03 e1 00 80 2e / 4d"] },
    { is: "a damaged one like a frame",   said: `${WRITE_0} ~1.35 9C ~5 ${WRITE_1} ~60`,  told: ["bc 11 14 0a 03 e1 00 80 2e / 9c", "bc 11 14 0a 04 e1 00 81 28 / -"] },
    { is: "the same, then silence",       said: `${WRITE_0} ~1.35 9C ~60`,                told: ["bc 11 14 0a 03 e1 00 80 2e / 9c"] },
    { is: "too late for an acknowledge",  said: `${WRITE_0} ~5 4D ~60`,                   told: ["bc 11 14 0a 03 e1 00 80 2e / -", "4d / -"] },
    { is: "an acknowledge alone",         said: "CC ~60",                                 told: ["cc / -"] },
    { is: "an extended frame",            said: `${EXTENDED} ~1.35 CC`,                   told: [`${EXTENDED.toLowerCase()} / cc`] },
    { is: "a whole poll",                 said: `${POLL} ~5 ${WRITE_0} ~1.35 CC`,         told: ["f0 11 01 10 01 05 0b fe fe 10 14 bc / -", "bc 11 14 0a 03 e1 00 80 2e / cc"] },
    { is: "a poll octet alone",           said: `F0 ~5 ${WRITE_0} ~1.35 CC`,              told: ["f0 / -", "bc 11 14 0a 03 e1 00 80 2e / cc"] },
    { is: "check octet wrong, NAK",       said: "BC 11 14 0A 03 E1 00 80 2F ~1.35 0C",    told: ["bc 11 14 0a 03 e1 00 80 2f / 0c"] },
    { is: "frame cut off, then a whole",  said: `BC 11 14 0A ~5 ${WRITE_0} ~1.35 CC`,     told: ["bc 11 14 0a / -", "bc 11 14 0a 03 e1 00 80 2e / cc"] },
    { is: "frame cut off, silence",       said: "BC 11 14 0A ~60",                        told: ["bc 11 14 0a / -"] },
    { is: "escape code FF as length",     said: "3C E0 11 14 0A 06 FF 01 ~60",            told: ["3c e0 11 14 0a 06 ff 01 / -"] },
    { is: "first octet lost",             said: "11 14 0A 03 E1 00 80 2E ~60",            told: ["11 14 0a 03 e1 00 80 2e / -"] },
    { is: "one read: two frames",         said: `| ${WRITE_0} CC ${WRITE_1} ${WRITE_0} 0C |`, told: ["bc 11 14 0a 03 e1 00 80 2e / cc", "bc 11 14 0a 04 e1 00 81 28 / -", "bc 11 14 0a 03 e1 00 80 2e / 0c"] },
    { is: "two reads: inside a frame",    said: "| BC 11 14 0A 03 | E1 00 80 2E CC |",    told: ["bc 11 14 0a 03 e1 00 80 2e / cc"] },
    { is: "two reads: the acknowledge",   said: `| ${WRITE_0} | ~14 CC`,                  told: ["bc 11 14 0a 03 e1 00 80 2e / cc"] },
    { is: "one read: garbage, a frame",   said: `| 55 AA ${WRITE_0} CC |`,                told: ["55 aa / -", "bc 11 14 0a 03 e1 00 80 2e / cc"] },
  ];
  test.each(LINES)("$is", ({ said, told }) => {
    const link = listening();
    let together = false;
    let octets: string[] = [];
    const read = (): void => {
      if (octets.length > 0) link.receive(octets.join(" "), together ? "together" : "one by one");
      octets = [];
    };
    for (const word of said.split(" "))
      if (word.startsWith("~")) {
        read();
        together = false;
        link.clock.advance(Number(word.slice(1)));
      } else if (word === "|") {
        read();
        together = true;
      } else octets.push(word);
    read();
    expect(look(link)).toEqual(told);
  });

  test("`at` is when the last octet of the frame came, not its acknowledge or the silence", () => {
    const link = listening();
    const ats = (): readonly number[] =>
      link
        .effects()
        .flatMap((each) => (each.for === "control" && each.type === "raw" ? [each.at] : []));
    link.receive(WRITE_0);
    const acknowledged = link.clock.now();
    link.clock.advance(1.35);
    link.receive("CC");
    expect(ats()).toEqual([acknowledged]);
    link.receive(WRITE_1);
    const silent = link.clock.now();
    link.clock.advance(100);
    expect(ats()).toEqual([silent]);
  });

  test("garbage without an end is told in pieces: nothing grows, and a frame among it is found", () => {
    const link = listening();
    link.receive(`${"55 ".repeat(1_000)}${WRITE_0} CC`, "together");
    const seen = look(link);
    expect(seen.at(-1)).toBe("bc 11 14 0a 03 e1 00 80 2e / cc");
    const pieces = seen.slice(0, -1).map((line) => line.replace(" / -", "").split(" ").length);
    expect(pieces.reduce((sum, length) => sum + length)).toBe(1_000);
    expect(Math.max(...pieces)).toBeLessThan(600);
  });
});
