import { describe, expect, test } from "vitest";
import { definitionId } from "../../src/project/application.ts";
import { agreedDpt, sameDpt, statedDpt } from "../../src/project/dpt.ts";
import { archive, type Files, knx, projectIn, workplace } from "./archives.ts";
import { flags } from "./house.ts";

const { put } = workplace();

describe("the datapoint type that stands at one place", () => {
  // biome-ignore format: read by column
  test.each([
    { text: "DPST-9-1",                      dpt: "9.001"   },
    { text: "DPT-9",                         dpt: "9.xxx"   },
    { text: "DPST-20-102",                   dpt: "20.102"  },
    { text: "DPST-251-600",                  dpt: "251.600" },
    { text: "DPST-7-1200",                   dpt: "7.1200"  },
    { text: "9.001",                         dpt: "9.001"   },
    { text: "DPST-1-1 DPST-1-1",             dpt: "1.001"   },
    { text: "DPT-5 DPST-5-1",                dpt: "5.001"   },
    { text: "DPST-5-1 DPT-5",                dpt: "5.001"   },
    { text: "DPT-9 DPST-9-1 DPST-9-2",       dpt: "9.xxx"   },
    { text: "DPST-1-8 DPST-1-1",             dpt: "1.008"   },
    { text: "",                              dpt: null      },
  ])("$text", ({ text, dpt }) => {
    expect(statedDpt(text)).toEqual({ dpt, unknown: [], several: false });
  });

  test("words that are none, and types of several kinds", () => {
    expect(statedDpt("temperature DPST-9-1 9.1")).toEqual({
      dpt: "9.001",
      unknown: ["temperature", "9.1"],
      several: false,
    });
    expect(statedDpt("DPST-5-1 DPST-1-1")).toEqual({ dpt: "5.001", unknown: [], several: true });
  });
});

describe("what linked objects agree on", () => {
  // biome-ignore format: read by column
  test.each([
    { said: [],                                  dpt: null,    differ: null   },
    { said: ["9.001"],                           dpt: "9.001", differ: null   },
    { said: ["9.001", "9.001"],                  dpt: "9.001", differ: null   },
    { said: ["9.xxx", "9.001", "9.xxx"],         dpt: "9.001", differ: null   },
    { said: ["9.xxx", "9.xxx"],                  dpt: "9.xxx", differ: null   },
    { said: ["1.001", "1.008", "1.001"],         dpt: "1.001", differ: "sub"  },
    { said: ["1.008", "1.001", "1.xxx"],         dpt: "1.xxx", differ: "sub"  },
    { said: ["1.001", "5.001", "1.001"],         dpt: null,    differ: "main" },
    { said: ["1.001", "15.000"],                 dpt: null,    differ: "main" },
  ])("$said: $dpt", ({ said, dpt, differ }) => {
    expect(agreedDpt(said)).toEqual({ dpt, differ });
  });

  test.each([
    ["9.001", "9.001", true],
    ["9.xxx", "9.001", true],
    ["9.001", "9.xxx", true],
    ["9.001", "9.002", false],
    ["1.xxx", "11.001", false],
  ])("%s and %s", (a, b, same) => {
    expect(sameDpt(a, b)).toBe(same);
  });
});

describe("the object in the application program that a device means", () => {
  const program = "M-0083_A-0098-11-29A3";
  // biome-ignore format: read by column
  test.each([
    { ref: "M-0083_A-0013-11-A9D6_O-0_R-10000",                       id: "M-0083_A-0013-11-A9D6_O-0_R-10000" },
    { ref: "M-0008_A-1144-13-EB4F-O000A_O-7_R-1",                     id: "M-0008_A-1144-13-EB4F-O000A_O-7_R-1" },
    { ref: "O-40_R-1433",                                             id: `${program}_O-40_R-1433` },
    { ref: "MD-2_M-22_MI-1_O-2-31_R-3",                               id: `${program}_MD-2_O-2-31_R-3` },
    { ref: "MD-1_M-2_MI-1_O-2-0_R-99",                                id: `${program}_MD-1_O-2-0_R-99` },
    { ref: "MD-4_M-15_MI-1_SM-1_M-1_MI-1-1-2_SM-1_O-3-1_R-2",         id: `${program}_MD-4_SM-1_O-3-1_R-2` },
    { ref: `${program}_MD-1_M-2_MI-1_O-2-0_R-99`,                     id: `${program}_MD-1_O-2-0_R-99` },
  ])("$ref", ({ ref, id }) => {
    expect(definitionId(ref, program)?.id).toBe(id);
  });

  test("none, where nobody says which program it is, or no object is named", () => {
    expect(definitionId("O-40_R-1433", undefined)).toBeUndefined();
    expect(definitionId("P-40_R-1433", program)).toBeUndefined();
  });
});

const APPLICATION = "M-00C8_A-0098-11-29A3";

/** Devices of one kind in a project of ETS 6, with one address (1/2/3) unless there are others. */
const project = (
  devices: string,
  definitions: string,
  more: Readonly<{ locations?: string; addresses?: string }> = {},
): Files => ({
  "P-01B2/0.xml": knx(
    22,
    `<Project Id="P-01B2"><Installations><Installation Name=""><Topology>
<Area Address="1"><Line Address="3">${devices}</Line></Area></Topology>
<Locations>${more.locations ?? ""}</Locations>
<GroupAddresses><GroupRanges>${more.addresses ?? ADDRESS}</GroupRanges></GroupAddresses>
</Installation></Installations></Project>`,
  ),
  [`M-00C8/${APPLICATION}.xml`]: knx(
    22,
    `<ManufacturerData><Manufacturer RefId="M-00C8"><ApplicationPrograms><ApplicationProgram Id="${APPLICATION}">${definitions}</ApplicationProgram></ApplicationPrograms></Manufacturer></ManufacturerData>`,
  ),
});

const ADDRESS = `<GroupAddress Id="P-01B2-0_GA-1" Address="2563" Name="a" />`;

const device = (id: number, objects: string): string =>
  `<DeviceInstance Id="P-01B2-0_DI-${id}" Address="${id}" Name="d${id}" ProductRefId="M-00C8_H-7-1_P-X" Hardware2ProgramRefId="M-00C8_H-7-1_HP-0098-11-29A3"><ComObjectInstanceRefs>${objects}</ComObjectInstanceRefs></DeviceInstance>`;

const definition = (object: string, reference: string, module = ""): string =>
  `<ComObjectTable><ComObject Id="${APPLICATION}_${module}O-3" ${object} /></ComObjectTable><ComObjectRefs><ComObjectRef Id="${APPLICATION}_${module}O-3_R-5" RefId="${APPLICATION}_${module}O-3" ${reference} /></ComObjectRefs>`;

const read = async (files: Files) => projectIn(put("resolve.knxproj", archive(files)));

describe("flags and types: device over reference over object", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "object alone",         object: `${flags("CRI")} DatapointType="DPST-5-1"`, reference: ``,                                                  instance: ``,                                                flags: "CRI",  dpt: "5.001" },
    { is: "reference over it",    object: `${flags("CRI")} DatapointType="DPST-5-1"`, reference: `ReadFlag="Disabled" DatapointType="DPST-5-3"`,      instance: ``,                                                flags: "CI",   dpt: "5.003" },
    { is: "device over both",     object: `${flags("CRI")} DatapointType="DPST-5-1"`, reference: `ReadFlag="Disabled" DatapointType="DPST-5-3"`,      instance: `ReadFlag="Enabled" WriteFlag="Enabled" DatapointType="DPST-5-4"`, flags: "CRWI", dpt: "5.004" },
    { is: "empty says nothing",   object: `${flags("CRI")} DatapointType="DPST-5-1"`, reference: `DatapointType=""`,                                  instance: `DatapointType=""`,                                flags: "CRI",  dpt: "5.001" },
    { is: "size of 1 bit",        object: `${flags("CW")} ObjectSize="1 Bit"`,        reference: ``,                                                  instance: ``,                                                flags: "CW",   dpt: "1.xxx" },
    { is: "size of the reference", object: `${flags("CW")} ObjectSize="1 Bit"`,       reference: `ObjectSize="4 Bit"`,                                instance: ``,                                                flags: "CW",   dpt: "3.xxx" },
    { is: "2 octets say nothing", object: `${flags("CU")} ObjectSize="2 Bytes"`,      reference: ``,                                                  instance: ``,                                                flags: "CU",   dpt: null },
  ])("$is", async ({ object, reference, instance, flags: letters, dpt }) => {
    const objects = `<ComObjectInstanceRef RefId="O-3_R-5" Links="GA-1" ${instance} />`;
    const { addresses } = await read(project(device(5, objects), `<Static>${definition(object, reference)}</Static>`));
    expect(addresses).toMatchObject([{ flags: letters, dpt }]);
  });

  test("of all linked objects together; of modules too, which stand behind the static part", async () => {
    const objects = `<ComObjectInstanceRef RefId="O-3_R-5" Links="GA-1" /><ComObjectInstanceRef RefId="MD-2_M-7_MI-1_O-3_R-5" Links="GA-1" />`;
    const definitions = `<Static>${definition(flags("CR"), `DatapointType="DPST-5-1"`)}</Static><ModuleDefs><ModuleDef><Static>${definition(flags("CT"), "", "MD-1_")}</Static><Dynamic></Dynamic></ModuleDef><ModuleDef><Static>${definition(flags("CWU"), `DatapointType="DPST-5-1"`, "MD-2_")}</Static><Dynamic></Dynamic></ModuleDef></ModuleDefs><Dynamic></Dynamic>`;
    const { addresses, warnings } = await read(project(device(5, objects), definitions));
    expect(addresses).toMatchObject([{ flags: "CRWU", dpt: "5.001" }]);
    expect(warnings.map(({ code }) => code)).toEqual([]);
  });
});

describe("what could not be used is said", () => {
  const link = (more = "") => `<ComObjectInstanceRef RefId="O-3_R-5" Links="GA-1" ${more} />`;
  const known = `<Static>${definition(flags("CW"), "")}</Static>`;

  test("linked objects of different types", async () => {
    const devices =
      device(5, link(`DatapointType="DPST-5-1"`)) + device(17, link(`DatapointType="DPST-1-1"`));
    const { addresses, warnings } = await read(project(devices, known));
    expect(addresses).toMatchObject([{ dpt: null, flags: "CW" }]);
    expect(warnings).toMatchObject([
      { code: "dpt_main", count: 1, examples: ["1/2/3 a: 5.001, 1.001"] },
    ]);
  });

  test("linked objects of different subtypes", async () => {
    const devices =
      device(5, link(`DatapointType="DPST-1-8"`)) + device(17, link(`DatapointType="DPST-1-1"`));
    const { addresses, warnings } = await read(project(devices, known));
    expect(addresses).toMatchObject([{ dpt: "1.xxx" }]);
    expect(warnings).toMatchObject([{ code: "dpt_sub", examples: ["1/2/3 a: 1.008, 1.001"] }]);
  });

  test("a device without its product data; an object, an address that are not there", async () => {
    const other = device(5, link()).replaceAll("HP-0098", "HP-0099");
    const lost = device(17, `${link()}<ComObjectInstanceRef RefId="O-4_R-6" Links="GA-1 GA-8" />`);
    const { warnings } = await read(project(other + lost, known));
    expect(warnings.map(({ code, examples }) => [code, examples])).toEqual([
      ["no_program", ["1.3.5 d5"]],
      ["no_object", ["1.3.17 d17 O-4_R-6"]],
      ["dangling", ["1.3.17 d17 GA-8"]],
      ["no_dpt", ["1/2/3 a"]],
    ]);
  });

  test("secured addresses, unreadable types, several functions; the first three of more", async () => {
    const addresses = [7, 8, 9, 10]
      .map(
        (number) =>
          `<GroupAddress Id="P-01B2-0_GA-${number}" Address="${number}" Name="n" Key="c2VjcmV0" DatapointType="DPST-5-1 x${number}" />`,
      )
      .join("");
    const purpose = (name: string) =>
      `<Function Name="${name}" Type="FT-0"><GroupAddressRef RefId="P-01B2-0_GA-7" Role="r" /></Function>`;
    const locations = `<Space Type="Room" Name="Hall">${purpose("one")}${purpose("two")}</Space>`;
    const read7 = await read(project("", known, { addresses, locations }));
    expect(read7.addresses[0]).toMatchObject({
      room: "Hall",
      function: { name: "one", type: "FT-0", role: "r" },
    });
    expect(read7.warnings.map(({ code, count, examples }) => [code, count, examples])).toEqual([
      ["several_functions", 1, ["0/0/7 n"]],
      ["secure", 4, ["0/0/7 n", "0/0/8 n", "0/0/9 n"]],
      ["unknown_dpt", 4, ["0/0/7 n: x7", "0/0/8 n: x8", "0/0/9 n: x9"]],
    ]);
    expect(JSON.stringify(read7)).not.toContain("c2VjcmV0");
  });

  test("devices without an address", async () => {
    const unassigned = device(5, "").replace(`Address="5"`, "");
    const { devices, warnings } = await read(project(unassigned + device(17, ""), known));
    expect(devices.map(({ ia, name }) => [ia, name])).toEqual([
      [0x1311, "d17"],
      [null, "d5"],
    ]);
    expect(warnings).toMatchObject([{ code: "no_dpt" }, { code: "no_ia", examples: ["d5"] }]);
  });
});

describe("rooms", () => {
  const here = (id: number) => `<DeviceInstanceRef RefId="P-01B2-0_DI-${id}" />`;
  const space = (type: string, name: string, content: string) =>
    `<Space Type="${type}" Name="${name}">${content}</Space>`;
  const link = `<ComObjectInstanceRef RefId="O-3_R-5" Links="GA-1" DatapointType="DPST-1-1" />`;
  const devices = device(5, link) + device(17, link);
  const serves = `<Function Name="f" Type="FT-1"><GroupAddressRef RefId="P-01B2-0_GA-1" /></Function>`;

  // biome-ignore format: read by column
  test.each([
    { is: "of all linked devices",                  locations: space("Room", "Hall", here(5) + here(17)),                              room: "Hall" },
    { is: "a device in no room says nothing",       locations: space("Floor", "Ground", here(5)) + space("Room", "Hall", here(17)),    room: "Hall" },
    { is: "a distribution board is none",           locations: space("Room", "Hall", here(17)) + space("Room", "Cellar", space("DistributionBoard", "B", here(5))), room: "Hall" },
    { is: "two rooms are none",                     locations: space("Room", "Hall", here(5)) + space("Room", "Bath", here(17)),       room: null },
    { is: "a function goes before devices",         locations: space("Room", "Hall", here(5) + here(17)) + space("Room", "Bath", serves), room: "Bath" },
    { is: "a function on a floor",                  locations: space("Building", "House", space("Floor", "Ground", serves)),           room: "Ground" },
    { is: "a function on the whole house",          locations: space("Building", "House", serves),                                     room: null },
    { is: "a corridor inside a part of the house",  locations: space("BuildingPart", "East", space("Corridor", "Way", here(5))),       room: "Way" },
  ])("$is", async ({ locations, room }) => {
    const { addresses } = await read(project(devices, "<Static></Static>", { locations }));
    expect(addresses).toMatchObject([{ room }]);
  });
});
