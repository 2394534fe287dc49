import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import type { Explanation } from "../../../src/core/explain.ts";
import { explainFrame } from "../../../src/core/explain.ts";
import { toHex } from "../../../src/core/octets.ts";
import type { About } from "../../../src/record/export/format.ts";
import { FORMATS, type FormatName } from "../../../src/record/export/formats.ts";
import type { Traffic } from "../../../src/record/traffic.ts";
import { hex } from "../../../src/testing.ts";
import { EPOCH, WRITE } from "../fixture.ts";

const OWN = "bc 11 05 0a 03 e1 00 81 3e";
const ABOUT: About = { program: "0.1.0", instance: "house", begin: EPOCH, clock: "utc" };

const when = (at: number) => ({ at, utc: EPOCH + at });
const frame = (text: string): Readonly<{ octets: ReturnType<typeof hex>; means: Explanation }> => ({
  octets: hex(text),
  means: explainFrame(hex(text), { dptOf: () => "1.001" }),
});
const telegram = { kind: "telegram", own: false, dropped: null, unheard: false } as const;

const FOREIGN: Traffic = { ...telegram, ...when(1_012), ...frame(WRITE), acknowledged: "us" };
const ALL: readonly Traffic[] = [
  FOREIGN,
  { ...telegram, ...when(1_122.25), ...frame(OWN), own: true, acknowledged: "no" },
  { kind: "damaged", ...when(1_200), octets: hex("bc 11 14"), reason: "dl.truncated" },
  { kind: "unsent", ...when(1_300), ...frame(OWN), outcome: "offline" },
  { kind: "gap", ...when(1_400), impulses: 7 },
  { kind: "raw", ...when(1_500), ...frame(WRITE), acknowledge: 0xcc },
];

async function* each(traffic: readonly Traffic[]): AsyncGenerator<Traffic> {
  for (const one of traffic) yield one;
}

const written = async (
  format: FormatName,
  traffic: readonly Traffic[],
  about: Partial<About> = {},
): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const piece of FORMATS[format]({ ...ABOUT, ...about }, each(traffic)))
    parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
};

describe("pcapng", () => {
  /** By hand, from the draft: every block is type, length, body, options, length. */
  const SECTION = [
    ...["0a 0d 0d 0a  30 00 00 00  4d 3c 2b 1a  01 00 00 00  ff ff ff ff ff ff ff ff"],
    ...["04 00 0b 00  6b 6e 78 70 69 20 30 2e 31 2e 30 00  00 00 00 00  30 00 00 00"],
  ];
  const INTERFACE = [
    ...["01 00 00 00  2c 00 00 00  fc 00 00 00  00 00 00 00"],
    ...["02 00 05 00  68 6f 75 73 65 00 00 00  09 00 01 00  06 00 00 00  00 00 00 00  2c 00 00 00"],
  ];
  const PACKET = [
    // 1,795,486,321,012,000 µs
    ...[
      "06 00 00 00  64 00 00 00  00 00 00 00  fc 60 06 00  20 ed 5c 3c  1f 00 00 00  1f 00 00 00",
    ],
    // dissector cemi, protocol KNX, end
    ...["00 0c 00 04  63 65 6d 69  00 21 00 04  4b 4e 58 00  00 00 00 00"],
    ...["29 00 bc e0 11 14 0a 03 01 00 81  00"],
    // comment, inbound
    ...["01 00 12 00  61 63 6b 6e 6f 77 6c 65 64 67 65 64 20 62 79 20 75 73  00 00"],
    ...["02 00 04 00  01 00 00 00  00 00 00 00  64 00 00 00"],
  ];

  test("octet for octet", async () => {
    const file = await written("pcapng", [FOREIGN]);
    expect(toHex([...file])).toBe(toHex(hex([...SECTION, ...INTERFACE, ...PACKET].join(" "))));
  });

  test("blocks end where they say, forwards and backwards, and are whole words", async () => {
    const file = await written("pcapng", ALL);
    const types: number[] = [];
    for (let at = 0; at < file.length; ) {
      const length = file.readUInt32LE(at + 4);
      expect(length % 4).toBe(0);
      expect(file.readUInt32LE(at + length - 4)).toBe(length);
      types.push(file.readUInt32LE(at));
      at += length;
    }
    // a gap is told by the packet after it
    expect(types).toEqual([0x0a0d0d0a, 1, 6, 6, 6, 6, 6]);
    expect(file.toString("latin1")).toContain(
      "7 impulses before this are not in the recording; ACK",
    );
  });
});

describe("ets-xml", () => {
  const parse = (text: string) =>
    new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" }).parse(text);

  test("a log as the group monitor saves it", async () => {
    const text = (await written("ets-xml", ALL)).toString();
    expect(XMLValidator.validate(text)).toBe(true);
    const { CommunicationLog: log } = parse(text);
    expect(log.xmlns).toBe("http://knx.org/xml/telegrams/01");
    expect(log.Connection).toEqual({
      ...{ Timestamp: "2026-11-24T02:12:00.0000000Z", State: "Established" },
    });
    expect(log.RecordStart).toEqual([
      { Timestamp: "2026-11-24T02:12:00.0000000Z", ConnectionName: "house", Mode: "LinkLayer" },
      { Timestamp: "2026-11-24T02:12:01.4000000Z", ConnectionName: "house", Mode: "LinkLayer" },
    ]);
    expect(log.RecordStop).toEqual([
      { Timestamp: "2026-11-24T02:12:01.4000000Z" },
      { Timestamp: "2026-11-24T02:12:01.5000000Z" },
    ]);
    const common = { ConnectionName: "house", FrameFormat: "CommonEmi" };
    expect(log.Telegram).toEqual([
      {
        ...{ ...common, Timestamp: "2026-11-24T02:12:01.0120000Z", Service: "L_Data.ind" },
        RawData: "2900BCE011140A03010081",
      },
      {
        ...{ ...common, Timestamp: "2026-11-24T02:12:01.1222500Z", Service: "L_Data.con" },
        RawData: "2E00BDE011050A03010081",
      },
      {
        ...{ ...common, Timestamp: "2026-11-24T02:12:01.5000000Z", Service: "L_Busmon.ind" },
        RawData: "2B0903010006040016E360BC11140A03E100812F",
      },
      {
        ...{ ...common, Timestamp: "2026-11-24T02:12:01.5000000Z", Service: "L_Busmon.ind" },
        RawData: "2B0903010106040016E360CC",
      },
    ]);
    const comments = text.match(/<!-- .* -->/g);
    expect(comments).toEqual([
      "<!-- 2026-11-24T02:12:01.2000000Z bc 11 14 dl.truncated: the line fell silent inside a frame -->",
      expect.stringContaining("not sent: offline"),
      "<!-- 2026-11-24T02:12:01.4000000Z 7 impulses are not in the recording -->",
    ]);
  });

  test("a name of an instance that XML does not like", async () => {
    const instance = "a\"<b>&\u0001'c";
    const text = (await written("ets-xml", [], { instance })).toString();
    expect(XMLValidator.validate(text)).toBe(true);
    expect(text).toContain('ConnectionName="a&#34;&#60;b&#62;&#38;&#39;c"');
  });
});

test("text", async () => {
  expect((await written("text", ALL)).toString().split("\n")).toEqual([
    "2026-11-24 02:12:01.012  ← bc 11 14 0a 03 e1 00 81 2f   1.1.20 → 1/2/3  A_GroupValue_Write  01  1.001 = true   acknowledged by us",
    "2026-11-24 02:12:01.122  → bc 11 05 0a 03 e1 00 81 3e   1.1.5 → 1/2/3  A_GroupValue_Write  01  1.001 = true   not acknowledged",
    "2026-11-24 02:12:01.200  ← bc 11 14                     dl.truncated: the line fell silent inside a frame",
    "2026-11-24 02:12:01.300  × bc 11 05 0a 03 e1 00 81 3e   1.1.5 → 1/2/3  A_GroupValue_Write  01  1.001 = true   not sent: offline",
    "2026-11-24 02:12:01.400  … 7 impulses are not in the recording",
    "2026-11-24 02:12:01.500  ← bc 11 14 0a 03 e1 00 81 2f   1.1.20 → 1/2/3  A_GroupValue_Write  01  1.001 = true   ACK",
    "",
  ]);
});

test("json", async () => {
  const lines = (await written("json", ALL)).toString().trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      ...{ time: "2026-11-24T02:12:01.012Z", event: "telegram", octets: "bc11140a03e100812f" },
      ...{ own: false, acknowledged: "us", ok: true, source: "1.1.20", destination: "1/2/3" },
      ...{ kind: "standard", apci: "A_GroupValue_Write", dpt: "1.001", value: true },
    },
    { event: "telegram", own: true, acknowledged: "no" },
    { event: "damaged", octets: "bc1114", ok: false, reason: "dl.truncated" },
    { event: "unsent", own: true, outcome: "offline" },
    { event: "gap", impulses: 7 },
    { event: "raw", acknowledge: "cc", source: "1.1.20" },
  ]);
});
