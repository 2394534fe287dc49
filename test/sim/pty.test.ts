import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { afterEach, beforeEach, expect, test } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { type House, startHouse } from "../../src/sim/house.ts";
import { offerOnPty, type Pty } from "../../src/sim/pty.ts";
import { ready } from "./desk.ts";

const { CI } = process.env;
const program = "socat";
const hasSocat = spawnSync(program, ["-V"]).error === undefined;

let folder = "";
let house: House;
let pty: Pty | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "knxpi-pty-"));
  house = startHouse();
});
afterEach(async () => {
  await pty?.close();
  pty = undefined;
  house.stop();
  rmSync(folder, { recursive: true });
});

/** Opens the device, writes, waits for as many octets, closes. */
const talk = async (path: string, write: string, count: number): Promise<string> => {
  const port = new SerialPort({ path, baudRate: 19200, autoOpen: false });
  await new Promise<void>((resolve, reject) =>
    port.open((error) => (error === null ? resolve() : reject(error))),
  );
  const octets: number[] = [];
  await new Promise<void>((resolve) => {
    port.on("data", (data: Buffer) => {
      octets.push(...data);
      if (octets.length >= count) resolve();
    });
    port.write(Buffer.from(write, "hex"));
  });
  await new Promise<void>((resolve) => port.close(() => resolve()));
  return toHex(octets);
};

// On a machine for continuous integration a missing socat is a failure, elsewhere the reason to leave this out.
test.skipIf(!hasSocat && CI === undefined)("a chip on a pty, through socat", async () => {
  const path = join(folder, "chip");
  await ready(house);
  pty = await offerOnPty(house.chip, path);
  expect(await talk(path, "02", 1)).toBe("07");
  expect(await talk(path, "20", 1)).toBe("41");
  // 1.1.5 stops the blind, which stands still: acknowledged, and no other frame follows.
  const upload = "80bc811182058311840285e1860087814824";
  expect(await talk(path, upload, 10)).toBe("bc 11 05 11 02 e1 00 81 24 8b");

  await pty.takeAway();
  expect(existsSync(path)).toBe(false);
  await expect(talk(path, "02", 1)).rejects.toThrow("No such file or directory");
  await pty.giveBack();
  expect(await talk(path, "02", 1)).toBe("07");
  await pty.close();
  expect(existsSync(path)).toBe(false);
});

test("without socat the message says what to install", async () => {
  await expect(offerOnPty(house.chip, join(folder, "chip"), join(folder, "socat"))).rejects.toThrow(
    "socat is not installed: apt-get install socat",
  );
});

test.skipIf(!hasSocat && CI === undefined)(
  "what socat cannot do is told in its words",
  async () => {
    const nowhere = join(folder, "missing", "chip");
    await expect(offerOnPty(house.chip, nowhere)).rejects.toThrow(/cannot offer .*missing/);
  },
);
