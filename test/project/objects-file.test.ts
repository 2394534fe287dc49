import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { GroupAddress } from "../../src/core/address.ts";
import { compare, differs } from "../../src/project/difference.ts";
import { editObjects, openObjects } from "../../src/project/objects-file.ts";
import type { Project, ProjectAddress } from "../../src/project/project.ts";

const address = (ga: number, more: Partial<ProjectAddress> = {}): ProjectAddress => ({
  ...{ ga: GroupAddress(ga), name: `n${ga}`, main: null, middle: null, dpt: "1.001" },
  ...{ room: null, description: "", flags: "", function: null },
  ...more,
});

const project = (...addresses: readonly ProjectAddress[]): Project => ({
  ...{ name: "", style: "3-level", addresses, devices: [], warnings: [] },
});

const opened = (text: string) => {
  const result = openObjects(text);
  if (!result.ok) throw new Error(result.message);
  return result.file;
};

const differenceOf = (text: string, from: Project) => {
  const { objects, style } = opened(text);
  return compare(from, objects, style);
};

/** The text after an import. */
const imported = (text: string, from: Project): string => {
  const { added: add, removed: remove, replaced: replace } = differenceOf(text, from);
  return editObjects(opened(text), { add, remove, replace });
};

const KITCHEN = address(2563, { name: "Kitchen" });
const HALL = address(2571, { name: "Hall", dpt: "5.001" });

/** The mark: `hashlib.sha256(b'[["dpt","1.001"],["ga","1/2/3"],["name","Kitchen"]]')` of Python. */
const WRITTEN = `  - ga: 1/2/3 # ets e55948cd
    name: Kitchen
    dpt: "1.001"
`;

describe("where the first object goes", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "an empty file",              before: "",                                            after: "objects:\n@" },
    { is: "nothing but comments",       before: "# mine\n",                                    after: "# mine\nobjects:\n@" },
    { is: "no key",                     before: "knx: {address: 1.1.250}\n",                   after: "knx: {address: 1.1.250}\nobjects:\n@" },
    { is: "no line end",                before: "version: 1",                                  after: "version: 1\nobjects:\n@" },
    { is: "comments at the end",        before: "version: 1\n# the end\n",                     after: "version: 1\n# the end\nobjects:\n@" },
    { is: "a mark at the end",          before: "version: 1\n...\n",                           after: "version: 1\nobjects:\n@...\n" },
    { is: "a mark at the beginning",    before: "---\nversion: 1\n",                           after: "---\nversion: 1\nobjects:\n@" },
    { is: "an empty key",               before: "objects:\nlog: {}\n",                         after: "objects:\n@log: {}\n" },
    { is: "an empty key, a comment",    before: "objects: # mine\n# x\nlog: {}\n",             after: "objects: # mine\n@# x\nlog: {}\n" },
    { is: "an empty list",              before: "objects: [] # mine\nlog: {}\n",               after: "objects: # mine\n@log: {}\n" },
    { is: "an empty list in lines",     before: "objects: [\n]\nlog: {}\n",                    after: "objects:\n@log: {}\n" },
    { is: "null",                       before: "objects: ~ # mine\nlog: {}\n",                after: "objects: # mine\n@log: {}\n" },
    { is: "behind the last one",        before: "objects:\n  - ga: 1/2/4\nlog: {}\n",          after: "objects:\n  - ga: 1/2/4\n@log: {}\n" },
    { is: "behind its comment",         before: "objects:\n  - ga: 1/2/4 # x\n\n# y\nlog: {}\n", after: "objects:\n  - ga: 1/2/4 # x\n@\n# y\nlog: {}\n" },
    { is: "behind its last lines",      before: "objects:\n  - ga: 1/2/4\n    description: |\n      a\n      b\nlog: {}\n", after: "objects:\n  - ga: 1/2/4\n    description: |\n      a\n      b\n@log: {}\n" },
    { is: "without line end there",     before: "objects:\n  - ga: 1/2/4",                     after: "objects:\n  - ga: 1/2/4\n@" },
    { is: "an object in brackets",      before: "objects:\n  - {ga: 1/2/4} # x\n",             after: "objects:\n  - {ga: 1/2/4} # x\n@" },
  ])("$is", ({ before, after }) => {
    expect(imported(before, project(KITCHEN))).toBe(after.replace("@", WRITTEN));
  });

  test("as far to the right as the others, with the line ends of the file", () => {
    const before = "objects:\r\n- ga: 1/2/4\r\n  name: x\r\n";
    const lines = WRITTEN.replaceAll(/^ {2}/gm, "").replaceAll("\n", "\r\n");
    expect(imported(before, project(KITCHEN))).toBe(before + lines);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "brackets",            text: "objects: [{ga: 1/2/4}]\n",         says: "list with dashes" },
    { is: "no list",             text: "objects: 7\n",                     says: "not a list" },
    { is: "no mapping",          text: "- a\n- b\n",                       says: "no configuration" },
    { is: "broken",              text: "objects:\n  - ga: 'x\n",           says: "quote" },
    { is: "two documents",       text: "a: 1\n---\nb: 2\n",                says: "documents" },
  ])("not into $is", ({ text, says }) => {
    const result = openObjects(text);
    expect(result.ok ? "" : result.message).toContain(says);
  });
});

const MINE = `# house of mine
version: 1
knx:
  address: 1.1.250   # free
objects:             # in no order
  # the kitchen
  - ga: 1/2/3        # by hand
    name: "Küche"
    dpt: 5.010       # not quoted
    room:   Kitchen

  - {ga: 1/2/9, name: Bell}
  - ga: 1/515
    dpt: "1.001"
# words behind
log: {level: info}   # quiet
`;

describe("what the user wrote stays", () => {
  test("octet for octet, while other objects come, change and go", () => {
    const first = imported(MINE, project(KITCHEN, HALL, address(6407, { name: "Heat" })));
    expect(first.replace(/ {2}- ga: \S+ # ets (.*\n)(?: {4}.*\n)*/g, "")).toBe(MINE);
    const second = imported(first, project(KITCHEN, { ...HALL, name: "Corridor" }, address(6408)));
    expect(parse(second).objects.slice(3)).toEqual([
      { ga: "1/2/11", name: "Corridor", dpt: "5.001" },
      { ga: "3/1/8", name: "n6408", dpt: "1.001" },
    ]);
    expect(imported(second, project())).toBe(MINE);
  });

  test("and what differs is told", () => {
    const difference = differenceOf(MINE, project(KITCHEN, HALL));
    expect(difference).toMatchObject({
      added: [{ ga: "1/2/11", name: "Hall", dpt: "5.001" }],
      removed: [],
      replaced: [],
      renamed: [{ ga: "1/2/3", from: "Küche", to: "Kitchen", kept: true }],
      retyped: [{ ga: "1/2/3", from: "5.010", to: "1.001", kept: true }],
      onlyInFile: ["1/2/9"],
    });
  });

  // biome-ignore format: read by column
  test.each([
    { is: "the same in another spelling",     file: `dpt: DPST-9-1`,  to: "9.001", retyped: [] },
    { is: "more exact here",                  file: `dpt: "9.001"`,   to: "9.xxx", retyped: [] },
    { is: "more exact there",                 file: `dpt: "9.xxx"`,   to: "9.001", retyped: [] },
    { is: "the project does not know",        file: `dpt: "9.001"`,   to: null,    retyped: [] },
    { is: "not here",                         file: `room: x`,        to: "9.001", retyped: [{ from: null, to: "9.001" }] },
    { is: "another subtype",                  file: `dpt: "9.002"`,   to: "9.001", retyped: [{ from: "9.002", to: "9.001" }] },
    { is: "not quoted, read by characters",   file: `dpt: 9.010`,     to: "9.010", retyped: [] },
  ])("types: $is", ({ file, to, retyped }) => {
    const text = `objects:\n  - ga: 1/2/3\n    name: n2563\n    ${file}\n`;
    expect(differenceOf(text, project(address(2563, { dpt: to })))).toMatchObject({ retyped });
  });
});

describe("an imported object belongs to the user as soon as the user touched it", () => {
  const whole = imported("", project(KITCHEN, HALL));
  const later = project({ ...KITCHEN, name: "Galley" }, { ...HALL, name: "Corridor" });

  // biome-ignore format: read by column
  test.each([
    { is: "another name",            change: ["name: Kitchen", "name: Mine"]                        },
    { is: "one more key",            change: ["    name: Kitchen\n", "    name: Kitchen\n    poll: 5min\n"] },
    { is: "one more key, later on",  change: [`    dpt: "1.001"\n`, `    dpt: "1.001"\n\n    poll: 5min\n`] },
    { is: "a key less",              change: [`    dpt: "1.001"\n`, ""]                             },
    { is: "a comment in it",         change: ["    name: Kitchen\n", "    # cooking\n    name: Kitchen\n"] },
    { is: "a comment behind",        change: ["name: Kitchen", "name: Kitchen # mine"]              },
    { is: "no mark",                 change: [/ # ets \w+/, ""]                                     },
    { is: "in brackets",             change: [/- ga.*\n.*\n.*\n/, "- {ga: 1/2/3, name: Kitchen}\n"] },
  ] as const)("$is", ({ change: [from, to] }) => {
    const touched = whole.replace(from, to);
    expect(touched).not.toBe(whole);
    const after = imported(touched, later);
    expect(after.replace("Corridor", "Hall").replaceAll(/ets \w+/g, "")).toBe(touched.replaceAll(/ets \w+/g, ""));
    expect(differenceOf(after, project()).removed.map(({ written }) => written)).toEqual(["1/2/11"]);
  });

  test("untouched: brought up to date, comments above it stay", () => {
    const commented = whole.replace("  - ga: 1/2/11", "  # the hall\n  - ga: 1/2/11");
    const after = imported(commented, later);
    expect(parse(after).objects.map(({ name }: { name: string }) => name)).toEqual([
      "Galley",
      "Corridor",
    ]);
    expect(after).toContain("  # the hall\n  - ga: 1/2/11");
    expect(imported(after, later)).toBe(after);
    expect(differs(differenceOf(after, later))).toBe(false);
  });

  test("the last of all removed: an empty list, which the configuration takes", () => {
    const after = imported(`${whole}log: {}\n`, project());
    expect(after).toBe("objects: []\nlog: {}\n");
  });

  test("lines that only look like one, in a text of the user", () => {
    const quoting = `objects:\n  - ga: 1/2/9\n    description: |\n      ${WRITTEN.trim().replaceAll("\n", "\n  ")}\nlog: {}\n`;
    expect(imported(quoting, project(address(2569, { name: "" })))).toBe(quoting);
  });
});

test("objects of another list are not ours", () => {
  const whole = imported("", project(KITCHEN, HALL));
  const [, hall = ""] = /( {2}- ga: 1\/2\/11(?:.*\n)+)/.exec(whole) ?? [];
  const after = imported(`${whole}other:\n${hall}`, project(KITCHEN));
  expect(after).toBe(`objects:\n${WRITTEN}other:\n${hall}`);
});

describe("what is written of an address", () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: a name that looks like one
  // biome-ignore format: read by column
  test.each([
    { is: "everything",                          more: { room: "Hall", description: "by the door", flags: "CRT" }, entry: { name: "n2563", dpt: "1.001", room: "Hall", description: "by the door", writable: false } },
    { is: "nothing but the address",             more: { name: "", dpt: null },                                    entry: {} },
    { is: "a description that is the name",      more: { description: "n2563" },                                   entry: { name: "n2563", dpt: "1.001" } },
    { is: "somebody listens",                    more: { flags: "CRWT" },                                          entry: { name: "n2563", dpt: "1.001" } },
    { is: "a variable is none",                  more: { name: "a ${MQTT_PASSWORD} b" },                           entry: { name: "a $ {MQTT_PASSWORD} b", dpt: "1.001" } },
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: -
  ])("$is", ({ more, entry }) => {
    expect(parse(imported("", project(address(2563, more)))).objects).toEqual([{ ga: "1/2/3", ...entry }]);
  });

  test.each([
    ["3-level", "1/2/3"],
    ["2-level", "1/515"],
    ["free", "2563"],
  ])("in the style of the file: %s", (style, ga) => {
    const text = imported(`knx: {style: ${style}}\n`, project(KITCHEN));
    expect(parse(text).objects).toMatchObject([{ ga }]);
    expect(imported(text, project(KITCHEN))).toBe(text);
  });
});

const TEXT = fc.string({
  unit: fc.constantFrom(...("aZ9 :#-'\"\\{}[]&*!|>%@`,?~$äß€\t😀".match(/./gu) ?? [])),
  maxLength: 12,
});

prop.prop([fc.array(TEXT, { minLength: 1, maxLength: 6 })])(
  "whatever a name has in it, any reader of YAML gives it back",
  (names) => {
    const wanted = names.map((name) => name.replace(/\s+/g, " ").trim());
    const text = imported(
      "",
      project(...wanted.map((name, index) => address(2560 + index, { name }))),
    );
    const read = parse(text).objects.map(({ name = "" }: { name?: string }) => name);
    expect(read).toEqual(wanted.map((name) => name.replaceAll("${", "$ {")));
  },
);

prop.prop([
  fc.array(fc.record({ ga: fc.integer({ min: 1, max: 40 }), name: TEXT, own: fc.boolean() }), {
    maxLength: 12,
  }),
  fc.array(fc.record({ ga: fc.integer({ min: 1, max: 40 }), name: TEXT }), { maxLength: 12 }),
])(
  "import after import: the file says what the project says, beside what is the user's",
  (before, after) => {
    const once = <T extends { ga: number }>(list: readonly T[]) => [
      ...new Map(list.map((one) => [one.ga, one])).values(),
    ];
    const clean = (name: string) => name.replace(/\s+/g, " ").trim();
    const start = imported(
      "# top\nknx: {address: 1.1.250}\n",
      project(...once(before).map(({ ga, name }) => address(ga, { name: clean(name) }))),
    );
    const own = new Set(
      once(before)
        .filter(({ own: mine }) => mine)
        .map(({ ga }) => `0/0/${ga}`),
    );
    const touched = start.replace(/(- ga: (\S+)) # ets \w+/g, (whole, item, ga) =>
      own.has(ga) ? `${item} # mine` : whole,
    );
    const goal = project(...once(after).map(({ ga, name }) => address(ga, { name: clean(name) })));
    const result = imported(touched, goal);
    expect(imported(result, goal)).toBe(result);
    const written: readonly { ga: string }[] = parse(result).objects ?? [];
    expect(new Set(written.map(({ ga }) => ga))).toEqual(
      new Set([...own, ...goal.addresses.map(({ ga }) => `0/0/${ga}`)]),
    );
    for (const ga of own) expect(result).toContain(`- ga: ${ga} # mine`);
  },
);
