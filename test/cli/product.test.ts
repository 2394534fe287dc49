import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { XMLParser } from "fast-xml-parser";
import { unzipSync } from "fflate";
import { afterAll, describe, expect, test, vi } from "vitest";
import { addProduct } from "../../src/cli/product.ts";
import { APPLICATIONS } from "../../src/core/app/application/applications.ts";
import { hardwareTypeOf } from "../../src/core/app/application/declaration.ts";
import { decodeParameters } from "../../src/core/app/application/parameters.ts";
import { fitOctets } from "../../src/core/app/group-objects/descriptor.ts";
import { toCompactHex } from "../../src/core/octets.ts";
import { knxprod, monolith, packageFiles } from "../../src/product/product.ts";
import { floatOf, type Node, nodesOf } from "./product-xml.ts";

const NAMES = ["bridge", "thermostat", "gpio"] as const;

/** What refers to an id of the same document; what master data define is not there. */
const REFERENCES = [
  ...["RefId", "ParameterType", "CodeSegment", "ParamRefId", "MessageRef"],
  ...["ProductRefId", "Hardware2ProgramRefId"],
];

describe.each(NAMES)("product data of %s", (name) => {
  const { declaration } = APPLICATIONS[name];
  const nodes = nodesOf(monolith(declaration));
  const all = (tag: string): readonly Node[] => nodes.filter((node) => node.tag === tag);
  const ids = nodes.flatMap(({ attributes }) => attributes.get("Id") ?? []);

  test("every id is there once", () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("every reference leads somewhere", () => {
    const known = new Set(ids);
    const dangling = nodes
      .filter(({ tag }) => tag !== "Manufacturer")
      .flatMap(({ tag, attributes }) =>
        REFERENCES.flatMap((key) => {
          const to = attributes.get(key);
          return to === undefined || known.has(to) ? [] : [`${tag} ${key} ${to}`];
        }),
      );
    expect(dangling).toEqual([]);
    expect(all("ParameterRefRef").length).toBe(Object.keys(declaration.parameters).length);
  });

  test("parts of ids are those they belong to; numbers of references are there once", () => {
    const [program] = all("ApplicationProgram");
    const id = program?.attributes.get("Id") ?? "";
    for (const tag of ["Parameter", "ParameterRef", "ComObject", "ComObjectRef", "ParameterType"])
      for (const { attributes } of all(tag)) expect(attributes.get("Id")).toContain(`${id}_`);
    for (const tag of ["ParameterRef", "ComObjectRef"]) {
      const numbers = all(tag).map(({ attributes }) => attributes.get("Id")?.split("_R-")[1]);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });

  test("the defaults, written as ETS writes them, are the defaults of the device", () => {
    const size = Number(all("RelativeSegment")[0]?.attributes.get("Size"));
    const memory = new Array<number>(size).fill(0);
    for (const parameter of all("Parameter")) {
      const type = all("ParameterType").find(
        ({ attributes }) => attributes.get("Id") === parameter.attributes.get("ParameterType"),
      );
      writeDefault(memory, parameter, type?.children[0]);
    }
    const decoded = decodeParameters(declaration, memory);
    expect(decoded.refused).toEqual([]);
    expect(decoded.values).toEqual(
      Object.fromEntries(
        Object.entries(declaration.parameters).map(([key, parameter]) => [key, parameter.default]),
      ),
    );
    for (const tag of ["LdCtrlRelSegment", "LdCtrlWriteRelMem"])
      for (const { attributes } of all(tag)) expect(attributes.get("Size")).toBe(`${size}`);
  });

  test("no two parameters share a bit", () => {
    const taken = new Set<number>();
    for (const parameter of all("Parameter")) {
      const [Offset, BitOffset] = placeOf(parameter);
      const type = all("ParameterType").find(
        ({ attributes }) => attributes.get("Id") === parameter.attributes.get("ParameterType"),
      );
      const first = 8 * Number(Offset) + Number(BitOffset);
      for (let bit = first; bit < first + bitsOf(type?.children[0]); bit++) {
        expect(taken.has(bit)).toBe(false);
        taken.add(bit);
      }
    }
  });

  test("objects have the number, the size and the flags of the declaration", () => {
    const objects = all("ComObject");
    expect(objects.map(({ attributes }) => Number(attributes.get("Number")))).toEqual(
      Object.values(declaration.objects).map(({ number }) => number),
    );
    for (const { attributes } of [...objects, ...all("ComObjectRef")]) {
      const size = attributes.get("ObjectSize");
      if (size === undefined) continue;
      const type = TYPES[size];
      expect(type, size).toBeDefined();
      expect(fitOctets(type ?? 0, new Array(OCTETS[size] ?? 0).fill(0))).toBeDefined();
    }
  });

  test("compared before a download: the hardware type that the device has", () => {
    const [compare] = all("LdCtrlCompareProp");
    expect(Object.fromEntries(compare?.attributes ?? [])).toMatchObject({
      ObjIdx: "0",
      PropId: "78",
      InlineData: toCompactHex(hardwareTypeOf(declaration)).toUpperCase(),
    });
  });

  test("the same twice, as text and as package", () => {
    expect(monolith(declaration)).toBe(monolith(declaration));
    expect(knxprod(declaration)).toEqual(knxprod(declaration));
  });

  test("the package has the same parts as the one document", () => {
    const files = packageFiles(declaration);
    const unpacked = unzipSync(knxprod(declaration));
    expect(Object.keys(unpacked)).toEqual(files.map(({ path }) => path));
    for (const { path, text } of files) expect(new TextDecoder().decode(unpacked[path])).toBe(text);
    const parts = files.flatMap(({ text }) => nodesOf(text).map(({ tag }) => tag));
    const shell = ["KNX", "ManufacturerData", "Manufacturer"];
    const inner = (tags: readonly string[]) => tags.filter((tag) => !shell.includes(tag)).sort();
    expect(inner(parts)).toEqual(inner(nodes.map(({ tag }) => tag)));
  });
});

/** Value field type in the group object table, and octets: `device-model.md` §4. */
const TYPES: Readonly<Record<string, number>> = {
  "1 Bit": 0,
  "2 Bit": 1,
  "4 Bit": 3,
  "1 Byte": 7,
  "2 Bytes": 8,
  "3 Bytes": 9,
  "4 Bytes": 10,
  "8 Bytes": 12,
  "14 Bytes": 14,
};
const OCTETS: Readonly<Record<string, number>> = {
  "1 Bit": 1,
  "2 Bit": 1,
  "4 Bit": 1,
  "1 Byte": 1,
  "2 Bytes": 2,
  "3 Bytes": 3,
  "4 Bytes": 4,
  "8 Bytes": 8,
  "14 Bytes": 14,
};

const placeOf = ({ children }: Node) =>
  ["Offset", "BitOffset"].map((key) => children[0]?.attributes.get(key));

const bitsOf = (type: Node | undefined): number =>
  type?.tag === "TypeFloat" ? 16 : Number(type?.attributes.get("SizeInBit"));

/** As ETS does it: bit offsets from the most significant bit, octets high first, text in ISO 8859-15 filled up with zeros. */
const writeDefault = (memory: number[], parameter: Node, type: Node | undefined): void => {
  const [Offset, BitOffset] = placeOf(parameter);
  const bits = bitsOf(type);
  const value = parameter.attributes.get("Value") ?? "";
  const first = 8 * Number(Offset) + Number(BitOffset);
  if (type?.tag === "TypeText") {
    [...value].forEach((letter, index) => {
      memory[Number(Offset) + index] = letter.charCodeAt(0);
    });
    return;
  }
  const number = type?.tag === "TypeFloat" ? floatOf(Number(value)) : Number(value);
  for (let bit = 0; bit < bits; bit++) {
    const set = Math.floor(number / 2 ** (bits - 1 - bit)) % 2;
    const at = first + bit;
    memory[at >> 3] = (memory[at >> 3] ?? 0) | (set << (7 - (at & 7)));
  }
};

describe("what ETS is told", () => {
  test.each(["thermostat", "gpio"] as const)("%s", async (name) => {
    await expect(monolith(APPLICATIONS[name].declaration)).toMatchFileSnapshot(
      `../golden/product-${name}.xml`,
    );
  });

  test("of 250 objects whose type is chosen, each shows the form that belongs to the choice", () => {
    const nodes = nodesOf(monolith(APPLICATIONS.bridge.declaration));
    const [choose] = nodes.filter(({ tag }) => tag === "choose");
    const forms = choose?.children.map(({ attributes, children }) => {
      const refId = children[0]?.attributes.get("RefId");
      const ref = nodes.find((node) => node.attributes.get("Id") === refId);
      return [attributes.get("test")?.split(" ")[0], Object.fromEntries(ref?.attributes ?? [])];
    });
    const id = "M-00FA_A-B301-10-0000_O-1";
    expect(forms).toMatchObject([
      ["257", { RefId: id, ObjectSize: "1 Bit", DatapointType: "DPT-1" }],
      ["513", { RefId: id, ObjectSize: "2 Bit", DatapointType: "DPT-2" }],
      ["775", { RefId: id, ObjectSize: "4 Bit", DatapointType: "DPT-3" }],
      ["1025", { RefId: id, ObjectSize: "1 Byte", DatapointType: "DPT-4" }],
      ["1281", { RefId: id, ObjectSize: "1 Byte", DatapointType: "DPT-5" }],
      ["1537", { RefId: id, ObjectSize: "1 Byte", DatapointType: "DPT-6" }],
      ["1793", { RefId: id, ObjectSize: "2 Bytes", DatapointType: "DPT-7" }],
      ["2049", { RefId: id, ObjectSize: "2 Bytes", DatapointType: "DPT-8" }],
      ["2305", { RefId: id, ObjectSize: "2 Bytes", DatapointType: "DPT-9" }],
      ["2561", { RefId: id, ObjectSize: "3 Bytes", DatapointType: "DPT-10" }],
      ["2817", { RefId: id, ObjectSize: "3 Bytes", DatapointType: "DPT-11" }],
      ["3073", { RefId: id, ObjectSize: "4 Bytes", DatapointType: "DPT-12" }],
      ["3329", { RefId: id, ObjectSize: "4 Bytes", DatapointType: "DPT-13" }],
      ["3584", { RefId: id, ObjectSize: "4 Bytes", DatapointType: "DPT-14" }],
      ["3840", { RefId: id, ObjectSize: "4 Bytes", DatapointType: "DPT-15" }],
      ["4096", { RefId: id, ObjectSize: "14 Bytes", DatapointType: "DPT-16" }],
      ["4353", { RefId: id, ObjectSize: "1 Byte", DatapointType: "DPT-17" }],
      ["4609", { RefId: id, ObjectSize: "1 Byte", DatapointType: "DPT-18" }],
      ["4865", { RefId: id, ObjectSize: "8 Bytes", DatapointType: "DPT-19" }],
      ["5121", { RefId: id, ObjectSize: "1 Byte", DatapointType: "DPT-20" }],
    ]);
  });
});

describe("knxpi product", () => {
  const directory = mkdtempSync(join(tmpdir(), "knxpi-product-"));
  afterAll(() => rmSync(directory, { recursive: true }));

  const product = async (...args: readonly string[]): Promise<string> => {
    let out = "";
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      out += text;
      return true;
    });
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    addProduct(program);
    program.commands[0]?.exitOverride().configureOutput({ writeErr: () => {} });
    try {
      await program.parseAsync(["product", ...args], { from: "user" });
    } finally {
      write.mockRestore();
      error.mockRestore();
    }
    return out;
  };

  test("prints one document", async () => {
    const out = await product("--application", "gpio");
    expect(out).toBe(monolith(APPLICATIONS.gpio.declaration));
    expect(new XMLParser().parse(out)).toHaveProperty("KNX");
  });

  test("writes the files of the package, or everything as one file", async () => {
    const out = join(directory, "a", "b");
    expect(await product("--application", "thermostat", "--out", out)).toBe("");
    expect(readdirSync(join(out, "M-00FA")).sort()).toEqual([
      "Catalog.xml",
      "Hardware.xml",
      "M-00FA_A-B302-10-0000.xml",
    ]);
    await product("--application", "thermostat", "--out", out, "--xml");
    expect(readFileSync(join(out, "thermostat.xml"), "utf8")).toBe(
      monolith(APPLICATIONS.thermostat.declaration),
    );
    const file = join(directory, "thermostat.knxprod");
    expect(await product("--application", "thermostat", "--knxprod", file)).toBe("");
    expect(new Uint8Array(readFileSync(file))).toEqual(
      knxprod(APPLICATIONS.thermostat.declaration),
    );
  });

  test("refuses an application that is none, and says where it cannot write", async () => {
    await expect(product("--application", "toaster")).rejects.toThrow(/bridge, thermostat, gpio/);
    await expect(product("--knxprod", "/dev/null/x")).rejects.toThrow("/dev/null/x");
  });
});
