import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, type Zippable, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readProduct } from "../../src/product/read/product.ts";
import { knxpi } from "./program.ts";

const DIMMER = readFileSync(new URL("dimmer.xml", import.meta.url), "utf8");
const PROGRAM = "M-0083/M-0083_A-0135-22-0000.xml";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "knxpi-product-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const pack = (files: Zippable): string => file("dimmer.knxprod", zipSync(files));

/** `device program`, with nobody there who could be told anything: whatever gets that far ends with 1. */
const program = async (product: string): Promise<readonly [code: number, err: string]> => {
  const objects = file("objects.yaml", "objects: { Switch: { addresses: [1/1/3] } }");
  const socket = join(folder, "nobody.sock");
  const files = ["--product", product, "--objects", objects, "--socket", socket];
  const { code, err } = await knxpi("device", "program", "1.1.5", ...files);
  return [code, err];
};

test("a good one is read, and then asked for: 1, for nobody is there", async () => {
  const says = expect.stringContaining("there is no control socket");
  expect(await program(file("dimmer.xml", DIMMER))).toEqual([1, says]);
  expect(await program(pack({ [PROGRAM]: strToU8(DIMMER) }))).toEqual([1, says]);
});

describe("a file that is no product data: 2, what is wrong, and where", () => {
  // biome-ignore format: read by column
  test.each([
    ["no such file",             () => join(folder, "nowhere.xml"),                                   /nowhere\.xml/],
    ["a folder",                 () => folder,                                                        /not a file/],
    ["a device without an end",  () => "/dev/zero",                                                   /not a file/],
    ["nothing",                  () => file("x.xml", ""),                                             /x\.xml:1:1: .*not well-formed/],
    ["something else",           () => file("x.xml", '{ "format": "knxpi device product" }'),         /x\.xml:1:\d+: not well-formed/],
    ["octets",                   () => file("x.bin", Uint8Array.of(0xff, 0xfe, 0x00, 0x61)),          /x\.bin: neither a package .* nor XML/],
    ["half of it",               () => file("x.xml", DIMMER.slice(0, 3007)),                          /x\.xml:\d+:\d+: not well-formed/],
    ["another document",         () => file("x.xml", '<?xml version="1.0"?><html/>'),                 /x\.xml:1:\d+: html: not product data/],
    ["no program in it",         () => file("x.xml", "<KNX><ManufacturerData/></KNX>"),               /there is no ApplicationProgram/],
    ["a DOCTYPE",                () => file("x.xml", DIMMER.replace("<KNX ", '<!DOCTYPE KNX [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<KNX ')), /x\.xml:2:\d+: it has a DOCTYPE/],
    ["an entity of its own",     () => file("x.xml", DIMMER.replace('Name="Dimmer"', 'Name="&a;"')),  /x\.xml:6:\d+: not well-formed XML: undefined entity/],
    ["elements in elements",     () => file("x.xml", `<KNX>${"<a>".repeat(100)}`),                    /nested more than 64 deep/],
    ["many elements",            () => file("x.xml", `<KNX>${"<a/>".repeat(500_001)}</KNX>`),         /more than 500000 elements/],
    ["half a package",           () => file("x.knxprod", zipSync({ [PROGRAM]: strToU8(DIMMER) }).slice(0, 500)), /x\.knxprod: this package cannot be read/],
    ["a package of other parts", () => pack({ "knx_master.xml": strToU8("<KNX/>"), "M-0083/Hardware.xml": strToU8("<KNX/>") }), /no application program in this package: .* among its 2 parts/],
    ["nothing in the program",   () => pack({ [PROGRAM]: strToU8("") }),                              /M-0083_A-0135-22-0000\.xml:1:1: /],
  ])("%s", async (_, make, says) => {
    expect(await program(make())).toEqual([2, expect.stringMatching(says)]);
  });

  // biome-ignore format: read by column
  test.each([
    ["it needs 4 GB",        'Size="27" L',               'Size="4294967295" L',          "wrong.xml:9:15: RelativeSegment S-4: Size is \"4294967295\", and should be a number from 1 to 1048576"],
    ["and so do the steps",  'Size="29" Mode="1"',        'Size="99999999" Mode="1"',     "LdCtrlRelSegment: Size is \"99999999\""],
    ["less than it has",     'Size="29" Mode="1"',        'Size="26" Mode="1"',           "its 27 octets do not fit the 26 that are allocated"],
    ["not made ready",       'Size="27" L',               'Size="%MemorySize%" L',        "Size is \"%MemorySize%\", and should be a number"],
    ["another system",       "MV-07B0",                   "MV-0701",                      "MaskVersion \"MV-0701\": only devices of System B"],
    ["another procedure",    "MergedProcedure",           "ProductProcedure",             "only MergedProcedure is understood"],
    ["an unknown step",      "<LdCtrlLoadImageProp",      "<LdCtrlSetControlVariable",    "LdCtrlSetControlVariable: this step of a load procedure is not understood"],
    ["another comparison",   'PropId="78"',               'PropId="15"',                  "only property 78 of object 0"],
    ["a type that is gone",  'Type="PT-ramp"',            'Type="PT-gone"',               "Parameter P-3: its type is missing"],
    ["a default too big",    'Value="700"',               'Value="7001"',                 "Parameter P-4: its value \"7001\" should be a whole number from 3 to 7000"],
    ["beyond the segment",   'Offset="17"',               'Offset="26"',                  "Parameter P-9: it stands beyond the 29 octets of its segment"],
    ["no such segment",      'Segment="S-4" Offset="17"', 'Segment="S-9" Offset="17"',    "Parameter P-9: there is no segment S-9"],
    ["two of one number",    'Number="2"',                'Number="1"',                   "ComObject O-2: there are two objects with number 1"],
    ["a size that is none",  '"4 Bit"',                   '"9 Bit"',                      "ComObject O-2: ObjectSize \"9 Bit\" is not understood"],
    ["a choice of nothing",  'ParamRefId="P-1_R-1"',      'ParamRefId="P-1_R-9"',         "choose: there is no parameter reference P-1_R-9"],
    ["in a property",        '<Memory CodeSegment="S-4" Offset="17"', '<Property ObjectIndex="0" PropertyId="9" Offset="17"', "a parameter in a property and not in memory is not understood"],
    ["modules",              '<ParameterRefRef RefId="P-2_R-2" />',   '<Module Id="MD-1" RefId="MD" />',                      "Module MD-1: modules are not understood"],
  ])("%s", async (_, from, to, says) => {
    expect(DIMMER).toContain(from);
    const product = file("wrong.xml", DIMMER.replace(from, to));
    expect(await program(product)).toEqual([2, expect.stringContaining(says)]);
  });

  test("a bomb, honest about its size or not", { timeout: 30_000 }, async () => {
    const zip = zipSync({ [PROGRAM]: [new Uint8Array(65 * 1024 * 1024), { level: 1 }] });
    expect(await program(file("bomb.knxprod", zip))).toEqual([
      2,
      expect.stringContaining("product data of up to 67108864 octets are read"),
    ]);
    // Uncompressed size, in the directory and before the part itself.
    const view = new DataView(zip.buffer, zip.byteOffset);
    const directory = zip.lastIndexOf(0x50, zip.length - 23);
    for (const at of [22, directory + 24]) view.setUint32(at, 977, true);
    expect(await program(file("liar.knxprod", zip))).toEqual([
      2,
      expect.stringContaining("cannot be read"),
    ]);
  });

  test("more than there is room for, before it is read", async () => {
    const path = file("huge.xml", "<KNX>");
    truncateSync(path, 3_000_000_000);
    expect(await program(path)).toEqual([2, expect.stringContaining("3000000000 octets")]);
  });

  test("something that waits for a writer for ever", async () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    expect(await program(path)).toEqual([2, expect.stringContaining("not a file")]);
  });
});

describe("several programs", () => {
  const OTHER = DIMMER.replaceAll("M-0083_A-0135-22-0000", "M-0083_A-0135-23-0000").replace(
    'ApplicationVersion="34"',
    'ApplicationVersion="35"',
  );
  const both = () =>
    pack({
      [PROGRAM]: strToU8(DIMMER),
      "M-0083/M-0083_A-0135-23-0000.xml": strToU8(OTHER),
      "knx_master.xml": strToU8("<KNX/>"),
    });

  test("one has to be chosen", async () => {
    await expect(readProduct(both())).rejects.toThrow(
      "there are M-0083_A-0135-22-0000, M-0083_A-0135-23-0000; say which one with --program",
    );
    await expect(readProduct(both(), "M-0083_A-0135-24-0000")).rejects.toThrow("and not one");
    expect(await readProduct(both(), "M-0083_A-0135-23-0000")).toMatchObject({
      manufacturer: 0x83,
      programVersion: [0x00, 0x83, 0x01, 0x35, 0x23],
    });
  });
});
