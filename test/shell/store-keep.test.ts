import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDirect } from "../../src/cli/station/direct.ts";
import { createStation, type Station } from "../../src/cli/station/station.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configuredOf } from "../../src/core/app/device/model/settings.ts";
import { toHex } from "../../src/core/octets.ts";
import { openShell, type Shell } from "../../src/shell/shell.ts";
import { type House, startHouse } from "../../src/sim/house.ts";
import { type Collector, collectLog, collector, type Line } from "./collect.ts";

let state: string;
let house: House;
let shell: Shell;
let lines: Collector<Line>;
let tool: Station;
let answers: Collector<Answer>;
let begun: string[];

/** What 1.1.250 says on the line, and whether the object was on the disk by then. */
type Answer = Readonly<{ octets: string; isKept: boolean }>;

/** The port of the house; frames of which knxpi hands the first octet to its chip, L_DataStart, are noted in `begun`. */
const bindingOf = ({ binding }: House): House["binding"] => ({
  ...binding,
  open: async (options) => {
    const port = await binding.open(options);
    const write = port.write.bind(port);
    port.write = (octets) => {
      if (octets[0] === 0x80) begun.push(toHex(Array.from(octets)));
      return write(octets);
    };
    return port;
  },
});

/** knxpi, 1.1.250, with a state directory, and a tool, 1.1.99, on a transceiver of its own; both on a simulated line. */
beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), "knxpi-keep-"));
  house = startHouse();
  const knx = { port: house.path, address: "1.1.250" };
  const loaded = loadConfig(JSON.stringify({ instance: "keep", knx }), {
    path: "keep.yaml",
    env: {},
    readFile: () => "",
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  const { stack, port } = loaded.config;
  const logged = collectLog();
  lines = logged.lines;
  shell = openShell({
    config: stack,
    about: { version: "1.2.3", instance: "keep" },
    serial: { ...port, binding: bindingOf(house) },
    state: { directory: state, configured: configuredOf(stack) },
    log: logged.log,
  });
  house.ports.add("sim:tool", house.addChip({ kind: "tpuart2", name: "tool" }));
  tool = createStation(
    await openDirect({ port: "sim:tool", binding: house.binding, address: "1.1.99" }),
  );
  await lines.until(({ msg }) => msg === "link up");
  begun = [];
  answers = collector<Answer>();
  house.line.onFrame((frame) => {
    const octets = toHex(frame.octets);
    if (ANSWER.test(octets)) answers.push({ octets, isKept: existsSync(join(state, "object-1")) });
  });
});

afterEach(async () => {
  await tool.close();
  await shell.stop();
  house.stop();
  rmSync(state, { recursive: true });
});

/** Standard frames of 1.1.250 with A_PropertyValue_Response 3D6, in a connection or without: TPCI, and the upper bits of the code. */
const ANSWER = /^.. 11 fa .. .. .. [0-7][37bf] d6 /;

/** Start loading of the group address table: what was loaded must not be believed any more. */
const startLoading = (signal: AbortSignal) =>
  tool.request(
    "property.write",
    { peer: "1.1.250", object: 1, pid: 5, octets: `01${"00".repeat(9)}` },
    { signal },
  );

test("an object that is put down as loading is on the disk before the answer says so", async () => {
  await startLoading(AbortSignal.timeout(10_000));
  // Object 1, PID 5: loading.
  expect(await answers.until(() => true)).toEqual({
    octets: "b0 11 fa 11 63 66 03 d6 01 05 10 01 02 72",
    isKept: true,
  });
  expect(begun).toEqual([expect.stringMatching(/^80 b0 /)]);
}, 20_000);

test("one that cannot be kept is not promised: 74, and not a word about it on the line", async () => {
  // Of all files this one alone cannot be written.
  mkdirSync(join(state, "object-1.new"));
  const over = new AbortController();
  const asked = startLoading(over.signal).catch(() => "cancelled");
  expect(await shell.ended).toBe(74);
  expect(lines.items.filter(({ level }) => level === 60)).toMatchObject([
    { problem: expect.stringContaining(join(state, "object-1")) },
  ]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  over.abort();
  expect(await asked).toBe("cancelled");
  expect([begun, answers.items]).toEqual([[], []]);
  expect(existsSync(join(state, "object-1"))).toBe(false);
}, 20_000);
