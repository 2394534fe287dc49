import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { imageParams, readImage } from "../../src/cli/image/image.ts";
import { loadConfig } from "../../src/config/load.ts";
import { APPLICATIONS } from "../../src/core/app/application/applications.ts";
import { hardwareTypeOf } from "../../src/core/app/application/declaration.ts";
import { decodeParameters } from "../../src/core/app/application/parameters.ts";
import { toCompactHex } from "../../src/core/octets.ts";
import { knxprod, monolith } from "../../src/product/product.ts";
import { checkParams, PROCEDURES } from "../../src/shell/control/methods.ts";
import { serveControl } from "../../src/shell/control/server.ts";
import { openShell } from "../../src/shell/shell.ts";
import { startHouse } from "../../src/sim/house.ts";
import { stackOnChip, virtualClock } from "../../src/testing.ts";
import { knxpi } from "./program.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "knxpi-application-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** One of the notes, so that what stands there is true. */
const noted = readFileSync(new URL("../../firmware-notes/product.md", import.meta.url), "utf8");
const ROOM = /```yaml\n(# room\.yaml\n.*?)```/s.exec(noted)?.[1] ?? "";

/** Octets by hand, from the declaration: one after another, bits from the most significant one. */
// biome-ignore format: read by column
const DEFAULTS = [
  { name: "thermostat", hardware: "0000b3021000", octets: "00 05 0c1a 0708 0190 96" },
  { name: "gpio",       hardware: "0000b3031000", octets: "1e 20" },
  { name: "bridge",     hardware: "0000b3011000", octets: "00".repeat(5_500) },
] as const;

describe.each(DEFAULTS)("product data of $name", ({ name, hardware, octets }) => {
  const { declaration } = APPLICATIONS[name];

  test.each([
    ["one document", () => file(`${name}.xml`, monolith(declaration))],
    ["a package", () => file(`${name}.knxprod`, knxprod(declaration))],
  ])("%s: loaded with defaults", async (_, make) => {
    const image = await readImage({ product: make(), objects: file("none.yaml", "{}") });
    expect(toCompactHex(image.application?.octets ?? [])).toBe(octets.replaceAll(" ", ""));
    expect(toCompactHex(image.application?.programVersion ?? [])).toBe(
      `00fa${hardware.slice(4, 10)}`,
    );
    expect(toCompactHex(image.checks?.hardwareType ?? [])).toBe(hardware);
    expect(toCompactHex(hardwareTypeOf(declaration))).toBe(hardware);
    expect(image).toMatchObject({ extended: true, checks: { manufacturer: 0x00fa } });
  });
});

describe("parameters by name, number and text", () => {
  const loaded = async (name: keyof typeof APPLICATIONS, objects: string) => {
    const { declaration } = APPLICATIONS[name];
    const product = file(`${name}.xml`, monolith(declaration));
    const image = await readImage({ product, objects: file(`${name}.yaml`, objects) });
    const { values, refused } = decodeParameters(declaration, image.application?.octets ?? []);
    expect(refused).toEqual([]);
    return { image, values };
  };

  test("thermostat: the room of the notes", async () => {
    const { image } = await loaded("thermostat", ROOM);
    expect(toCompactHex(image.application?.octets ?? [])).toBe("00070c6507080190" + "96");
    expect(image).toMatchObject({
      groupAddresses: [0x090a, 0x2001, 0x2002],
      associations: [
        [2, 1],
        [3, 2],
        [1, 4],
      ],
      // actual CWU 9.001, set point CRWTU 9.001, comfort not linked, heating CRT 1.001, valve not linked.
      groupObjects: [0x9708, 0xdf08, 0x9300, 0x4f00, 0x4b07],
    });
  });

  test("thermostat: the mistakes of the notes", async () => {
    const wrong = ROOM.replace("Two-point", "Two point").replace("heating:", "heatng:");
    const [, said = ""] = /```\n(error: .*?)```/s.exec(noted) ?? [];
    const objects = file("room.yaml", wrong);
    const product = file("thermostat.xml", monolith(APPLICATIONS.thermostat.declaration));
    const args = ["--product", product, "--objects", objects];
    const { code, err } = await knxpi("device", "program", "1.1.20", ...args);
    expect([code, err.replaceAll(objects, "room.yaml")]).toEqual([2, said]);
  });

  test("gpio", async () => {
    const objects =
      "parameters: { debounce: 77, Send inputs after start: yes, atStop: As they are }";
    const { values } = await loaded("gpio", objects);
    expect(values).toMatchObject({ debounce: 77, atStart: "yes", atStop: "keep" });
  });

  test("bridge: an object has the size of the type that is chosen, and a name", async () => {
    const { image, values } = await loaded(
      "bridge",
      `
parameters:
  type3: 9.001 temperature
  name3: Küche
  Object 250: type: 257
objects:
  Object 3: { addresses: [4/0/3] }
  object250: { addresses: [1/1/7, 31/7/255] }`.replace("Object 250: type:", '"Object 250: type":'),
    );
    expect(values).toMatchObject({
      type3: "9.001",
      name3: "Küche",
      type250: "1.001",
      type4: "unused",
    });
    expect(image.groupObjects).toHaveLength(250);
    expect(image.groupObjects.map((word, at) => [at + 1, word]).filter(([, word]) => word)).toEqual(
      [
        [3, 0xd708],
        [250, 0xd700],
      ],
    );
    expect(image.groupAddresses).toEqual([0x0907, 0x2003, 0xffff]);
  });

  test("bridge: an object without a type has no address", async () => {
    await expect(loaded("bridge", "objects: { object7: { addresses: [1/1/7] } }")).rejects.toThrow(
      'objects.object7: the product does not show it with type7 = "not used"',
    );
  });
});

const configOf = (instance: string, knx: object, others: object = {}) => {
  const file = JSON.stringify({ instance, knx: { chip: "tpuart2", ...knx }, ...others });
  const loaded = loadConfig(file, { path: "x.yaml", env: {}, readFile: () => "" });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config;
};

const THERMOSTAT = configOf(
  "thermostat",
  { port: "sim:thermostat", address: "1.1.20", objects_from: "ets" },
  { device: { serial: "00FA:12345678", application: "thermostat" } },
);
const CLIENT = configOf("house", { port: "sim:knxpi", address: "1.1.250" });

const room = () => ({
  product: file("thermostat.xml", monolith(APPLICATIONS.thermostat.declaration)),
  objects: file("room.yaml", ROOM),
});

/** 18 °C are wanted, and switched within 0.35 K around it: 4/0/1 goes in, 1/1/10 comes out and is the lamp's. */
describe("a second knxpi on the line, as thermostat", () => {
  test("programmed from its product data, it heats; dumped and restored, it still does", async () => {
    const clock = virtualClock();
    const house = startHouse({ clock });
    const chip = house.addChip({ kind: "tpuart2", name: "thermostat" });
    const thermostat = stackOnChip(clock, chip, THERMOSTAT.stack);
    thermostat.deliver({ for: "device", type: "start.ind", at: clock.now() });
    const client = stackOnChip(clock, house.chip, CLIENT.stack);
    clock.advance(1_000);
    /** A request of the control socket. */
    const ask = (name: "device.program" | "device.dump" | "device.restore", params: object) => {
      const procedure = checkParams(PROCEDURES[name], { peer: "1.1.20", ...params });
      client.effects();
      client.deliver({ for: "client", type: "procedure.req", id: 7, procedure, at: clock.now() });
      clock.advance(60_000);
      const [ending] = client
        .effects()
        .flatMap((effect) =>
          effect.for === "control" && (effect.type === "result" || effect.type === "failure")
            ? [effect]
            : [],
        );
      return ending?.type === "result" ? ending.value : ending?.error;
    };
    const lampAt = (celsius: number): boolean => {
      house.thermometer.celsius = celsius;
      clock.advance(1_000);
      return house.lamp.on;
    };
    expect(lampAt(17.1)).toBe(false);

    const image = imageParams(await readImage(room()));
    expect(ask("device.program", { image })).toMatchObject({
      address: "1.1.20",
      loaded: [4, 3, 2, 1],
    });
    expect([17.5, 18.3, 18.5, 17.7, 17.5].map(lampAt)).toEqual([true, true, false, false, true]);

    const document = ask("device.dump", {});
    expect(ask("device.restore", { document })).toMatchObject({ loaded: [4, 3, 2, 1] });
    expect(ask("device.dump", {})).toEqual(document);
    expect([18.9, 16.3].map(lampAt)).toEqual([false, true]);

    const gpio = file("gpio.xml", monolith(APPLICATIONS.gpio.declaration));
    const wrong = await readImage({ product: gpio, objects: file("none.yaml", "{}") });
    expect(ask("device.program", { image: imageParams(wrong) })).toMatchObject({
      code: "refused",
      message: expect.stringContaining("Step 5, identity: 1.1.20 has hardware type"),
    });
    expect(lampAt(18.9)).toBe(false);
    house.stop();
  });

  test("with the command, over the socket of the first one", { timeout: 120_000 }, async () => {
    const log = pino({ level: "silent" });
    const house = startHouse();
    house.ports.add("sim:thermostat", house.addChip({ kind: "tpuart2", name: "thermostat" }));
    const [thermostat, shell] = [THERMOSTAT, CLIENT].map(({ stack, port, instance }) =>
      openShell({
        config: stack,
        about: { version: "1.2.3", instance },
        serial: { ...port, binding: house.binding },
        log,
      }),
    );
    if (thermostat === undefined || shell === undefined) throw new Error("two of them");
    for (const one of [thermostat, shell])
      await vi.waitFor(() => expect(one.look().state.dl.link.state).toBe("online"), 10_000);
    const path = join(folder, "h.sock");
    const server = await serveControl(shell.control, { path, mode: 0o600 }, log);
    try {
      const { product, objects } = room();
      const args = ["--product", product, "--objects", objects, "--socket", path, "--json"];
      const { code, out, err } = await knxpi("device", "program", "1.1.20", ...args);
      expect([code, err]).toEqual([0, ""]);
      expect(JSON.parse(out.join("\n"))).toMatchObject({ loaded: [4, 3, 2, 1] });
      const heating = new Promise<void>((resolve) => {
        const look = setInterval(() => {
          if (!house.lamp.on) return;
          clearInterval(look);
          resolve();
        }, 20);
      });
      house.thermometer.celsius = 17.5;
      await heating;
    } finally {
      await server.close();
      await shell.stop();
      await thermostat.stop();
      house.stop();
    }
  });
});
