import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { ChipKind } from "../../../../src/core/config.ts";
import type { LData } from "../../../../src/core/impulse.ts";
import { type DataLink, dataLink } from "./data-link.ts";

const configure = (link: DataLink, nak: number, busy: number): void =>
  link.deliver({ for: "dl", type: "configure.req", repetitions: { nak, busy } });

/** `BC 11 05 0A 03 E1 00 81 3E` */
const FRAME: LData = {
  destination: { to: "group", address: GroupAddress(0x0a03) },
  priority: "low",
  hops: 6,
  tpdu: [0x00, 0x81],
};
const ECHO = "BC 11 05 0A 03 E1 00 81 3E";

/** What the chip says when it is up. */
const UP = { tpuart2: "07", e981: "07", ncn5120: "4B FB" } as const satisfies Record<
  ChipKind,
  string
>;

const onlineWith = (chip: ChipKind): DataLink => {
  const link = dataLink({ chip }, false);
  link.openPort();
  link.receive("03");
  link.clock.advance(10);
  link.receive(UP[chip]);
  link.clock.advance(10);
  expect(link.state().link.state).toBe("online");
  link.forget();
  return link;
};

describe("configure.req with repetitions", () => {
  // biome-ignore format: read by column
  test.each([
    //                                              U_MxRstCnt bbb00nnn, U_SetRepetition 0bbb0nnn and two octets
    { chip: "tpuart2", nak: 2, busy: 1, written: "24 22" },
    { chip: "e981",    nak: 5, busy: 7, written: "24 e5" },
    { chip: "ncn5120", nak: 2, busy: 1, written: "f2 12 00 00" },
    { chip: "ncn5120", nak: 0, busy: 0, written: "f2 00 00 00" },
  ] as const)("$chip, $nak and $busy: at once while it is online, and once", ({ chip, nak, busy, written }) => {
    const link = onlineWith(chip);
    configure(link, nak, busy);
    expect(link.written()).toEqual([written]);
    configure(link, nak, busy);
    link.deliver({ for: "dl", type: "configure.req" });
    expect(link.written()).toEqual([]);
  });

  test("again after each reset, and the chip's own 3 and 3 only while it has others", () => {
    const link = dataLink();
    configure(link, 2, 1);
    link.forget();
    link.receive("03");
    expect(link.written()).toEqual(["24 22", "02"]);
    link.receive("07");
    configure(link, 3, 3);
    expect(link.written()).toEqual(["24 63"]);
    link.receive("03");
    expect(link.written()).toEqual(["02"]);
  });

  test.each(["closed", "resetting"] as const)("while the link is %s: after the reset", (state) => {
    const link = dataLink({}, false);
    if (state === "resetting") link.openPort();
    expect(link.state().link.state).toBe(state);
    link.forget();
    configure(link, 2, 1);
    expect(link.written()).toEqual([]);
    link.openPort();
    link.written();
    link.receive("03");
    expect(link.written()).toEqual(["24 22", "02"]);
  });

  test("between the reset and the first answer: at once", () => {
    const link = dataLink({}, false);
    link.openPort();
    link.receive("03");
    link.written();
    configure(link, 2, 1);
    expect(link.written()).toEqual(["24 22"]);
  });

  test("without bus power a chip keeps what it was told, and is told what is new", () => {
    const link = onlineWith("ncn5120");
    configure(link, 2, 1);
    link.receive("4B DB");
    expect(link.state().link.state).toBe("unpowered");
    link.forget();
    configure(link, 3, 3);
    expect(link.written()).toEqual(["f2 33 00 00"]);
    link.receive("4B FB");
    expect(link.written()).toEqual(["0d"]);
  });

  test("while the chip only listens: after the reset that ends it", () => {
    const link = dataLink();
    link.busmonitor(true);
    link.forget();
    configure(link, 2, 1);
    expect(link.written()).toEqual([]);
    link.busmonitor(false);
    expect(link.written()).toEqual(["01"]);
    link.receive("03");
    expect(link.written()).toEqual(["24 22", "02"]);
  });

  test("address and groups stay as they are, and the other way round", () => {
    const link = dataLink();
    const { address, groups } = link.state().config;
    configure(link, 2, 1);
    expect(link.state().config).toMatchObject({ address, groups });
    link.deliver({ for: "dl", type: "configure.req", address });
    expect(link.state().config.repetitions).toEqual({ nak: 2, busy: 1 });
  });
});

describe("a frame of ours that the chip has is not disturbed", () => {
  const services = (link: DataLink): readonly string[] =>
    link.written().filter((octets) => octets.startsWith("24"));

  test("neither in its upload nor before its confirmation; then the next frame follows the service", () => {
    const link = dataLink();
    link.send(FRAME);
    configure(link, 2, 1);
    link.send(FRAME, 2);
    link.clock.advance(50);
    link.receive(ECHO);
    link.clock.advance(10);
    expect(services(link)).toEqual([]);
    link.receive("8B");
    expect(link.written().slice(0, 2).join(" ")).toMatch(/^24 22 80 bc /);
  });

  test("one that was given up goes on the same way", () => {
    const link = dataLink();
    link.send(FRAME);
    configure(link, 2, 1);
    link.clock.advance(50);
    link.receive(ECHO);
    link.receive("0B");
    expect(services(link)).toEqual(["24 22"]);
    expect(link.up()).toContain("con 1 no_ack, repeats 0");
  });

  test("nor is the acknowledge of a frame whose header comes in: a moment later", () => {
    const link = dataLink();
    link.receive("BC 11 14");
    configure(link, 2, 1);
    expect(link.written()).toEqual([]);
    link.receive("0A 03 E1 00 80 2E");
    expect(link.written()).toEqual(["11"]);
    link.clock.advance(4_000);
    expect(services(link)).toEqual(["24 22"]);
  });
});
