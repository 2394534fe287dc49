import { describe, expect, test } from "vitest";
import type { Impulse } from "../../src/core/impulse.ts";
import { toHex } from "../../src/core/octets.ts";
import type { Traffic } from "../../src/record/traffic.ts";
import { EPOCH, HEAD, octets, online, recorded, stateLine, trafficOf, WRITE } from "./fixture.ts";

/** What was on the line, one line each. */
const line = (one: Traffic): string => {
  const when = one.at.toFixed(1);
  switch (one.kind) {
    case "telegram":
      return `${when} ${one.own ? "own" : "foreign"} ${toHex(one.octets)} ${one.acknowledged}${one.dropped === null ? "" : ` ${one.dropped}`}${one.unheard ? " unheard" : ""}`;
    case "raw":
      return `${when} raw ${toHex(one.octets)} ${one.acknowledge?.toString(16) ?? "-"}`;
    case "damaged":
      return `${when} damaged ${toHex(one.octets)} ${one.reason}`;
    case "unsent":
      return `${when} unsent ${toHex(one.octets)} ${one.outcome}`;
    case "gap":
      return `${when} gap ${one.impulses}`;
  }
};

const heard = async (...impulses: readonly Impulse[]): Promise<readonly string[]> => {
  const { lines } = recorded(online(), impulses);
  return (await trafficOf([HEAD, stateLine(online(), 1_000), ...lines])).map(line);
};

const upload = (at: number): Impulse => ({
  ...({ for: "dl", type: "timeout", timer: { for: "dl", name: "upload" } } as const),
  at,
});
/** The client sends 1 to 1/2/3, and the chip has the frame as a whole after 100 ms. */
const SENDING: readonly Impulse[] = [
  {
    ...({ for: "dl", type: "L_Data.req", ref: -1, at: 1_000 } as const),
    frame: {
      ...({ destination: { to: "group", address: 0x0a03 as never }, priority: "low" } as const),
      ...{ hops: 6, tpdu: [0x00, 0x81] },
    },
  },
  ...Array.from({ length: 50 }, (_, index) => upload(1_002 + 2 * index)),
];
const OWN = "bc 11 05 0a 03 e1 00 81 3e";
const OWN_REPEATED = "9c 11 05 0a 03 e1 00 81 1e";

describe("received", () => {
  test("for us: acknowledged by us, with type and value of the object", async () => {
    const { lines } = recorded(online(), octets(WRITE, 1_000));
    expect(await trafficOf([HEAD, stateLine(online(), 1_000), ...lines])).toMatchObject([
      {
        ...{ kind: "telegram", own: false, acknowledged: "us", dropped: null, at: 1_012 },
        utc: EPOCH + 1_012,
        means: { source: "1.1.20", destination: "1/2/3", dpt: "1.001", value: true },
      },
    ]);
  });

  test("for others: nobody tells how it was acknowledged", async () => {
    // 1.1.20 → 4/0/7, A_GroupValue_Read
    expect(await heard(...octets("bc 11 14 20 07 e1 00 00 80", 1_000))).toEqual([
      "1012.0 foreign bc 11 14 20 07 e1 00 00 80 unknown",
    ]);
  });

  test("a repetition is on the line, too, and goes no further", async () => {
    const again = octets("9c 11 14 0a 03 e1 00 81 0f", 1_020);
    expect(await heard(...octets(WRITE, 1_000), ...again)).toEqual([
      `1012.0 foreign ${WRITE} us`,
      "1032.0 foreign 9c 11 14 0a 03 e1 00 81 0f us dl.repeated",
    ]);
  });

  test("a frame for another device says why we have not taken it", async () => {
    // 1.1.20 → 1.1.9, T_Connect
    expect(await heard(...octets("b0 11 14 11 09 60 80 b2", 1_000))).toEqual([
      "1010.5 foreign b0 11 14 11 09 60 80 b2 unknown nl.not-addressed",
    ]);
  });

  test("what does not close is damaged", async () => {
    expect(await heard(...octets("bc 11 14 0a 03 e1 00 80 2f", 1_000))).toEqual([
      "1012.0 damaged bc 11 14 0a 03 e1 00 80 2f dl.check-octet",
    ]);
  });
});

describe("own telegrams", () => {
  test("acknowledged, as the chip says; nothing overtakes one that waits", async () => {
    const confirmed = [...SENDING, ...octets(OWN, 1_110), ...octets(WRITE, 1_130)];
    expect(await heard(...confirmed, ...octets("8b", 1_150))).toEqual([
      `1122.0 own ${OWN} yes`,
      `1142.0 foreign ${WRITE} us`,
    ]);
  });

  test("repeated because nobody acknowledged, and in vain", async () => {
    const twice = [...octets(OWN, 1_110), ...octets(OWN_REPEATED, 1_130)];
    expect(await heard(...SENDING, ...twice, ...octets("0b", 1_150))).toEqual([
      `1122.0 own ${OWN} no`,
      `1142.0 own ${OWN_REPEATED} no`,
    ]);
  });

  test("repeated, and acknowledged then", async () => {
    const twice = [...octets(OWN, 1_110), ...octets(OWN_REPEATED, 1_130)];
    expect(await heard(...SENDING, ...twice, ...octets("8b", 1_150))).toEqual([
      `1122.0 own ${OWN} no`,
      `1142.0 own ${OWN_REPEATED} yes`,
    ]);
  });

  test("confirmed, but not heard on the line", async () => {
    expect(await heard(...SENDING, ...octets("8b", 1_150))).toEqual([
      `1150.0 own ${OWN} yes unheard`,
    ]);
  });

  test("the recording ends before its confirmation", async () => {
    const { lines } = recorded(online(), [...SENDING, ...octets(OWN, 1_110)]);
    const cut = { line: "broken", kind: "cut", problem: "" } as const;
    const traffic = await trafficOf([HEAD, stateLine(online(), 1_000), ...lines, cut]);
    expect(traffic.map(line)).toEqual([`1122.0 own ${OWN} unknown`]);
  });

  test("never on the line, because the port was closed", async () => {
    const [first = SENDING[0]] = SENDING;
    if (first === undefined) throw new Error("nothing to send");
    expect(await heard({ for: "dl", type: "port-closed.ind", at: 999 }, first)).toEqual([
      `1000.0 unsent ${OWN} offline`,
    ]);
  });
});

test("a chip that only listens: everything with its acknowledge", async () => {
  const listens: Impulse = { for: "dl", type: "busmonitor.req", on: true, at: 1_000 };
  const { lines, state } = recorded(online(), [listens, ...octets("03", 1_100)]);
  const { lines: more } = recorded(state, [
    ...octets(WRITE, 2_000),
    ...octets("cc", 2_014.9),
    ...octets("bc 11 14 0a 03", 3_000),
    { for: "dl", type: "timeout", timer: { for: "dl", name: "frame" }, at: 3_100 },
  ]);
  const traffic = await trafficOf([HEAD, stateLine(online(), 1_000), ...lines, ...more]);
  expect(traffic.filter(({ at }) => at > 1_900).map(line)).toEqual([
    `2012.0 raw ${WRITE} cc`,
    "3006.0 raw bc 11 14 0a 03 -",
  ]);
});

test("a clock that is set while the recording runs dates what comes after it", async () => {
  const set: Impulse = { for: "bridge", type: "clock.ind", epoch: EPOCH + 60_000, at: 1_500 };
  const { lines } = recorded(online(), [
    ...[...octets(WRITE, 1_000), set],
    ...octets("bc 11 14 0a 03 e1 00 80 2e", 2_000),
  ]);
  const traffic = await trafficOf([HEAD, stateLine(online(), 1_000), ...lines]);
  expect(traffic.map(({ utc }) => utc - EPOCH)).toEqual([1_012, 62_012]);
});

test("a gap is told where it is", async () => {
  const { lines } = recorded(online(), octets(WRITE, 1_000));
  const traffic = await trafficOf([
    ...[HEAD, stateLine(online(), 1_000), ...lines, { line: "gap", impulses: 3 } as const],
    ...[stateLine(online(), 1_000), ...lines],
  ]);
  expect(traffic.map(line)).toEqual([
    `1012.0 foreign ${WRITE} us`,
    "1012.0 gap 3",
    `1012.0 foreign ${WRITE} us`,
  ]);
});
