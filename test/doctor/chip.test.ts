import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { askBus } from "../../src/cli/doctor/bus.ts";
// Loaded when it is needed, which takes its time here and is not what is tested.
import "../../src/cli/station/direct.ts";
import "../../src/cli/station/station.ts";
import { checkTransceiver } from "../../src/doctor/checks/transceiver.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { probeChip } from "../../src/doctor/probe/chip.ts";
import type { Wanted } from "../../src/doctor/wanted.ts";
import type { Chip, ChipOptions } from "../../src/sim/chip.ts";
import { type House, startHouse } from "../../src/sim/house.ts";

/** As on a real line: an answer ends the waiting. */
const PATIENT = { wantedMs: 2_200, usualMs: 800, stateMs: 120 };
const AS_EVER: Wanted = {
  port: "sim:asked",
  baud: 19_200,
  parity: "even",
  chip: "auto",
  address: "1.1.250",
  acknowledge: "host",
};

let house: House;
beforeEach(() => {
  house = startHouse();
});
afterEach(() => house.stop());

/** A transceiver of its own on the line of the house. */
const connect = (options: Omit<ChipOptions, "line">): Chip => {
  const chip = house.addChip({ name: "asked", ...options });
  house.ports.add("sim:asked", chip);
  return chip;
};

/** Something at the port that is no transceiver. */
const pretend = (answer: (octets: readonly number[]) => readonly number[]): void => {
  const listeners = new Set<(octets: readonly number[]) => void>();
  const { chip } = house;
  house.ports.add("sim:asked", {
    ...chip,
    tally: chip.tally,
    baud: 19_200,
    write: (octets) => {
      const said = answer([...octets]);
      if (said.length > 0)
        setImmediate(() => {
          for (const listener of listeners) listener(said);
        });
    },
    onOctets: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    busyMs: () => 0,
  });
};

const probe = (wanted: Partial<Wanted> = {}, patience = PATIENT) =>
  probeChip({ ...AS_EVER, ...wanted }, "sim:asked", house.binding, patience);
/** For those of whom no answer is expected. */
const AT_ONCE = { wantedMs: 60, usualMs: 10, stateMs: 20 };

const say = async (
  wanted: Partial<Wanted> = {},
  patience = PATIENT,
): Promise<readonly Finding[]> => {
  const all = { ...AS_EVER, ...wanted };
  return checkTransceiver(await probe(wanted, patience), all, all.port);
};
const shortOf = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ check, status }) => `${check} ${status}`);

describe("a transceiver that answers", () => {
  test.each(["tpuart2", "ncn5120", "e981"] as const)("%s says which one it is", async (kind) => {
    connect({ kind });
    expect(await probe()).toEqual({
      is: "answered",
      line: { baud: 19_200, parity: "even" },
      chip: kind,
      identified: true,
      powered: true,
      crystalFault: false,
      wanted: null,
    });
  });

  test.each([
    [38_400, { baud: 38_400, parity: "none" }],
    [115_200, { baud: 115_200, parity: "even" }],
  ] as const)("at %i Bd instead of 19200", async (baud, line) => {
    connect({ kind: "ncn5120", baud });
    const findings = await say({}, { ...PATIENT, wantedMs: 60 });
    expect(shortOf(findings)).toEqual(["chip ok", "line problem", "bus ok"]);
    expect(findings[1]?.remedy.slice(-2)).toEqual([`baud: ${line.baud}`, `parity: ${line.parity}`]);
  });

  test("another one than configured", async () => {
    connect({ kind: "tpuart2" });
    const [chip] = await say({ chip: "ncn5120" });
    expect([chip?.status, chip?.remedy]).toEqual([
      "problem",
      ["In the configuration, below knx: write  chip: tpuart2"],
    ]);
  });

  test("one with a supply of its own, and no voltage on the bus", async () => {
    connect({ kind: "ncn5120", supply: "own" });
    house.line.power(false);
    const findings = await say({}, { ...PATIENT, wantedMs: 60 });
    expect(shortOf(findings)).toEqual(["chip ok", "line ok", "bus problem"]);
    expect(findings[2]?.what).toContain("no voltage on the bus");
  });

  test("one that was still coming up when it was asked first", async () => {
    // SystemState.ind: all supplies good, synchronising, then normal.
    const modes = [0xf9, 0xfb];
    pretend(([octet]) =>
      octet === 0x01 ? [0x03] : octet === 0x0d ? [0x4b, modes.shift() ?? 0xfb] : [],
    );
    expect(shortOf(await say())).toEqual(["chip ok", "line ok", "bus ok"]);
  });

  test("what it has said once counts, though it is too slow the second time", async () => {
    let asked = 0;
    pretend(([octet]) => {
      if (octet === 0x01) return [0x03];
      // SystemState.ind without VBUS, State.ind
      if (octet === 0x0d) return ++asked === 1 ? [0x4b, 0xd9] : [];
      return octet === 0x02 ? [0x07] : [];
    });
    expect(await probe()).toMatchObject({ chip: "ncn5120", identified: true, powered: false });
  });

  test("an oscillator that does not run as it should", async () => {
    // Reset.ind, SystemState.ind: all supplies good, XTAL 0, normal.
    pretend(([octet]) => (octet === 0x01 ? [0x03] : octet === 0x0d ? [0x4b, 0xf3] : []));
    expect(shortOf(await say())).toContain("crystal problem");
  });
});

describe("no answer", () => {
  test("nothing at all: bus, wires, port and module, in this order", async () => {
    connect({ kind: "tpuart2" }).mute(true);
    const [chip] = await say({}, AT_ONCE);
    expect(chip?.what).toBe(
      "no transceiver answers, at 19200 8E1, 38400 8N1, 115200 8E1, 38400 8E1, 19200 8N1",
    );
    expect(chip?.remedy.map((line) => line.split(":")[0])).toEqual([
      "Bus",
      "Wires",
      "Port",
      "Module",
    ]);
  });

  test("a transceiver that is fed by a bus without voltage", async () => {
    connect({ kind: "tpuart2" });
    house.line.power(false);
    expect(await probe({}, AT_ONCE)).toMatchObject({ is: "mute", heard: "nothing" });
  });

  test("TXD and RXD connected with each other", async () => {
    pretend((octets) => octets);
    expect(await probe({}, AT_ONCE)).toMatchObject({ is: "mute", heard: "echo" });
  });

  test("a login that answers every octet with text", async () => {
    const text = [..."raspberrypi login: "].map((letter) => letter.charCodeAt(0));
    pretend(() => text);
    expect(await probe({}, AT_ONCE)).toMatchObject({ is: "mute", heard: "text" });
  });

  test("octets without a meaning", async () => {
    pretend(() => [0xe0, 0x9f, 0x66]);
    expect(await probe({}, AT_ONCE)).toMatchObject({ is: "mute", heard: "noise" });
  });

  test("a BAOS module acknowledges the reset of FT1.2", async () => {
    pretend((octets) => (octets.join() === "16,64,64,22" ? [0xe5] : []));
    const [chip] = await say({}, AT_ONCE);
    expect(chip?.what).toContain("kBerry");
  });

  test("a port that cannot be opened says why", async () => {
    connect({ kind: "tpuart2" });
    house.ports.deny("sim:asked");
    const [chip] = await say({}, AT_ONCE);
    expect(chip?.remedy).toEqual(["See permission above."]);
  });
});

describe("whether our address is free", () => {
  test("nobody answers there", async () => {
    connect({ kind: "tpuart2" });
    const findings = await askBus(AS_EVER, "sim:asked", house.binding);
    expect(findings.at(-1)).toMatchObject({ check: "own-address", status: "ok" });
  });

  test("a device answers there", async () => {
    connect({ kind: "ncn5120" });
    const findings = await askBus({ ...AS_EVER, address: "1.1.10" }, "sim:asked", house.binding);
    expect(findings.at(-1)).toMatchObject({
      check: "own-address",
      status: "problem",
      what: "1.1.10 is in use: another device answers there (mask 07B0)",
      remedy: [
        "Give the bridge an address that is free (knx.address). Which are in use on this line:",
        "knxpi device scan 1.1",
      ],
    });
  });

  test("without a configuration there is no address", async () => {
    connect({ kind: "tpuart2" });
    const findings = await askBus({ ...AS_EVER, address: null }, "sim:asked", house.binding);
    expect(findings.at(-1)?.status).toBe("skipped");
  });
});
