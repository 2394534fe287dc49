import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { readCsv } from "../../src/project/csv.ts";
import { readProject } from "../../src/project/read-project.ts";
import { decodeText } from "../../src/project/text.ts";
import { projectIn, refusalOf, workplace } from "./archives.ts";

const { put } = workplace();

/** 1/2/3, 1/2/4 and 3/1/7. */
const EXPECTED = [
  {
    ga: 2563,
    name: "Küche; Decke",
    main: "Licht",
    middle: "Schalten",
    dpt: "1.001",
    description: 'Taster "links"',
  },
  { ga: 2564, name: "Flur", main: "Licht", middle: "Schalten", dpt: null, description: "" },
  {
    ga: 6407,
    name: "Außen, Wert",
    main: "Klima",
    middle: "Räume",
    dpt: "9.001",
    description: "5 €",
  },
];

type Table = Readonly<{ header: readonly string[]; rows: readonly (readonly string[])[] }>;

const REST = ["Central", "Unfiltered", "Description", "DatapointType", "Security"];
const OF = {
  range: ["", "", "", "", "Auto"],
  kitchen: ["", "", 'Taster "links"', "DPST-1-1", "Auto"],
  hall: ["", "", "", "", "Auto"],
  outside: ["", "", "5 €", "DPST-9-1", "Auto"],
};

/** The three layouts that ETS offers. */
const LAYOUTS: Readonly<Record<"1/1" | "3/1" | "3/3", Table>> = {
  "1/1": {
    header: ["Group name", "Address", ...REST],
    rows: [
      ["Licht", "1/-/-", ...OF.range],
      ["Schalten", "1/2/-", ...OF.range],
      ["Küche; Decke", "1/2/3", ...OF.kitchen],
      ["Flur", "1/2/4", ...OF.hall],
      ["Klima", "3/-/-", ...OF.range],
      ["Räume", "3/1/-", ...OF.range],
      ["Außen, Wert", "3/1/7", ...OF.outside],
    ],
  },
  "3/1": {
    header: ["Main", "Middle", "Sub", "Address", ...REST],
    rows: [
      ["Licht", "", "", "1/-/-", ...OF.range],
      ["", "Schalten", "", "1/2/-", ...OF.range],
      ["", "", "Küche; Decke", "1/2/3", ...OF.kitchen],
      ["", "", "Flur", "1/2/4", ...OF.hall],
      ["Klima", "", "", "3/-/-", ...OF.range],
      ["", "Räume", "", "3/1/-", ...OF.range],
      ["", "", "Außen, Wert", "3/1/7", ...OF.outside],
    ],
  },
  "3/3": {
    header: ["Main name", "Middle name", "Sub name", "Main", "Middle", "Sub", ...REST],
    rows: [
      ["Licht", "", "", "1", "", "", ...OF.range],
      ["", "Schalten", "", "1", "2", "", ...OF.range],
      ["", "", "Küche; Decke", "1", "2", "3", ...OF.kitchen],
      ["", "", "Flur", "1", "2", "4", ...OF.hall],
      ["Klima", "", "", "3", "", "", ...OF.range],
      ["", "Räume", "", "3", "1", "", ...OF.range],
      ["", "", "Außen, Wert", "3", "1", "7", ...OF.outside],
    ],
  },
};

const SEPARATORS = { semicolon: ";", comma: ",", tab: "\t" } as const;

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
/** As spreadsheets write them. */
const quotedIfNeeded = (cell: string): string => (/[";,\t\n]/.test(cell) ? quoted(cell) : cell);

const ENCODINGS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  "UTF-8": (text) => Buffer.from(text, "utf8"),
  "UTF-8 with mark": (text) => Buffer.from(`\uFEFF${text}`, "utf8"),
  "Windows-1252": (text) => Buffer.from(text.replaceAll("€", "\u0080"), "latin1"),
  "UTF-16": (text) => Buffer.from(`\uFEFF${text}`, "utf16le"),
  "UTF-16 without mark": (text) => Buffer.from(text, "utf16le"),
  "UTF-16, high octet first": (text) => Buffer.from(`\uFEFF${text}`, "utf16le").swap16(),
  "UTF-16, high octet first, without mark": (text) => Buffer.from(text, "utf16le").swap16(),
};

const written = (
  { header, rows }: Table,
  separator: string,
  options: Readonly<{ header: boolean; quote?: (cell: string) => string; newline?: string }>,
): string => {
  const { quote = quoted, newline = "\r\n" } = options;
  const lines = options.header ? [header, ...rows] : rows;
  return lines.map((cells) => `${cells.map(quote).join(separator)}${newline}`).join("");
};

const LAYOUT_NAMES = ["1/1", "3/1", "3/3"] as const;
const SEPARATOR_NAMES = ["semicolon", "comma", "tab"] as const;

describe.each(LAYOUT_NAMES)("CSV, layout %s", (layout) => {
  const table = LAYOUTS[layout];

  test.each(
    SEPARATOR_NAMES.flatMap((separator) =>
      [true, false].flatMap((header) =>
        Object.keys(ENCODINGS).map((encoding) => ({ separator, header, encoding })),
      ),
    ),
  )("$separator, header $header, $encoding", async ({ separator, header, encoding }) => {
    const text = written(table, SEPARATORS[separator], { header });
    const octets = ENCODINGS[encoding]?.(text) ?? new Uint8Array();
    const { addresses, style, warnings } = await projectIn(put("export.csv", octets));
    expect(addresses).toMatchObject(EXPECTED);
    expect(style).toBe("3-level");
    expect(warnings).toMatchObject([{ code: "no_dpt", count: 1, examples: ["1/2/4 Flur"] }]);
  });

  test.each([
    [
      "quotes only where they are needed",
      written(table, ";", { header: true, quote: quotedIfNeeded }),
    ],
    ["line feeds alone", written(table, ";", { header: true, newline: "\n" })],
    ["no line end at the end", written(table, ";", { header: true }).trimEnd()],
    ["empty lines", written(table, ";", { header: true, newline: "\r\n\r\n" })],
    [
      "German header",
      written(table, ";", { header: true })
        .replace("Description", "Beschreibung")
        .replace("Address", "Adresse"),
    ],
    [
      "a comment column in between",
      written(
        {
          ...table,
          header: table.header.toSpliced(-2, 0, "Comment"),
          rows: table.rows.map((row) => row.toSpliced(-2, 0, "")),
        },
        ";",
        { header: true },
      ),
    ],
  ])("%s", async (_, text) => {
    expect((await projectIn(put("export.csv", text))).addresses).toMatchObject(EXPECTED);
  });
});

describe("CSV, other styles and odd lines", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "two levels, 1/1",           text: "Licht;1/-\nDecke;1/515\n",                       style: "2-level", ga: 2563, main: "Licht", middle: null },
    { is: "two levels, 2/2",           text: "Licht;;1;\n;Decke;1;515\n",                      style: "2-level", ga: 2563, main: "Licht", middle: null },
    { is: "free",                      text: "Name;Address\nDecke;2563\n",                     style: "free",    ga: 2563, main: null,    middle: null },
    { is: "names in every line",       text: "Licht;Schalten;Decke;1/2/3\n",                   style: "3-level", ga: 2563, main: "Licht", middle: "Schalten" },
    { is: "types as 9.001",            text: "Decke;1/2/3;;;;1.001\n",                         style: "3-level", ga: 2563, main: null,    middle: null },
  ])("$is", async ({ text, style, ga, main, middle }) => {
    const project = await projectIn(put("export.csv", text));
    expect(project).toMatchObject({ style, addresses: [{ ga, name: "Decke", main, middle }] });
  });

  test("lines that are no address are counted, with their number", async () => {
    const text =
      "Licht;1/-/-\nDecke;1/2/3\nnotes from the electrician\n\nWand;1/8/3\nTür;1/2/x\nDecke 2;1/2/3\n";
    const { addresses, warnings } = await projectIn(put("export.csv", text));
    expect(addresses).toMatchObject([{ ga: 2563, name: "Decke" }]);
    expect(warnings.map(({ code, examples }) => [code, examples])).toEqual([
      ["row", ["line 3: notes from the electrician", "line 6: Tür, 1/2/x"]],
      ["no_dpt", ["1/2/3 Decke"]],
      ["bad_address", ["1/8/3 Wand"]],
      ["duplicate", ["1/2/3 Decke 2"]],
    ]);
  });

  test.each([
    ["a shopping list", "milk;2 l\nbread;1\n".replace("1\n", "one\n")],
    ["text", "To whom it may concern,\nthis is no export.\n"],
    ["octets", new Uint8Array([0, 1, 2, 0x80, 0xff, 0xfe, 7])],
    ["nothing", ""],
    ["a quote without an end", '"Licht;1/2/3\nDecke;1/2/4\n'],
  ])("%s is no export", async (_, content) => {
    expect(refusalOf(await readProject(put("other.csv", content))).code).toMatch(
      /^(not_a_project|damaged)$/,
    );
  });
});

/** Written as ETS does it, by three lines of this test. */
prop.prop([
  fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { minLength: 1, maxLength: 8 }),
  fc.constantFrom(";", ",", "\t"),
  fc.constantFrom("\n", "\r\n"),
])("whatever a name has in it, quotes keep it", (names, separator, newline) => {
  const lines = names.map((name, index) => [name, `1/2/${index}`, "", "", "", "DPST-1-1"]);
  const text = lines.map((cells) => cells.map(quoted).join(separator)).join(newline);
  const oneBlank = (name: string) => name.replace(/[\s\p{Cc}]+/gu, " ").trim();
  expect(readCsv(text)?.listed.map(({ name, address }) => [name, address])).toEqual(
    names.map((name, index) => [oneBlank(name), `1/2/${index}`]),
  );
});

/** The table of the code page, written down from Python: `bytes(range(128, 160)).decode("cp1252", "replace")`. */
test("letters of Windows-1252 that Latin-1 has not", () => {
  const octets = Uint8Array.of(0xfc, ...Array.from({ length: 32 }, (_, index) => 0x80 + index));
  expect(decodeText(octets).replace(/[\u0080-\u009f]/g, "_")).toBe(
    "ü€_‚ƒ„…†‡ˆ‰Š‹Œ_Ž__‘’“”•–—˜™š›œ_žŸ",
  );
});

prop.prop([fc.uint8Array({ maxLength: 200 })])("any octets are some text, or none", (octets) => {
  const text = decodeText(octets);
  expect(typeof text).toBe("string");
});

describe("XML, KNX/GA-Export/01", () => {
  const exported = (content: string, more = "") =>
    `${more}<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<GroupAddress-Export xmlns="http://knx.org/xml/ga-export/01">${content}</GroupAddress-Export>`;
  const three = `
<GroupRange Name="Licht" RangeStart="2048" RangeEnd="4095"><GroupRange Name="Schalten" RangeStart="2560" RangeEnd="2815">
  <GroupAddress Name="Küche; Decke" Address="1/2/3" Central="false" Unfiltered="false" DPTs="DPST-1-1" Description="Taster &quot;links&quot;" />
  <GroupAddress Name="Flur" Address="1/2/4" Description="" />
</GroupRange></GroupRange>
<GroupRange Name="Klima" RangeStart="6144" RangeEnd="8191"><GroupRange Name="Räume" RangeStart="6400" RangeEnd="6655">
  <GroupAddress Name="Außen, Wert" Address="3/1/7" DPTs="DPST-9-1" Description="5 €" Security="Auto" />
</GroupRange></GroupRange>`;

  test.each([
    ["with mark", exported(three, "\uFEFF")],
    ["without", exported(three)],
    [
      "with a prefix",
      exported(three)
        .replaceAll(/<(\/?)Group/g, "<$1x:Group")
        .replace("xmlns=", "xmlns:x="),
    ],
  ])("three levels, %s", async (_, text) => {
    const project = await projectIn(put("export.xml", text));
    expect(project).toMatchObject({ style: "3-level", addresses: EXPECTED, devices: [] });
    expect(project.warnings).toMatchObject([{ code: "no_dpt", count: 1 }]);
  });

  // biome-ignore format: read by column
  test.each([
    { address: "1/515", style: "2-level" },
    { address: "2563",  style: "free"    },
  ])("$style", async ({ address, style }) => {
    const content = `<GroupRange Name="Licht"><GroupAddress Name="a" Address="${address}" DPTs="DPST-1-1" /></GroupRange>`;
    expect(await projectIn(put("export.xml", exported(content)))).toMatchObject({
      style,
      addresses: [{ ga: 2563, main: "Licht", middle: null }],
      warnings: [],
    });
  });

  test("UTF-16, as editors leave it", async () => {
    const octets = Buffer.from(exported(three, "\uFEFF"), "utf16le");
    expect((await projectIn(put("export.xml", octets))).addresses).toMatchObject(EXPECTED);
  });

  test.each([
    ["another document", "<html><body /></html>"],
    ["a part of a project", `<KNX xmlns="http://knx.org/xml/project/20"><Project /></KNX>`],
  ])("%s", async (_, text) => {
    expect(refusalOf(await readProject(put("other.xml", text)))).toMatchObject({
      code: "not_a_project",
      message: expect.stringContaining("no export of group addresses"),
    });
  });

  test("cut off: nothing is taken", async () => {
    const path = put("cut.xml", exported(three).slice(0, -40));
    expect(refusalOf(await readProject(path)).code).toBe("bad_xml");
  });
});
