import { describe, expect, test } from "vitest";
import { ets6Password } from "../../src/project/password.ts";
import { readProject } from "../../src/project/read-project.ts";
import {
  addressesOnly,
  archive,
  knx,
  octetsOf,
  projectIn,
  refusalOf,
  workplace,
} from "./archives.ts";
import { ETS4_INNER, ETS5_INNER, ETS6_INNER, LATIN_1_INNER } from "./encrypted.ts";
import { DIALECTS, house } from "./house.ts";

const { put } = workplace();

/** 1/2/3, 1/2/11 and 3/1/7; 1.3.5 and 1.3.17. */
const EXPECTED = {
  name: "Haus am See",
  style: "3-level",
  addresses: [
    {
      ...{ ga: 2563, name: "Decke & Wand", main: "Licht", middle: "Schalten", dpt: "1.001" },
      ...{ room: "Küche", description: "mit Taster", flags: "CWTU", function: null },
    },
    {
      ...{ ga: 2571, name: "Decke Status", main: "Licht", middle: "Schalten", dpt: "1.011" },
      ...{ room: "Küche", description: "", flags: "CRT" },
      function: { name: "Deckenlicht", type: "FT-1", role: "InfoOnOff" },
    },
    {
      ...{ ga: 6407, name: "Temperatur", main: "Klima", middle: "Räume", dpt: "9.001" },
      ...{ room: null, description: "", flags: "CW", function: null },
    },
  ],
  devices: [
    {
      ia: 0x1305,
      name: "Schaltaktor",
      product: "Switch actuator",
      order: "AKS-2016.02",
      room: null,
    },
    { ia: 0x1311, name: "Push button", product: "Push button", order: "BE-04", room: "Küche" },
  ],
  warnings: [],
};

describe("the same house, as each generation writes it", () => {
  test.each(DIALECTS)("$is, schema $schema", async (dialect) => {
    const path = put(`${dialect.schema}.knxproj`, archive(house(dialect)));
    expect(await projectIn(path)).toEqual(EXPECTED);
  });

  test("names of products in the language that was asked for, where there is a translation", async () => {
    const path = put("language.knxproj", archive(house(DIALECTS[5])));
    const { devices } = await projectIn(path, undefined, { language: "de-DE" });
    expect(devices.map(({ product }) => product)).toEqual(["Schaltaktor 20fach", "Push button"]);
  });

  test("a later schema: a warning, and what is understood", async () => {
    const path = put("later.knxproj", archive(house({ ...DIALECTS[8], schema: 31 })));
    const { warnings, ...project } = await projectIn(path);
    expect({ ...project, warnings: [] }).toEqual(EXPECTED);
    expect(warnings).toMatchObject([{ code: "schema", count: 1, examples: ["schema 31"] }]);
  });

  test("what stands behind the objects of an application program is not read", async () => {
    const files = Object.entries(house(DIALECTS[5])).map(([name, content]) => [
      name,
      String(content).replace(/<ComObjectRefRef[\s\S]*/, "<never read"),
    ]);
    const path = put("behind.knxproj", archive(Object.fromEntries(files)));
    expect(await projectIn(path)).toEqual(EXPECTED);
  });

  test("progress never goes back, and ends at the whole", async () => {
    const shown: (readonly [number, number])[] = [];
    const path = put("progress.knxproj", archive(house(DIALECTS[5])));
    await projectIn(path, undefined, { progress: (...now) => shown.push(now) });
    const done = shown.map(([one]) => one);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(shown.at(-1)?.[0]).toBe(shown.at(-1)?.[1]);
  });
});

// biome-ignore format: read by column
const PROTECTED = [
  { is: "ETS 4, traditional encryption", id: "P-0600", inner: ETS4_INNER, password: "blue 7"  },
  { is: "ETS 5, traditional encryption", id: "P-0242", inner: ETS5_INNER, password: "blue 7"  },
  { is: "the password in Latin-1",      id: "P-0243", inner: LATIN_1_INNER, password: "Müsli 9" },
  { is: "ETS 6, AES with a derived key", id: "P-05A1", inner: ETS6_INNER, password: "Müsli 9" },
];

describe.each(PROTECTED)(
  "with a password, packed by another program: $is",
  ({ id, inner, password }) => {
    const files = {
      [`${id}.zip`]: octetsOf(inner),
      "knx_master.xml": "<KNX />",
      [`${id}.signature`]: "x",
    };
    const path = put(`${id}.knxproj`, archive(files));

    test("the right one", async () => {
      expect(await projectIn(path, password)).toMatchObject({
        name: "Locked",
        addresses: [
          { ga: 6407, name: "Küche Temperatur", main: "Climate", middle: "Rooms", dpt: "9.001" },
        ],
        warnings: [],
      });
    });

    test.each([["blue 8"], ["müsli 9"]])("a wrong one: %j", async (wrong) => {
      expect(refusalOf(await readProject(path, wrong)).code).toBe("password_wrong");
    });

    test.each([[undefined], [""]])("none: %j", async (nothing) => {
      expect(refusalOf(await readProject(path, nothing))).toEqual({
        code: "password_missing",
        message: "the project is protected by a password",
      });
    });

    test("every octet of it counts", async () => {
      const broken = octetsOf(inner);
      const at = Math.floor(broken.length / 3);
      broken[at] = (broken[at] ?? 0) ^ 0x10;
      const file = put(`broken-${id}.knxproj`, archive({ ...files, [`${id}.zip`]: broken }));
      expect(refusalOf(await readProject(file, password)).code).toMatch(
        /^(damaged|password_wrong)$/,
      );
    });
  },
);

/** The key of "test" opens a published project of ETS 6.0; both were computed with `hashlib.pbkdf2_hmac` of Python. */
test.each([
  ["test", "2+IIP7ErCPPKxFjJXc59GFx2+w/1VTLHjJ2duc04CYQ="],
  ["Müsli 9", "7s+Y9SBUfFLua4kuZImfyvgBwSCRfgsr2KB9eXZqDaA="],
])("the key that ETS 6 derives from %j", (password, key) => {
  expect(Buffer.from(ets6Password(password)).toString("ascii")).toBe(key);
});

describe("styles and ranges", () => {
  const range = (name: string, content: string): string =>
    `<GroupRange Id="P-01B2-0_GR-9" RangeStart="1" RangeEnd="2" Name="${name}">${content}</GroupRange>`;
  const address = (number: number): string =>
    `<GroupAddress Id="P-01B2-0_GA-${number}" Address="${number}" Name="n${number}" DatapointType="DPST-5-1" />`;

  // biome-ignore format: read by column
  test.each([
    { word: "ThreeLevel", style: "3-level", ranges: range("A", range("B", address(2563))),                 main: "A",  middle: "B" },
    { word: "TwoLevel",   style: "2-level", ranges: range("A", address(2563)),                             main: "A",  middle: null },
    { word: "Free",       style: "free",    ranges: range("A", range("B", range("C", address(2563)))),     main: "A",  middle: "B / C" },
    { word: "Free",       style: "free",    ranges: address(2563),                                         main: null, middle: null },
  ])("$word, $main, $middle", async ({ word, style, ranges, main, middle }) => {
    const path = put("style.knxproj", archive(addressesOnly(ranges, word)));
    const project = await projectIn(path);
    expect(project).toMatchObject({ style, addresses: [{ ga: 2563, main, middle, dpt: "5.001" }] });
  });

  test("ranges end where they end", async () => {
    const ranges =
      range("A", range("B", address(2563)) + address(2571)) + range("C", address(6407));
    const { addresses } = await projectIn(put("ends.knxproj", archive(addressesOnly(ranges))));
    expect(addresses.map(({ main, middle }) => [main, middle])).toEqual([
      ["A", "B"],
      ["A", null],
      ["C", null],
    ]);
  });
});

describe("several of what there should be one of", () => {
  const installation = (addresses: string): string =>
    `<Installation Name=""><GroupAddresses><GroupRanges>${addresses}</GroupRanges></GroupAddresses></Installation>`;
  const one = (number: number, name: string): string =>
    `<GroupAddress Id="P-01B2-0_GA-${number}" Address="${number}" Name="${name}" DatapointType="DPST-5-1" />`;
  const project = (content: string): string =>
    knx(20, `<Project Id="P-01B2"><Installations>${content}</Installations></Project>`);

  test.each([
    [
      "in one file",
      { "0.xml": project(installation(one(2563, "a")) + installation(one(2563, "b"))) },
    ],
    [
      "in files of their own",
      {
        "1.xml": project(installation(one(2563, "b"))),
        "0.xml": project(installation(one(2563, "a"))),
      },
    ],
    [
      "the first without addresses",
      {
        "0.xml": project(
          installation("") + installation(one(2563, "a")) + installation(one(2563, "b")),
        ),
      },
    ],
  ])("installations %s: the first with addresses", async (_, documents) => {
    const files = Object.fromEntries(
      Object.entries(documents).map(([name, text]) => [`P-01B2/${name}`, text]),
    );
    const { addresses, warnings } = await projectIn(put("installations.knxproj", archive(files)));
    expect(addresses).toMatchObject([{ ga: 2563, name: "a" }]);
    expect(warnings).toMatchObject([{ code: "installation", count: 1, examples: ["1/2/3 b"] }]);
  });

  test("projects: the first", async () => {
    const files = {
      "P-01B2/0.xml": project(installation(one(2563, "a"))),
      "P-01B3/0.xml": project(installation(one(2571, "b"))),
    };
    const { addresses, warnings } = await projectIn(put("projects.knxproj", archive(files)));
    expect(addresses).toMatchObject([{ name: "a" }]);
    expect(warnings).toMatchObject([{ code: "several_projects", examples: ["P-01B3/"] }]);
  });

  test("addresses: the first; and those that are none", async () => {
    const content = one(2563, "a") + one(2563, "b") + one(0, "zero") + one(65536, "too far");
    const path = put("twice.knxproj", archive({ "P-01B2/0.xml": project(installation(content)) }));
    const { addresses, warnings } = await projectIn(path);
    expect(addresses).toMatchObject([{ name: "a" }]);
    expect(warnings).toMatchObject([
      { code: "bad_address", count: 2, examples: ["0/0/0 zero", "65536 too far"] },
      { code: "duplicate", count: 1, examples: ["1/2/3 b"] },
    ]);
  });
});
