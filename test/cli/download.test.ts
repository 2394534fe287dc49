import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageParams, readImage } from "../../src/cli/image/image.ts";
import { openDirect } from "../../src/cli/station/direct.ts";
import { createStation } from "../../src/cli/station/station.ts";
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

const PRODUCT = {
  format: "knxpi device product",
  version: 1,
  name: "dimmer",
  manufacturer: "0083",
  hardwareType: "000001352100",
  application: { octets: "0c1a07", fill: 0, programVersion: "0083013522", peiType: 255 },
  properties: [{ object: 0, pid: 52, octets: "33" }],
  objects: {
    1: { name: "switch", size: "1 bit", flags: "UTWC" },
    2: { name: "dim", dpt: "3.007", flags: "TC" },
    4: { name: "temperature", dpt: "9.001", flags: "RCT", priority: "urgent" },
  },
};

const OBJECTS = `
objects:
  2:
    name: dims only
    addresses: [1/2/3]
  1:
    addresses: [1/1/2, 1/1/1]   # sends to the first one
`;

describe("files to image", () => {
  test("11.28, 11.29: ascending addresses, the sending one first, C only with an address", () => {
    const image = readImage({
      product: file("product.json", PRODUCT),
      objects: file("objects.yaml", OBJECTS),
    });
    expect(imageParams(image)).toEqual({
      application: { octets: "0c1a07", fill: 0, programVersion: "0083013522", peiType: 255 },
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

  // biome-ignore format: read by column
  test.each([
    ["1 bit", "00"],    ["7 bits", "06"],   ["1 octet", "07"],   ["2 octets", "08"],   ["3 octets", "09"],
    ["4 octets", "0a"], ["6 octets", "0b"], ["8 octets", "0c"],  ["10 octets", "0d"],  ["14 octets", "0e"],
    ["5 octets", "0f"], ["7 octets", "10"], ["9 octets", "11"],  ["11 octets", "12"],  ["12 octets", "13"],
    ["13 octets", "14"], ["15 octets", "15"], ["248 octets", "fe"], ["252 octets", "ff"],
  ])("device-model.md 4: %s is value field type %s", (size, type) => {
    const objects = file("size.yaml", `objects: { 1: { size: ${size}, flags: w, addresses: [] } }`);
    const { groupObjects } = readImage({ product: file("p.json", { ...PRODUCT, objects: {} }), objects });
    expect(groupObjects.map((word) => word.toString(16))).toEqual([`13${type}`]);
  });

  test("an image is taken as it is, and with other objects keeps their sizes and flags", () => {
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
    expect(readImage({ image }).groupAddresses).toEqual([0x0902, 0x0a03]);
    const objects = file("other.yaml", "objects: { 2: { addresses: [1/1/7] } }");
    expect(readImage({ image, objects })).toMatchObject({
      groupAddresses: [0x0907],
      associations: [[1, 2]],
      // Nothing links the first one any more.
      groupObjects: [0xd300, 0x4703],
    });
  });

  // biome-ignore format: read by column
  test.each([
    ["objects:\n  1: { addresses: [1/9/3] }",            "2:20 objects.1.addresses[0]: \"1/9/3\": the middle group goes from 0 to 7"],
    ["objects:\n  3: { addresses: [1/1/3] }",            "2:6 objects.3: the product has no group object 3"],
    ["objects:\n  1: { addresses: [1/1/3, 1/1/3] }",     "2:19 objects.1.addresses: an address stands here twice"],
    ["objects:\n  1: { flags: CWX }",                    "2:15 objects.1.flags: \"CWX\": flags are letters"],
    ["objects:\n  1: { adresses: [1/1/3] }",             "2:8 objects.1.adresses: unknown key \"adresses\""],
    ["objects:\n  1: { size: 2 bytes }",                 "2:14 objects.1.size: \"2 bytes\": a size is written"],
    ["objects:\n  1: { dpt: 99.001 }",                   "2:13 objects.1.dpt: \"99.001\": not a datapoint type"],
    ["objects:\n  0: { addresses: [] }",                 "objects.0"],
    ["objects: [",                                       ":1:"],
  ])("a mistake has its place: %j", (text, says) => {
    const objects = file("wrong.yaml", text);
    const product = file("product.json", PRODUCT);
    const read = () => readImage({ product, objects });
    expect(read).toThrow(objects);
    expect(read).toThrow(says);
  });

  test("so has one in a product, all of them at once", () => {
    const product = file("wrong.json", {
      ...PRODUCT,
      version: 2,
      application: { ...PRODUCT.application, programVersion: "0083", fill: 256 },
    });
    const objects = file("objects.yaml", OBJECTS);
    expect(() => readImage({ product, objects })).toThrow(
      /wrong\.json:3:\d+ version: .*\n.*application\.fill: .*\n.*application\.programVersion: .*5 octets/,
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

  test("a file that is no dump: 1, and where", async () => {
    const path = file("no-dump.json", { format: "knxpi device image" });
    const { code, err } = await knxpi("device", "restore", "1.1.5", path);
    expect([code, err]).toEqual([1, expect.stringContaining(`${path}:2:`)]);
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
    const image = imageParams(
      readImage({
        product: file("product.json", PRODUCT),
        objects: file("objects.yaml", OBJECTS),
      }),
    );
    const progress = (done: number, total: number) => void seen.push([done, total]);
    expect(await station.request("device.program", { peer, image }, { progress })).toMatchObject({
      address: peer,
      loaded: [4, 3, 2, 1],
    });
    expect(seen.at(-1)).toEqual([35, 35]);
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
