import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageParams, readImage } from "../../src/cli/image/image.ts";
import { openDirect } from "../../src/cli/station/direct.ts";
import { createStation } from "../../src/cli/station/station.ts";
import { toCompactHex } from "../../src/core/octets.ts";
import { startHouse } from "../../src/sim/house.ts";
import { knxpi } from "./program.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "knxpi-image-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | object): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
  return path;
};

/** Product data of another maker, written by hand. */
const DIMMER = readFileSync(new URL("dimmer.xml", import.meta.url), "utf8");

/** The same with something else in it. */
const dimmer = (...changes: readonly (readonly [from: string, to: string])[]): string =>
  file(
    "dimmer.xml",
    changes.reduce((xml, [from, to]) => {
      expect(xml).toContain(from);
      return xml.replaceAll(from, to);
    }, DIMMER),
  );

const OBJECTS = `
parameters:
  Mode: Dimming
objects:
  2:
    addresses: [1/2/3]
  Switch:
    addresses: [1/1/2, 1/1/1]   # sends to the first one
`;

const imageOf = (objects: string, product = dimmer()) =>
  readImage({ product, objects: file("objects.yaml", objects) });

const FILL = "a5a5a5a5a5a5";

describe("files to image", () => {
  test("11.28, 11.29: ascending addresses, the sending one first, C only with an address", async () => {
    expect(imageParams(await imageOf(OBJECTS))).toEqual({
      application: {
        octets: `c4014d02bcfd48616c6c000c1a3fc00000b2d05e01a509${FILL}`,
        fill: 0xa5,
        programVersion: "0083013522",
      },
      groupAddresses: [0x0901, 0x0902, 0x0a03],
      associations: [
        [2, 1],
        [1, 1],
        [3, 2],
      ],
      groupObjects: [0xd700, 0x4703, 0, 0x4a08],
      properties: [{ object: 0, pid: 52, octets: "33" }],
      checks: { manufacturer: 0x0083, hardwareType: "000001352100" },
    });
  });

  /** 29 octets, of which the last six are nobody's. Where a parameter stands: Offset and BitOffset of dimmer.xml. */
  // biome-ignore format: read by column
  test.each([
    ["{}",                                        "84 012c 02bc fd 48616c6c00 0c1a 3fc00000 b2d05e01 0011"],
    ["{ Mode: Dimming }",                         "c4 014d 02bc fd 48616c6c00 0c1a 3fc00000 b2d05e01 a509"],
    ["{ Mode: 2, WhenDimming: -2 }",              "c4 014d 02bc fd 48616c6c00 0c1a 3fc00000 b2d05e01 a5fe"],
    ["{ Operating mode: dimming, RampUp: 555 }",  "c4 022b 02bc fd 48616c6c00 0c1a 3fc00000 b2d05e01 a509"],
    ["{ Invert: yes, RampDown: 7000 }",           "85 012c 1b58 fd 48616c6c00 0c1a 3fc00000 b2d05e01 0011"],
    ["{ Offset: -99, Name: 'Tür €' }",            "84 012c 02bc 9d 54fc7220a4 0c1a 3fc00000 b2d05e01 0011"],
    ["{ Limit: -30, Gain: 0.15625, Delay: 7 }",   "84 012c 02bc fd 48616c6c00 8a24 3e200000 00000007 0011"],
  ])("parameters %s", async (parameters, octets) => {
    const { application } = await imageOf(`parameters: ${parameters}`);
    expect(toCompactHex(application?.octets ?? [])).toBe(octets.replaceAll(" ", "") + FILL);
  });

  test("what is not shown is no group object", async () => {
    expect((await imageOf("parameters: { Offset: 8 }")).groupObjects).toEqual([0xd300, 0, 0, 0]);
    expect((await imageOf("parameters: { Offset: 7, Mode: Dimming }")).groupObjects).toEqual([
      0xd300, 0x4303, 0, 0x4a08,
    ]);
  });

  test("flags and priority of the file stand above those of the product", async () => {
    const objects =
      "objects: { Heat sink: { flags: ci, priority: normal, addresses: [31/7/255] } }";
    expect((await imageOf(objects)).groupObjects).toEqual([0xd300, 0, 0, 0x2508]);
  });

  // biome-ignore format: read by column
  test.each([
    ["1 Bit", "00"],    ["7 Bit", "06"],    ["1 Byte", "07"],    ["2 Bytes", "08"],    ["3 Bytes", "09"],
    ["4 Bytes", "0a"],  ["6 Bytes", "0b"],  ["8 Bytes", "0c"],   ["10 Bytes", "0d"],   ["14 Bytes", "0e"],
    ["5 Bytes", "0f"],  ["7 Bytes", "10"],  ["9 Bytes", "11"],   ["11 Bytes", "12"],   ["12 Bytes", "13"],
    ["13 Bytes", "14"], ["15 Bytes", "15"], ["248 Bytes", "fe"], ["252 Bytes", "ff"],
  ])("device-model.md 4: %s is value field type %s", async (size, type) => {
    const { groupObjects } = await imageOf(
      "parameters: { Mode: Dimming }\nobjects: { Dim: { flags: w } }",
      dimmer(['ObjectSize="4 Bit"', `ObjectSize="${size}"`]),
    );
    expect(groupObjects[1]?.toString(16)).toBe(`13${type}`);
  });

  test("an image is taken as it is, and with other objects keeps their sizes and flags", async () => {
    const image = file("image.json", {
      format: "knxpi device image",
      version: 1,
      groupAddresses: ["0902", "0a03"],
      associations: [
        [1, 1],
        [2, 2],
      ],
      groupObjects: ["d700", "4703"],
    });
    expect((await readImage({ image })).groupAddresses).toEqual([0x0902, 0x0a03]);
    const objects = file("other.yaml", "objects: { 2: { addresses: [1/1/7] } }");
    expect(await readImage({ image, objects })).toMatchObject({
      groupAddresses: [0x0907],
      associations: [[1, 2]],
      // Nothing links the first one any more.
      groupObjects: [0xd300, 0x4703],
    });
    const wrong = file("wrong.yaml", "objects: { 3: {} }\nparameters: { Mode: 1 }");
    await expect(readImage({ image, objects: wrong })).rejects.toThrow(
      /there is no group object "3", it has 1, 2.*\n.*there is no parameter "Mode", it has none/,
    );
  });

  // biome-ignore format: read by column
  test.each([
    ["objects:\n  1: { addresses: [1/9/3] }",             "2:20 objects.1.addresses[0]: \"1/9/3\": the middle group goes from 0 to 7"],
    ["objects:\n  3: { addresses: [1/1/3] }",             "2:3 objects.3: there is no group object \"3\", it has Switch, Dim, Temperature"],
    ["objects:\n  Swich: { addresses: [1/1/3] }",         "2:3 objects.Swich: there is no group object \"Swich\", it has Switch, Dim, Temperature, did you mean \"Switch\"?"],
    ["objects:\n  Channel: { addresses: [1/1/3] }",       "2:3 objects.Channel: 2 of them are called \"Channel\": say 1, 2"],
    ["objects:\n  1: { flags: C }\n  Switch: {}",         "3:3 objects.Switch: this is \"Switch\", which stands here already"],
    ["objects:\n  Dim: { addresses: [1/1/3] }",           "2:3 objects.Dim: the product does not show it with Mode = \"Switching\""],
    ["objects:\n  1: { addresses: [1/1/3, 1/1/3] }",      "2:27 objects.1.addresses[1]: an address stands here twice"],
    ["objects:\n  1: { flags: CWX }",                     "2:15 objects.1.flags: \"CWX\": flags are letters"],
    ["objects:\n  1: { adresses: [1/1/3] }",              "2:8 objects.1.adresses: unknown key \"adresses\""],
    ["objects: [",                                        ":1:"],
    ["parameters:\n  Mode: Diming",                       "2:9 parameters.Mode: \"Diming\": one of Switching, Dimming is needed"],
    ["parameters:\n  Mode: 1",                            "2:9 parameters.Mode: \"1\": one of Switching, Dimming is needed"],
    ["parameters:\n  RampUp: 2",                          "2:11 parameters.RampUp: \"2\": a whole number from 3 to 7000 is needed"],
    ["parameters:\n  RampUp: 9.5",                        "2:11 parameters.RampUp: \"9.5\": a whole number from 3 to 7000 is needed"],
    ["parameters:\n  Limit: warm",                        "2:10 parameters.Limit: \"warm\": a number from -30 to 90 is needed"],
    ["parameters:\n  Name: Stairs",                       "2:9 parameters.Name: \"Stairs\": text of up to 5 characters of iso-8859-15"],
    ["parameters:\n  Name: 日本",                          "2:9 parameters.Name: \"日本\": text of up to 5 characters of iso-8859-15"],
    ["parameters:\n  Name: 007",                          "2:9 parameters.Name: \"7\": text of up to 5 characters of iso-8859-15, in quotes where it looks like a number"],
    ["parameters:\n  Ramp: 9",                            "2:3 parameters.Ramp: 2 of them are called \"Ramp\": say RampUp, RampDown"],
    ["parameters:\n  WhenDimming: 9",                     "2:16 parameters.WhenDimming: the product does not show it with Mode = \"Switching\""],
    ["parameters:\n  Page: x",                            "2:9 parameters.Page: the product never shows it"],
    ["parameters:\n  Mod: Dimming",                       "there is no parameter \"Mod\", it has Mode, Invert, RampUp, RampDown, Offset, Name, Limit, Gain, Delay, WhenSwitching, WhenDimming, Page, did you mean \"Mode\"?"],
  ])("a mistake has its place: %j", async (text, says) => {
    const objects = file("wrong.yaml", text);
    const read = readImage({ product: dimmer(), objects });
    await expect(read).rejects.toThrow(objects);
    await expect(read).rejects.toThrow(says);
  });

  test("all of them at once", async () => {
    await expect(
      imageOf("parameters: { Mode: x }\nobjects: { y: {}, 1: { flags: z } }"),
    ).rejects.toThrow(/objects\.1\.flags/);
    await expect(imageOf("parameters: { Mode: x }\nobjects: { y: {} }")).rejects.toThrow(
      /parameters\.Mode.*\n.*objects\.y/,
    );
  });
});

describe("wrong usage ends with 2, before a file is read", () => {
  // biome-ignore format: read by column
  test.each([
    ["device program 1.1.5",                              "--product FILE, or --image FILE"],
    ["device program 1.1.5 --product a --image b",        "--product FILE, or --image FILE"],
    ["device program 1.1.5 --product a",                  "add --objects FILE"],
    ["device dump",                                       "missing required argument 'ia'"],
    ["device restore 1.1.5",                              "missing required argument 'file'"],
  ])("%s", async (line, says) => {
    const { code, err } = await knxpi(...line.split(" "));
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
  });

  test.each(["program", "dump", "restore"])("device %s --help, with examples", async (command) => {
    const { code, err } = await knxpi("device", command, "--help");
    expect([code, err]).toEqual([
      0,
      expect.stringContaining(`Examples:\n  knxpi device ${command}`),
    ]);
  });

  test("a file that is no dump: 2, and where", async () => {
    const path = file("no-dump.json", { format: "knxpi device image" });
    const { code, err } = await knxpi("device", "restore", "1.1.5", path);
    expect([code, err]).toEqual([2, expect.stringContaining(`${path}:2:`)]);
  });
});

test("in the house: programmed from files, dumped, restored", { timeout: 90_000 }, async () => {
  const house = startHouse();
  const station = createStation(
    await openDirect({ port: house.path, binding: house.binding, address: "1.1.99" }),
  );
  try {
    const peer = "1.1.11";
    const seen: [number, number][] = [];
    const image = imageParams(await imageOf(OBJECTS));
    const progress = (done: number, total: number) => void seen.push([done, total]);
    expect(await station.request("device.program", { peer, image }, { progress })).toMatchObject({
      address: peer,
      loaded: [4, 3, 2, 1],
    });
    expect(seen.at(-1)).toEqual([61, 61]);
    const document = await station.request("device.dump", { peer });
    const path = file("dump.json", JSON.stringify(document));
    const again = JSON.parse(readFileSync(path, "utf8"));
    expect(await station.request("device.restore", { peer, document: again })).toMatchObject({
      loaded: [4, 3, 2, 1],
    });
    expect(await station.request("device.dump", { peer })).toEqual(document);
    await expect(
      station.request("device.restore", { peer: "1.1.10", document: again }),
    ).rejects.toThrow(/^Step 5, identity: 1\.1\.10 has hardware type/);
  } finally {
    await station.close();
    house.stop();
  }
});
