import { deflateRawSync, gzipSync, constants as zlib } from "node:zlib";
import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { openStack } from "../../src/core/stack/stack.ts";
import { encodeLine, type RecordLine } from "../../src/record/format.ts";
import { jsonPieces } from "../../src/record/pieces.ts";
import { decodeLine, type ReadLine, readRecording } from "../../src/record/read.ts";
import { testConfig } from "../../src/testing/config.ts";

const STATE = openStack(testConfig({ objects: { "1/2/3": { dpt: "1.001" } } }));
const HEAD = {
  format: 1,
  program: "1.2.3",
  instance: "house",
  epoch: 1_769_854_272_345.25,
} as const;
const AT = 1234.567891;

const octet = (at: number): RecordLine => ({
  line: "impulse",
  impulse: { for: "dl", type: "octet.ind", octet: 188, behind: 2, at },
  effects: 0,
});

// biome-ignore format: read by column
const LINES: readonly Readonly<{ is: string; line: RecordLine; text: string | RegExp }>[] = [
  { is: "head",    line: { line: "head", head: HEAD },                text: '{"knxpi":"recording","format":1,"program":"1.2.3","instance":"house","epoch":1769854272345.25}' },
  { is: "state",   line: { line: "state", at: AT, state: STATE },     text: /^\{"at":1234\.567891,"state":\{"dl":\{.*\}$/ },
  { is: "octet",   line: octet(AT),                                   text: "[1234.567891,188,2]" },
  { is: "octet with effects",  line: { line: "impulse", impulse: { for: "dl", type: "octet.ind", octet: 7, behind: 0, at: 2 }, effects: 4_294_967_295 }, text: "[2,7,0,4294967295]" },
  { is: "octet that threw",    line: { line: "impulse", impulse: { for: "dl", type: "octet.ind", octet: 7, behind: 0, at: 2 }, effects: null },          text: "[2,7,0,null]" },
  { is: "impulse", line: { line: "impulse", impulse: { for: "dl", type: "port-opened.ind", at: 3 }, effects: 0 },  text: '{"impulse":{"for":"dl","type":"port-opened.ind","at":3}}' },
  { is: "impulse with effects", line: { line: "impulse", impulse: { for: "dl", type: "reset.req", at: 3 }, effects: 17 }, text: '{"impulse":{"for":"dl","type":"reset.req","at":3},"effects":17}' },
  { is: "gap",     line: { line: "gap", impulses: 17 },               text: '{"gap":17}' },
  { is: "end",     line: { line: "end", end: { at: 5, hash: "00ff", why: "crash", error: "no" } }, text: '{"end":{"at":5,"hash":"00ff","why":"crash","error":"no"}}' },
];

describe("lines", () => {
  test.each(LINES)("$is", ({ line, text }) => {
    const encoded = encodeLine(line);
    if (typeof text === "string") expect(encoded).toBe(text);
    else expect(encoded).toMatch(text);
    expect(decodeLine(encoded)).toStrictEqual(line);
  });

  test.each([
    ...["", "7", "null", "true", "[]", "[1,2]", '[1,2,"3"]', "[1,2,3,true]", "{}", '{"impulse":7}'],
    ...['{"impulse":{"for":"dl"}}', '{"impulse":{"for":"dl","type":"a"},"effects":"b"}'],
    ...[
      '{"gap":"many"}',
      '{"state":{}}',
      '{"at":1,"state":{"dl":{}}}',
      '{"end":{}}',
      '{"knxpi":"x"}',
    ],
    ...['{"knxpi":"recording"}', '{"gap":1'],
  ])("%s is none, and says so", (text) => {
    expect(decodeLine(text)).toMatch(/^no/);
  });

  prop.prop([fc.string()])("any text is a line or a reason", (text) => {
    expect(["string", "object"]).toContain(typeof decodeLine(text));
  });
});

const text = (...lines: readonly RecordLine[]): string =>
  lines.map((line) => `${encodeLine(line)}\n`).join("");
/** Three members: the beginning, a hundred octets, the end. */
const MEMBERS = [
  gzipSync(text({ line: "head", head: HEAD }, { line: "state", at: 1, state: STATE })),
  gzipSync(text(...Array.from({ length: 100 }, (_, index) => octet(index + AT)))),
  gzipSync(text({ line: "end", end: { at: 200, hash: "00ff00ff00ff00ff", why: "asked" } })),
];
const FILE = Buffer.concat(MEMBERS);

/** With bits of one octet turned over. */
const flipped = (file: Buffer, at: number, bits = 0x40): Buffer =>
  Buffer.from(file.map((octet, index) => (index === at ? octet ^ bits : octet)));

const read = async (chunks: readonly Uint8Array[]): Promise<readonly ReadLine[]> => {
  const lines: ReadLine[] = [];
  for await (const line of readRecording(chunks)) lines.push(line);
  return lines;
};
const kinds = (lines: readonly ReadLine[]): string =>
  lines
    .map(({ line }) => line[0])
    .join("")
    .replace(/i+/, "i");

describe("a file", () => {
  test("whole, in one piece or octet by octet, is the lines that were written", async () => {
    const lines = await read([FILE]);
    expect(lines).toHaveLength(103);
    expect(kinds(lines)).toBe("hsie");
    expect(await read([...FILE].map((each) => Uint8Array.of(each)))).toStrictEqual(lines);
  });

  test("cut short anywhere gives every line that is complete, and says that it was cut", async () => {
    const whole = await read([FILE]);
    const before = [0, 0, 2, 102];
    for (let length = 0; length < FILE.length; length += length % 10 === 0 ? 1 : 3) {
      const lines = await read([FILE.subarray(0, length)]);
      const last = lines.at(-1);
      expect(lines.slice(0, -1)).toStrictEqual(whole.slice(0, lines.length - 1));
      // Only the check octets at its very end may be missing.
      if (last?.line === "end") expect(length).toBeGreaterThan(FILE.length - 12);
      else
        expect(last).toMatchObject({ line: "broken", kind: lines.length > 1 ? "cut" : "foreign" });
      const complete = MEMBERS.findIndex(
        (_, index) => Buffer.concat(MEMBERS.slice(0, index + 1)).length > length,
      );
      expect(lines.length - 1).toBeGreaterThanOrEqual(before[complete + 1] ?? 0);
    }
  });

  // biome-ignore format: read by column
  test.each([
    { is: "empty",                 octets: Buffer.alloc(0),                                                     kind: "foreign", says: /no recording.*no line that is complete/ },
    { is: "text",                  octets: Buffer.from("version: 1\n"),                                         kind: "foreign", says: /no recording.*not gzipped/ },
    { is: "something else",        octets: gzipSync("hello\n"),                                                 kind: "foreign", says: /no recording.*"hello"/ },
    { is: "without a head",        octets: gzipSync(text(octet(1))),                                            kind: "foreign", says: /does not begin with a head/ },
    { is: "of the future",         octets: gzipSync('{"knxpi":"recording","format":2,"program":"9.0.0","instance":"a","epoch":1}\n'), kind: "newer", says: /format 2.*knxpi 9\.0\.0/ },
    { is: "not ended",             octets: Buffer.concat(MEMBERS.slice(0, 2)),                                  kind: "cut",     says: /ends after line 102/ },
    { is: "damaged in the middle", octets: Buffer.concat([MEMBERS[0] ?? FILE, gzipSync(`${"[1,2,3]\n".repeat(7)}[1,2,x]\n`)]), kind: "damaged", says: /line 10: .*\[1,2,x\]/ },
    { is: "with rubbish after it", octets: Buffer.concat([MEMBERS[0] ?? FILE, Buffer.alloc(5_000, "rubbish")]),  kind: "damaged", says: /damaged behind octet \d+, after line 2 .*not gzipped/ },
    { is: "filled up with zeros",  octets: Buffer.concat([...MEMBERS.slice(0, 2), Buffer.alloc(5_000)]),         kind: "damaged", says: /after line 102 .*not gzipped/ },
    { is: "damaged at its beginning", octets: flipped(FILE, 100),                                                 kind: "damaged", says: /after line 0/ },
  ])("$is: says what is wrong and where", async ({ octets, kind, says }) => {
    const last = (await read([octets])).at(-1);
    expect(last).toMatchObject({ line: "broken", kind, problem: expect.stringMatching(says) });
  });

  test("one bit turned over is noticed wherever it means something, and nothing else than was written comes out", async () => {
    const whole = (await read([FILE])).map((line) => JSON.stringify(line));
    for (let at = 0; at < FILE.length; at += 7) {
      const lines = await read([flipped(FILE, at, 1 << (at % 8))]);
      const isNoticed = lines.at(-1)?.line === "broken";
      const good = (isNoticed ? lines.slice(0, -1) : lines).map((line) => JSON.stringify(line));
      expect(good).toEqual(whole.slice(0, isNoticed ? good.length : whole.length));
    }
  });

  test("a member that is longer than any is damage, and is not held", {
    timeout: 30_000,
  }, async () => {
    const part = deflateRawSync(Buffer.alloc(2 ** 24), { finishFlush: zlib.Z_FULL_FLUSH });
    const long = Buffer.concat([
      gzipSync("").subarray(0, 10),
      ...Array.from({ length: 9 }, () => part),
    ]);
    const lines = await read([MEMBERS[0] ?? FILE, long]);
    expect(kinds(lines)).toBe("hsb");
    expect(lines.at(-1)).toMatchObject({
      kind: "damaged",
      problem: expect.stringMatching(/after line 2 .*longer than anything/),
    });
  });

  test("a line that is longer than any is damage, and is not held", {
    timeout: 30_000,
  }, async () => {
    const part = gzipSync(Buffer.alloc(2 ** 24, "7"));
    const lines = await read([MEMBERS[0] ?? FILE, ...Array.from({ length: 40 }, () => part)]);
    expect(kinds(lines)).toBe("hsb");
    expect(lines.at(-1)).toMatchObject({
      kind: "damaged",
      problem: expect.stringMatching(/after line 2 .*a line longer than any/),
    });
  });

  test("gzipped again by hand, with the name of a file", async () => {
    const [first = FILE, ...others] = MEMBERS;
    const named = Buffer.concat([
      first.subarray(0, 10),
      Buffer.from("house\0"),
      first.subarray(10),
    ]);
    named[3] = 0x08;
    const lines = await read([named, ...others]);
    expect(lines).toStrictEqual(await read([FILE]));
    expect(await read([...named].map((each) => Uint8Array.of(each)))).toHaveLength(3);
  });

  test("gzipped again by a program that puts all there is into the header", async () => {
    const [first = FILE, ...others] = MEMBERS;
    const more = [
      Uint8Array.of(4, 0, 0x42, 0x43, 0, 0),
      Buffer.from("house\0a comment\0"),
      Uint8Array.of(1, 2),
    ];
    const full = Buffer.concat([first.subarray(0, 10), ...more, first.subarray(10)]);
    full[3] = 0x1e;
    expect(await read([full, ...others])).toStrictEqual(await read([FILE]));
  });

  test("what reading it throws is passed on", async () => {
    async function* failing() {
      yield FILE.subarray(0, 100);
      throw new Error("EIO: i/o error, read");
    }
    const reading = async () => {
      for await (const _ of readRecording(failing()));
    };
    await expect(reading()).rejects.toThrow("EIO");
  });
});

describe("pieces of JSON", () => {
  prop.prop([fc.jsonValue()])("are the text of JSON.stringify", (value) => {
    expect([...jsonPieces(value)].join("")).toBe(JSON.stringify(value));
  });

  test("of something large are many and small, and are the same text", () => {
    const large = {
      rows: Array.from({ length: 3_000 }, (_, index) => ({
        index,
        name: `"${index}"`,
        none: undefined,
      })),
      texts: Array.from({ length: 30 }, () => "ü\n".repeat(2_000)),
      empty: {},
      missing: undefined,
      list: [undefined, null, [], -0.5, "x"],
    };
    const pieces = [...jsonPieces(large)];
    expect(pieces.join("")).toBe(JSON.stringify(large));
    expect(pieces.length).toBeGreaterThan(3_000 / 500);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(64 * 1024);
  });
});
