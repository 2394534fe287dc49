import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stepper } from "../../src/cli/replay-step.ts";
import type { RecordLine } from "../../src/record/format.ts";
import { decodeLine } from "../../src/record/read.ts";
import {
  asFile,
  endLine,
  HEAD,
  octets,
  online,
  recorded,
  replayed,
  stateLine,
  WRITE,
} from "../record/fixture.ts";
import { knxpi } from "./program.ts";

/** 1 at 1 s, 0 at 3 s, 1 at 5 s after 02:12 UTC. */
const TELEGRAMS = [
  ...octets(WRITE, 1_000),
  ...octets("bc 11 14 0a 03 e1 00 80 2e", 3_000),
  ...octets(WRITE, 5_000),
];
const { lines, state } = recorded(online(), TELEGRAMS);
const GOOD = [HEAD, stateLine(online(), 1_000), ...lines, endLine(state, 6_000)];

let directory = "";
const path = (name: string): string => join(directory, name);
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "knxpi-replay-"));
  writeFileSync(path("good.knxrec"), asFile(GOOD));
  writeFileSync(path("cut.knxrec"), asFile(GOOD).subarray(0, -40));
  // Stored, not compressed, so that a digit becomes another one and nothing else changes.
  const damaged = Buffer.from(asFile(GOOD, 0));
  damaged[damaged.lastIndexOf("\n[1006,") + 2] = "2".charCodeAt(0);
  writeFileSync(path("damaged.knxrec"), damaged);
  writeFileSync(path("foreign.knxrec"), "this is no recording");
  const altered = GOOD.map(
    (line, index): RecordLine =>
      line.line === "impulse" && index === 12 ? { ...line, effects: 4_711 } : line,
  );
  writeFileSync(path("altered.knxrec"), asFile(altered));
  const ofTomorrow = decodeLine('{"impulse":{"for":"dl","type":"tomorrow.ind","at":2500}}');
  if (typeof ofTomorrow !== "string")
    writeFileSync(path("unknown.knxrec"), asFile(GOOD.toSpliced(11, 0, ofTomorrow)));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The telegrams among the lines, by their time. */
const telegrams = (out: readonly string[]): readonly string[] =>
  out.filter((line) => line.includes("← bus")).map((line) => line.slice(0, 12));

const replay = (name: string, ...options: readonly string[]) =>
  knxpi("replay", path(name), "--utc", ...options);

describe("replay", () => {
  test("what happened, one line each, and that it happens again", async () => {
    const { code, out, err } = await replay("good.knxrec", "--show", "telegrams,drops");
    expect(out).toEqual([
      "2026-11-24 UTC",
      "02:12:01.012 ← bus    bc 11 14 0a 03 e1 00 81 2f   1.1.20 → 1/2/3  A_GroupValue_Write  01  1.001 = true",
      "02:12:03.012 ← bus    bc 11 14 0a 03 e1 00 80 2e   1.1.20 → 1/2/3  A_GroupValue_Write  00  1.001 = false",
      "02:12:05.012 ← bus    bc 11 14 0a 03 e1 00 81 2f   1.1.20 → 1/2/3  A_GroupValue_Write  01  1.001 = true",
      "",
      "recording  house, knxpi 0.1.0, 2026-11-24 02:12:01.000 to 02:12:06.000 (5.0 s)",
      "replayed   27 impulses, 3 telegrams, 0 drops",
      "ends       as asked for",
      "result     equal: effects and states as recorded",
    ]);
    expect([code, err]).toEqual([0, ""]);
  });

  test.each([
    { options: ["--from", "+2s"], times: ["02:12:03.012", "02:12:05.012"] },
    { options: ["--from=-2s"], times: ["02:12:05.012"] },
    { options: ["--until", "+2s"], times: ["02:12:01.012"] },
    { options: ["--until", "02:12:03.012"], times: ["02:12:01.012", "02:12:03.012"] },
    { options: ["--until", "02:12:03.0119"], times: ["02:12:01.012"] },
    { options: ["--from", "02:12:03.012", "--until", "+4s"], times: ["02:12:03.012"] },
    { options: ["--from", "02:12:03.0121", "--until", "+4s"], times: [] },
  ])("$options", async ({ options, times }) => {
    const { code, out } = await replay("good.knxrec", "--show", "telegrams", ...options);
    expect(telegrams(out)).toEqual(times);
    expect(code).toBe(0);
  });

  test("--summary and --json", async () => {
    expect((await replay("good.knxrec", "--summary")).out).toHaveLength(4);
    const { out } = await replay("good.knxrec", "--json", "--until", "+6ms");
    expect(out.map((line) => JSON.parse(line))).toMatchObject([
      { event: "begin", head: { instance: "house" } },
      { event: "state", at: 1_000, time: "2026-11-24T02:12:01.000Z" },
      { event: "impulse", number: 1, impulse: { octet: 0xbc } },
      ...[2, 3, 4, 5].map((number) => ({ event: "impulse", number, effects: [] })),
      { event: "result", status: 0, impulses: 5 },
    ]);
  });

  test("a divergence: status 1, and it is said before --from as well", async () => {
    const { code, out } = await replay("altered.knxrec", "--from", "+4s", "--show", "telegrams");
    expect(code).toBe(1);
    expect(out[0]).toBe("2026-11-24 UTC");
    expect(out[1]).toBe("02:12:03.001 ! DIVERGED at impulse 11: other effects than recorded");
    expect(out.join("\n")).toContain("result     DIVERGED at impulse 11, 2026-11-24T02:12:03.001Z");
  });

  test("a file that was cut short is replayed up to there", async () => {
    const { code, out } = await replay("cut.knxrec", "--summary");
    expect(code).toBe(0);
    expect(out.join("\n")).toMatch(/ends {7}cut: .*\nresult {5}equal/);
  });

  test("a file with a bit turned over is damaged, not another result", async () => {
    const { code, err } = await replay("damaged.knxrec", "--summary");
    expect(err).toMatch(/damaged.*checksum/);
    expect(code).toBe(2);
  });

  test.each([
    { is: "no file", args: ["none.knxrec"], err: "there is no such file" },
    { is: "no recording", args: ["foreign.knxrec"], err: "this is no recording of knxpi" },
    { is: "no moment", args: ["good.knxrec", "--from", "noon"], err: "--from noon is no moment" },
    {
      is: "after the end",
      args: ["good.knxrec", "--from", "+1h"],
      err: "the recording runs from 2026-11-24 02:12:01.000 to 2026-11-24 02:12:06.000",
    },
    {
      is: "before the begin",
      args: ["good.knxrec", "--until", "2026-11-23"],
      err: "--until 2026-11-23 is 2026-11-23 00:00:00.000, and the recording runs",
    },
    {
      is: "backwards",
      args: ["good.knxrec", "--from", "+3s", "--until", "+2s"],
      err: "before --from +3s",
    },
  ])("$is: status 2", async ({ args: [name = "", ...options], err }) => {
    for (const command of [[], ["--to", "text"]]) {
      const verb = command.length === 0 ? "replay" : "export";
      const ran = await knxpi(verb, path(name), "--utc", ...command, ...options);
      expect(ran.code).toBe(2);
      expect(ran.err).toContain(err);
    }
  });
});

describe("export", () => {
  const exported = (name: string, ...options: readonly string[]) =>
    knxpi("export", path(name), "--utc", "--to", "text", "--out", path("out.txt"), ...options);

  test.each(["pcapng", "ets-xml", "text", "json"])(
    "%s into a file, and a part of it",
    async (to) => {
      const sizes: number[] = [];
      for (const part of [[], ["--from", "+2s", "--until", "+3s"]]) {
        const out = path(`out.${to}`);
        const { code } = await knxpi(
          "export",
          path("good.knxrec"),
          "--to",
          to,
          "--out",
          out,
          ...part,
        );
        expect(code).toBe(0);
        sizes.push(readFileSync(out).length);
      }
      expect(sizes[1]).toBeLessThan(sizes[0] ?? 0);
    },
  );

  test.each([
    {
      is: "an impulse of another version",
      name: "unknown.knxrec",
      telegrams: ["02:12:01.012"],
      says: /DIVERGED at impulse 10: an error .*2026-11-24T02:12:02.500Z.*\n.*: 18 impulses could not be replayed: telegrams are missing\n/,
    },
    {
      is: "other effects than recorded",
      name: "altered.knxrec",
      telegrams: ["02:12:01.012", "02:12:03.012", "02:12:05.012"],
      says: /DIVERGED at impulse 11: other effects .*2026-11-24T02:12:03.001Z/,
    },
  ])("$is: what can be had, what is wrong, and status 2", async ({ name, telegrams, says }) => {
    const { code, err } = await exported(name);
    const written = readFileSync(path("out.txt"), "utf8");
    expect(written.match(/02:12:\d\d\.\d{3}/g)).toEqual(telegrams);
    expect(err).toMatch(says);
    expect(code).toBe(2);
  });

  test.each([
    { part: ["--until", "+1s"], code: 0 },
    { part: ["--from", "+1s"], code: 2 },
  ])("what is wrong matters to the part that it is in: $part", async ({ part, code }) => {
    expect(await exported("unknown.knxrec", ...part)).toMatchObject({ code });
  });

  test("what cannot be written leaves nothing behind", async () => {
    const out = path("nowhere/out.txt");
    const { code, err } = await knxpi("export", path("good.knxrec"), "--to", "text", "--out", out);
    expect(code).toBe(1);
    expect(err).toContain(`${out}: ENOENT`);
  });
});

describe("step by step", () => {
  const walk = async (input: string): Promise<readonly string[]> => {
    const stream = new PassThrough();
    stream.end(input);
    const said: string[] = [];
    const step = stepper(stream, (line) => said.push(line));
    for (const event of await replayed(GOOD)) {
      if (event.event === "impulse") said.push(`#${event.number}`);
      if ((await step.after(event)) === "quit") break;
    }
    step.close();
    return said;
  };

  // biome-ignore format: read by column
  test.each([
    { is: "Enter takes one, q ends it",              input: "\n\nq\n",   said: ["#1", "#2", "#3"] },
    { is: "the end of the input ends it, too",       input: "\n",        said: ["#1", "#2"] },
    { is: "n goes on to the next telegram",          input: "n\nq\n",    said: Array.from({ length: 9 }, (_, index) => `#${index + 1}`) },
    { is: "c goes on to the end",                    input: "c\n",       said: Array.from({ length: 27 }, (_, index) => `#${index + 1}`) },
    { is: "s shows how things stand",                input: "s\nq\n",    said: ["#1", "· link   online, bus online, chip tpuart2", "· load   1 unloaded, 2 unloaded, 3 unloaded, 4 unloaded, 5 unloaded"] },
    { is: "a part of the state",                     input: "s dl.rx.octets\nq\n", said: ["#1", "[", "  188", "]"] },
    { is: "a part that is not there",                input: "s nl.nope\nq\n",      said: ["#1", expect.stringMatching(/^there is no nope in nl; there is: config, address$/)] },
  ])("$is", async ({ input, said }) => {
    expect(await walk(input)).toEqual(said);
  });

  test("a word that is none says what there is", async () => {
    expect((await walk("x\nq\n"))[1]).toMatch(/^x: no such command\nEnter/);
  });
});
