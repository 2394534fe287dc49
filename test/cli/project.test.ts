import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { addProject } from "../../src/cli/project.ts";
import { archive, octetsOf } from "../project/archives.ts";
import { ETS5_INNER } from "../project/encrypted.ts";
import { DIALECTS, house } from "../project/house.ts";

const directory = fs.mkdtempSync(join(tmpdir(), "knxpi-project-cli-"));
afterAll(() => fs.rmSync(directory, { recursive: true, force: true }));
const path = (name: string): string => join(directory, name);
const read = (name: string): string => fs.readFileSync(path(name), "utf8");

const PROJECT = path("house.knxproj");
fs.writeFileSync(PROJECT, archive(house(DIALECTS[5])));
const LOCKED = path("locked.knxproj");
fs.writeFileSync(LOCKED, archive({ "P-0242.zip": octetsOf(ETS5_INNER) }));

const MINE = `# mine
knx: {address: 1.1.250}
objects:
  - ga: 1/2/3      # by hand
    name: Ceiling
    dpt: "1.002"
  - ga: 7/7/7
    name: Bell
# words behind
`;

beforeEach(() => {
  for (const name of fs.readdirSync(directory))
    if (!name.endsWith(".knxproj")) fs.rmSync(path(name));
  fs.writeFileSync(path("house.yaml"), MINE, { mode: 0o640 });
});

type Ran = Readonly<{ code: number; out: string; err: string }>;

/** As somebody types it, in that directory. */
const project = async (...args: readonly string[]): Promise<Ran> => {
  let out = "";
  let err = "";
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    out += `${line}\n`;
  });
  vi.spyOn(console, "error").mockImplementation((line: string) => {
    err += `${line}\n`;
  });
  const program = new Command("knxpi");
  addProject(program);
  const commands = [
    program,
    ...program.commands,
    ...program.commands.flatMap((one) => one.commands),
  ];
  const writeErr = (text: string): void => {
    err += text;
  };
  for (const command of commands) command.exitOverride().configureOutput({ writeErr });
  const before = process.exitCode;
  process.exitCode = 0;
  try {
    await program.parseAsync(["project", ...args], { from: "user" });
    return { code: Number(process.exitCode), out, err };
  } catch (error) {
    if (error instanceof CommanderError) return { code: 2, out, err };
    return { code: 1, out, err: `${err}${error instanceof Error ? error.message : error}` };
  } finally {
    process.exitCode = before;
  }
};

afterEach(() => void vi.restoreAllMocks());

const config = ["--config", path("house.yaml")];

describe("knxpi project import", () => {
  test("shows what changes, writes it, keeps the former file", async () => {
    const { code, out, err } = await project("import", PROJECT, ...config);
    expect([code, err]).toEqual([0, ""]);
    expect(out.split("\n").slice(0, -2)).toEqual([
      "added: 2",
      "  + 1/2/11  Decke Status  1.011",
      "  + 3/1/7  Temperatur  9.001",
      "renamed: 1",
      "  ~ 1/2/3  Ceiling → Decke & Wand  (yours stays)",
      "retyped: 1",
      "  ~ 1/2/3  1.002 → 1.001  (yours stays)",
      "only in the configuration, left alone: 1",
      "    7/7/7",
      "dpt_conflict: 1/2/3 is 1.002 here and 1.001 in the project",
    ]);
    expect(out).toMatch(/2 added, 0 removed, 0 changed; the former file is \S+house.yaml.bak\n$/);
    expect(parse(read("house.yaml")).objects.slice(2)).toEqual([
      { ga: "1/2/11", name: "Decke Status", dpt: "1.011", room: "Küche", writable: false },
      { ga: "3/1/7", name: "Temperatur", dpt: "9.001" },
    ]);
    expect(read("house.yaml").replace(/ {2}- ga: \S+ # ets .*\n( {4}.*\n)+/g, "")).toBe(MINE);
    expect(read("house.yaml.bak")).toBe(MINE);
    for (const name of ["house.yaml", "house.yaml.bak"])
      expect(fs.statSync(path(name)).mode & 0o777).toBe(0o640);
    expect(fs.readdirSync(directory).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("a second time there is nothing to do", async () => {
    await project("import", PROJECT, ...config);
    const before = fs.statSync(path("house.yaml"));
    const { code, out } = await project("import", PROJECT, ...config);
    expect([code, out.split("\n").at(-2)]).toEqual([0, `${path("house.yaml")}: nothing to change`]);
    expect(fs.statSync(path("house.yaml")).ino).toBe(before.ino);
  });

  test("--dry-run writes nothing", async () => {
    const { code, out } = await project("import", PROJECT, ...config, "--dry-run");
    expect([code, read("house.yaml")]).toEqual([0, MINE]);
    expect(out).toContain("+ 3/1/7");
    expect(out).toMatch(/not written\n$/);
  });

  test("--only these: others are neither added nor missed", async () => {
    await project("import", PROJECT, ...config);
    const csv = path("one.csv");
    fs.writeFileSync(csv, "Wärme;3/1/7;;;;DPST-9-1\nLicht;1/2/12;;;;DPST-1-1\n");
    const { out } = await project("import", csv, ...config, "--only", "3/*/*", "--only", "4/0/*");
    expect(out).toContain("  ~ 3/1/7  Temperatur → Wärme\n");
    expect(out).toMatch(/0 added, 0 removed, 1 changed/);
    expect(parse(read("house.yaml")).objects.map(({ ga }: { ga: string }) => ga)).toEqual([
      ...["1/2/3", "7/7/7", "1/2/11", "3/1/7"],
    ]);
  });

  test("--json: the project, and no file is touched or needed", async () => {
    const { code, out } = await project("import", PROJECT, "--json", "--config", path("none.yaml"));
    expect([code, read("house.yaml")]).toEqual([0, MINE]);
    expect(JSON.parse(out)).toMatchObject({
      name: "Haus am See",
      style: "3-level",
      objects: [
        {
          ga: "1/2/3",
          name: "Decke & Wand",
          dpt: "1.001",
          main: "Licht",
          middle: "Schalten",
          flags: "CWTU",
          room: "Küche",
        },
        { ga: "1/2/11", dpt: "1.011", function: { name: "Deckenlicht", role: "InfoOnOff" } },
        { ga: "3/1/7" },
      ],
      devices: [
        { ia: "1.3.5", name: "Schaltaktor", product: "Switch actuator", order: "AKS-2016.02" },
        { ia: "1.3.17", name: "Push button" },
      ],
      warnings: [],
    });
  });

  test("what could not be used is said on standard error", async () => {
    fs.writeFileSync(path("some.csv"), "Wärme;3/1/7\nsomething\n");
    const { code, err } = await project("import", path("some.csv"), "--json");
    expect(code).toBe(0);
    expect(err.split("\n")).toEqual([
      "warning: 1 × lines that are no group address, left out: line 2: something",
      "warning: 1 × group addresses without a datapoint type: 3/1/7 Wärme",
      "",
    ]);
  });

  test("many: the first ones, and all with --all", async () => {
    const many = Array.from(
      { length: 50 },
      (_, index) => `n${index};4/0/${index + 1};;;;DPST-9-1\n`,
    );
    fs.writeFileSync(path("many.csv"), many.join(""));
    const few = await project("import", path("many.csv"), ...config, "--dry-run");
    expect(few.out.match(/^ {2}\+/gm)?.length).toBe(19);
    expect(few.out).toContain("… and 31 more, shown with --all");
    const all = await project("import", path("many.csv"), ...config, "--dry-run", "--all");
    expect(all.out.match(/^ {2}\+/gm)?.length).toBe(50);
  });

  test("a link to the configuration stays a link", async () => {
    fs.renameSync(path("house.yaml"), path("real.yaml"));
    fs.symlinkSync(path("real.yaml"), path("house.yaml"));
    expect((await project("import", PROJECT, ...config)).code).toBe(0);
    expect(fs.lstatSync(path("house.yaml")).isSymbolicLink()).toBe(true);
    expect(read("real.yaml")).toContain("3/1/7");
  });

  test("a former file of before is replaced, not mixed", async () => {
    fs.writeFileSync(path("house.yaml.bak"), "older\n".repeat(1000));
    await project("import", PROJECT, ...config);
    expect(read("house.yaml.bak")).toBe(MINE);
  });
});

describe("passwords", () => {
  test("of the command line, or the first line of a file", async () => {
    fs.writeFileSync(path("secret"), "blue 7\r\nsecond line\n");
    for (const given of [
      ["--password", "blue 7"],
      ["--password-file", path("secret")],
    ]) {
      const { code, out } = await project("import", LOCKED, "--json", ...given);
      expect([code, JSON.parse(out).objects]).toMatchObject([0, [{ ga: "3/1/7", dpt: "9.001" }]]);
    }
  });

  // biome-ignore format: read by column
  test.each([
    { given: [],                                             says: "give it with --password-file" },
    { given: ["--password", "red 7"],                        says: "the password is wrong"        },
    { given: ["--password", "blue 7", "--password-file", "x"], says: "exclude each other"         },
    { given: ["--password-file", "/nowhere/secret"],         says: "/nowhere/secret"              },
  ])("$given: 2, and nothing is written", async ({ given, says }) => {
    const { code, out, err } = await project("import", LOCKED, ...config, ...given);
    expect([code, out, read("house.yaml")]).toEqual([2, "", MINE]);
    expect(err).toContain(says);
    expect(err).not.toContain("blue 7");
    expect(fs.existsSync(path("house.yaml.bak"))).toBe(false);
  });
});

describe("knxpi project diff", () => {
  test("1 and what differs; nothing is written", async () => {
    const { code, out } = await project("diff", PROJECT, ...config);
    expect([code, read("house.yaml")]).toEqual([1, MINE]);
    expect(out).toContain("added: 2\n");
    expect(out).toContain("dpt_conflict: 1/2/3 is 1.002 here and 1.001 in the project");
  });

  test("0 when there is none, beside objects of the user alone", async () => {
    fs.writeFileSync(path("house.yaml"), MINE.replace(/ {2}- ga: 1(.|\n)*?002"\n/, ""));
    await project("import", PROJECT, ...config);
    const { code, out } = await project("diff", PROJECT, ...config);
    expect([code, out.split("\n").at(-2)]).toEqual([0, `${path("house.yaml")}: no difference`]);
  });

  test("--json", async () => {
    const { code, out } = await project("diff", PROJECT, ...config, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      added: [
        { ga: "1/2/11", name: "Decke Status", dpt: "1.011", room: "Küche", writable: false },
        { ga: "3/1/7", name: "Temperatur", dpt: "9.001" },
      ],
      removed: [],
      renamed: [{ ga: "1/2/3", from: "Ceiling", to: "Decke & Wand", kept: true }],
      retyped: [{ ga: "1/2/3", from: "1.002", to: "1.001", kept: true }],
      conflicts: [
        {
          code: "dpt_conflict",
          ga: "1/2/3",
          message: "1/2/3 is 1.002 here and 1.001 in the project",
        },
      ],
      updated: [],
      only_in_file: ["7/7/7"],
      warnings: [],
    });
  });
});

describe("what cannot be used: 2, and why", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "no project",                 args: ["import", "/nowhere/a.knxproj"],                             says: "/nowhere/a.knxproj" },
    { is: "no argument",                args: ["import"],                                                   says: "missing required argument 'file'" },
    { is: "no pattern",                 args: ["import", PROJECT, "--only", "1/x"],                         says: "4/0/*" },
    { is: "something else",             args: ["diff", path("house.yaml")],                                 says: "neither a project nor an export" },
    { is: "no configuration",           args: ["import", PROJECT, "--config", path("none.yaml")],           says: "none.yaml: there is no such file" },
    { is: "a broken configuration",     args: ["import", PROJECT, "--config", path("broken.yaml")],         says: "broken.yaml" },
  ])("$is", async ({ args, says }) => {
    fs.writeFileSync(path("broken.yaml"), "objects:\n  - ga: 'x\n");
    const { code, out, err } = await project(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(says);
  });

  test("another style of addresses: a warning, and the style of the configuration", async () => {
    fs.writeFileSync(path("house.yaml"), "knx: {address: 1.1.250, style: free}\n");
    const { code, err } = await project("import", PROJECT, ...config);
    expect(code).toBe(0);
    expect(err).toContain("3-level style");
    expect(parse(read("house.yaml")).objects.map(({ ga }: { ga: string }) => ga)).toEqual([
      ...["2563", "2571", "6407"],
    ]);
  });
});

test("the configuration cannot be written: 1, it is as it was, and nothing is left over", async () => {
  fs.mkdirSync(path("house.yaml.bak"));
  const { code, err } = await project("import", PROJECT, ...config);
  expect([code, read("house.yaml")]).toEqual([1, MINE]);
  expect(err).toContain("house.yaml");
  expect(fs.readdirSync(directory).filter((name) => name.startsWith("."))).toEqual([]);
  fs.rmdirSync(path("house.yaml.bak"));
});

test.each(["import", "diff"])("%s --help, with examples", async (command) => {
  let help = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    help += text;
    return true;
  });
  await project(command, "--help");
  expect(help).toContain(`Examples:\n  knxpi project ${command} house.knxproj`);
});
