import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { run } from "../../src/cli/run.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

const attempt = async (text: string | undefined, state?: string) => {
  const config = join(folder, "house.yaml");
  rmSync(config, { force: true });
  if (text !== undefined) writeFileSync(config, text);
  const said: string[] = [];
  const code = await run({ config, ...(state !== undefined && { state }) }, (line) =>
    said.push(line.replace(folder, "")),
  );
  return { code, said };
};

describe("knxpi run with a configuration that cannot work", () => {
  test("names every error with file, line and column, and ends with 1", async () => {
    const { code, said } = await attempt(
      [
        "version: 1",
        "instance: house",
        "knx: {port: auto, adress: 1.1.250}",
        "objects:",
        "  - {ga: 1/9/3, dpt: '1.001'}",
        "",
      ].join("\n"),
    );
    expect(code).toBe(1);
    expect(said.some((line) => /house\.yaml:3:\d+ .*adress/.test(line))).toBe(true);
    expect(said.some((line) => /house\.yaml:5:\d+ .*bad_ga/.test(line))).toBe(true);
  });

  test("a file that is not there is an error like any other", async () => {
    const { code, said } = await attempt(undefined);
    expect(code).toBe(1);
    expect(said).toHaveLength(1);
  });

  test("a state directory that cannot be made", async () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const { code, said } = await attempt(
      "version: 1\ninstance: house\nknx: {port: auto, address: 1.1.250}\n",
      join(file, "state"),
    );
    expect(code).toBe(1);
    expect(said.at(-1)).toContain("--state");
  });
});

describe("knxpi run with a state that it must not guess at", () => {
  const HOUSE =
    "version: 1\ninstance: house\nknx: {port: auto, address: 1.1.250}\nlog: {level: silent}\n";
  // biome-ignore format: read by column
  const STATES = [
    { is: "of a newer version", file: "state.json",  content: '{"knxpi":"state","format":9,"program":"3.1.4"}', says: "3.1.4" },
    { is: "of no known format", file: "state.json",  content: "{}",                                             says: "state.json is damaged" },
    { is: "damaged",            file: "device.json", content: '{"version":3,"checksum":"00","content":{}}',     says: "device.json" },
  ];

  afterEach(() => vi.unstubAllEnvs());

  test.each(STATES)("$is: 1 for people, 78 for a service manager", async (one) => {
    const state = join(folder, "state");
    for (const [socket, ending] of [
      [undefined, 1],
      ["/run/nobody", 78],
    ] as const) {
      rmSync(state, { recursive: true, force: true });
      mkdirSync(state);
      writeFileSync(join(state, one.file), one.content);
      vi.stubEnv("NOTIFY_SOCKET", socket);
      const { code, said } = await attempt(HOUSE, state);
      expect(code).toBe(ending);
      expect(said.at(-1)).toContain(one.says);
      expect(readFileSync(join(state, one.file), "utf8")).toBe(one.content);
    }
  });
});
