import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Impulse } from "../../src/core/impulse.ts";
import { FORMATS } from "../../src/record/export/formats.ts";
import {
  EPOCH,
  HEAD,
  octets,
  online,
  recorded,
  stateLine,
  trafficOf,
  WRITE,
} from "../record/fixture.ts";
import { describeWith } from "./peers.ts";

const PROGRAM = "tshark";

/** One of each kind: a group value, an extended frame, a damaged frame, a repetition. */
const IMPULSES: readonly Impulse[] = [
  ...octets(WRITE, 1_000),
  // 1.1.5 is our own address: from 1.1.20 instead of `layers.md` F14
  ...octets("3c 60 11 14 11 01 10 01 d3 00 11 00 10 33 20 05 00 09 00 01 97 00 01 30 cd", 2_000),
  ...octets("bc 11 14 0a 03 e1 00 80 2f", 3_000),
  ...octets("9c 11 14 0a 03 e1 00 80 0e", 4_000),
];

describeWith(PROGRAM)("Wireshark opens what knxpi exports, as it is", () => {
  let directory = "";
  let file = "";
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "knxpi-wireshark-"));
    file = join(directory, "house.pcapng");
    const { lines } = recorded(online(), IMPULSES);
    const traffic = await trafficOf([HEAD, stateLine(online(), 1_000), ...lines]);
    const about = { program: "0.1.0", instance: "house", begin: EPOCH, clock: "utc" } as const;
    const parts: Buffer[] = [];
    const source = (async function* () {
      for (const one of traffic) yield one;
    })();
    for await (const piece of FORMATS.pcapng(about, source)) parts.push(Buffer.from(piece));
    writeFileSync(file, Buffer.concat(parts));
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  /** With settings of nobody: what a fresh installation shows. */
  const tshark = (...args: readonly string[]): readonly string[] => {
    const env = { ...process.env, HOME: directory, XDG_CONFIG_HOME: directory, TZ: "UTC" };
    const { stdout, stderr, status } = spawnSync(PROGRAM, ["-r", file, ...args], {
      encoding: "utf8",
      env,
    });
    expect(status, stderr).toBe(0);
    return stdout.trimEnd().split("\n");
  };

  test("telegrams are decoded", () => {
    const lines = tshark("-T", "fields", "-e", "_ws.col.Protocol", "-e", "_ws.col.Info");
    expect(lines.map((line) => line.replace(/\s+/g, " ").trim())).toEqual([
      "KNX L_Data.ind 1.1.20->1/2/3 GroupValueWrite $01",
      expect.stringMatching(/^KNX L_Data\.ind 1\.1\.20->1\.1\.1 /),
      expect.stringMatching(/^KNX octets/),
      "KNX L_Data.ind 1.1.20->1/2/3 GroupValueWrite $00",
    ]);
  });

  test("time, direction, comments, damage", () => {
    const fields = ["frame.time_epoch", "frame.packet_flags_direction", "frame.comment"];
    const lines = tshark("-T", "fields", ...fields.flatMap((field) => ["-e", field]));
    expect(lines.map((line) => line.split("\t"))).toMatchObject([
      ["1795486321.012000000", "0x00000001", "acknowledged by us"],
      ["1795486322.036000000", "0x00000001", expect.stringContaining("nl.not-addressed")],
      ["1795486323.012000000", "0x00000001", expect.stringContaining("dl.check-octet")],
      ["1795486324.012000000", "0x00000001", "acknowledged by us"],
    ]);
    expect(tshark("-Y", "frame.packet_flags_crc_error == 1")).toHaveLength(1);
  });

  test("its filters find telegrams, and it finds nothing wrong with them", () => {
    expect(tshark("-Y", "cemi.da == 0x0a03")).toHaveLength(2);
    expect(tshark("-Y", "cemi.rep == 0")).toHaveLength(1);
    expect(tshark("-Y", "_ws.malformed || _ws.expert.severity >= 0x00600000")).toEqual([""]);
  });
});
