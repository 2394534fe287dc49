import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { Transition } from "../../../../src/core/effect.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { type DataLink, dataLink } from "./data-link.ts";

const WRITE_0 = "BC 11 14 0A 03 E1 00 80 2E";
const WRITE_0_AGAIN = "9C 11 14 0A 03 E1 00 80 0E";
const ECHO = "BC 11 05 0A 03 E1 00 81 3E";
const ECHO_REPEATED = "9C 11 05 0A 03 E1 00 81 1E";
const CHIPS = ["tpuart2", "ncn5120", "e981"] as const;

/** What the client was told since the last look. */
const told = (link: DataLink): readonly string[] =>
  link.effects().flatMap((each) => {
    if (each.for !== "client" || each.type !== "telegram.ind") return [];
    const { own, source, destination, octets, tpdu } = each;
    const from = source.toString(16).padStart(4, "0");
    const to = destination.address.toString(16).padStart(4, "0");
    const who = own ? "own" : "foreign";
    return [`${who} ${from} > ${destination.to} ${to}: ${toHex(tpdu)} in ${toHex(octets)}`];
  });

describe("watching the line", () => {
  // biome-ignore format: read by column
  const SEEN = [
    { is: "for us",                 octets: WRITE_0,                        told: ["foreign 1114 > group 0a03: 00 80 in bc 11 14 0a 03 e1 00 80 2e"] },
    { is: "for another device",     octets: "B0 11 01 11 06 60 80 A8",      told: ["foreign 1101 > individual 1106: 80 in b0 11 01 11 06 60 80 a8"] },
    { is: "with our address",       octets: ECHO,                           told: ["foreign 1105 > group 0a03: 00 81 in bc 11 05 0a 03 e1 00 81 3e"] },
    { is: "check octet wrong",      octets: "BC 11 14 0A 03 E1 00 80 2F",   told: [] },
    { is: "other frame format",     octets: "3C E1 11 14 0A 06 10 00 80 30 31 32 33 34 35 36 37 38 39 3A 3B 3C 3D 3E 84", told: [] },
  ];
  test.each(SEEN)("$is", ({ octets, told: expected }) => {
    const link = dataLink();
    link.watch(true);
    link.receive(octets);
    expect(told(link)).toEqual(expected);
  });

  test("repetitions are told, though they are not delivered again", () => {
    const link = dataLink();
    link.watch(true);
    link.receive(WRITE_0);
    link.clock.advance(8);
    link.receive(WRITE_0_AGAIN);
    expect(told(link)).toHaveLength(2);
  });

  test("own frames are told as such, each time they are on the line", () => {
    const link = dataLink();
    link.watch(true);
    link.send({
      destination: { to: "group", address: GroupAddress(0x0a03) },
      priority: "low",
      hops: 6,
      tpdu: [0x00, 0x81],
    });
    link.clock.advance(50);
    link.receive(ECHO);
    link.clock.advance(8);
    link.receive(`${ECHO_REPEATED} 8B`);
    expect(told(link)).toEqual([
      "own 1105 > group 0a03: 00 81 in bc 11 05 0a 03 e1 00 81 3e",
      "own 1105 > group 0a03: 00 81 in 9c 11 05 0a 03 e1 00 81 1e",
    ]);
  });

  test("not before it is asked for, and not after it is enough", () => {
    const link = dataLink();
    link.receive(WRITE_0);
    link.watch(true);
    link.watch(false);
    link.receive(WRITE_0);
    expect(told(link)).toEqual([]);
  });

  prop.prop([fc.array(fc.constantFrom(WRITE_0, WRITE_0_AGAIN, ECHO, "07", "BC 11", "55"))])(
    "who watches changes nothing for the layers above",
    (script) => {
      const [plain, watched] = [dataLink(), dataLink()];
      watched.watch(true);
      for (const link of [plain, watched]) for (const said of script) link.receive(said);
      expect(watched.effects().filter((each) => each.for !== "client")).toEqual(plain.effects());
    },
  );
});

describe("transitions", () => {
  const transitions = (link: DataLink): readonly Transition[] =>
    link.effects().flatMap((each) => (each.for === "transitions" ? [each.transition] : []));
  const short = (link: DataLink): readonly string[] =>
    transitions(link).map(
      ({ state, event, action, next }) => `${state} | ${event} | ${action} | ${next}`,
    );

  test.each(CHIPS)("%s: the way up, and into busmonitor and out of it", (chip) => {
    const link = dataLink({ chip }, false);
    link.openPort();
    link.receive("03");
    link.clock.advance(10);
    const [well, event] =
      chip === "ncn5120" ? ["4B FB", "bus voltage present"] : ["07", "state answer"];
    link.receive(well);
    link.busmonitor(true);
    link.busmonitor(false);
    link.closePort();
    expect(short(link)).toEqual([
      "closed | port opened | reset | resetting",
      "resetting | reset indication | configure | checking",
      `checking | ${event} | up, watch | online`,
      "online | busmonitor requested | listen | busmonitor",
      "busmonitor | busmonitor ended | reset | resetting",
      "resetting | port closed | down, close | closed",
    ]);
  });

  test("machine, subject and time", () => {
    const link = dataLink();
    link.clock.advance(17);
    link.closePort();
    expect(transitions(link)).toEqual([
      {
        machine: "link",
        subject: "",
        state: "online",
        event: "port closed",
        action: "down, close",
        next: "closed",
        at: link.clock.now(),
      },
    ]);
  });

  test.each(CHIPS)("%s: supervision of a quiet line is none", (chip) => {
    const link = dataLink({ chip });
    for (let round = 0; round < 20; round++) {
      link.clock.advance(2_001);
      link.receive(chip === "ncn5120" ? "4B FB" : "07");
    }
    expect(short(link)).toEqual([]);
  });

  test("supervision without an answer is one", () => {
    const link = dataLink();
    link.clock.advance(3_600);
    expect(short(link)).toEqual(["polling | timeout, tries used up | down, reset | resetting"]);
  });

  test("telegrams cause none", () => {
    const link = dataLink();
    for (let count = 0; count < 20; count++) link.receive(WRITE_0);
    expect(short(link)).toEqual([]);
  });
});
