import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { checkCommand } from "../../src/cli/check.ts";
import { formatFinding } from "../../src/config/finding.ts";
import { type Loaded, loadConfig } from "../../src/config/load.ts";
import type { ProjectRead } from "../../src/config/project.ts";
import { address, ga, project } from "./house-project.ts";

const READ: ProjectRead = {
  ok: true,
  project: project([
    address("1/1/17", "Hall", "1.001", { room: "Ground floor", description: "by the door" }),
    address("1/4/17", "Hall status", "1.011", { flags: "CRT" }),
    address("4/0/3", "Outside", "9.xxx"),
    address("4/0/5", "Wind", null),
  ]),
};

const KNX = "knx: {address: 1.1.250}\n";

const load = (text: string, read: ProjectRead | undefined = READ): Loaded =>
  loadConfig(`${KNX}${text}`, {
    path: "/home/house.yaml",
    env: {},
    readFile: (path) => {
      if (path !== "/home/secret") throw new Error(`no such file: ${path}`);
      return "secret\n";
    },
    ...(read && { project: read }),
  });

const lines = (loaded: Loaded) =>
  [...(loaded.ok ? [] : loaded.errors), ...loaded.warnings].map((one) => formatFinding("f", one));

const objects = (text: string, read?: ProjectRead) => {
  const loaded = load(text, read);
  if (!loaded.ok) throw new Error(lines(loaded).join("\n"));
  return loaded.config.stack.bridge.objects;
};

const PROJECT = "project: {file: house.knxproj}\n";

describe("§19 project", () => {
  test("every address becomes an object, with all that the project says", () => {
    expect(objects(PROJECT)).toMatchObject([
      {
        ga: ga("1/1/17"),
        name: "Hall",
        main: "House",
        middle: "Living",
        room: "Ground floor",
        description: "by the door",
        dpt: "1.001",
        writable: true,
      },
      // Nobody listens to what only sends.
      { ga: ga("1/4/17"), flags: "CRT", writable: false },
      { ga: ga("4/0/3"), dpt: "9.xxx" },
      { ga: ga("4/0/5"), name: "Wind" },
    ]);
  });

  test("the file wins: first what the object says, then the defaults, then the project", () => {
    const text = [
      PROJECT,
      "defaults: [{match: '1/*/*', room: Upstairs}]",
      "objects:",
      "  - {ga: 1/1/17, name: Entrance}",
      "  - {ga: 1/4/17, room: Cellar, writable: true}",
      "",
    ].join("\n");
    expect(objects(text).slice(0, 2)).toMatchObject([
      { ga: ga("1/1/17"), name: "Entrance", room: "Upstairs", dpt: "1.001" },
      { ga: ga("1/4/17"), name: "Hall status", room: "Cellar", dpt: "1.011", writable: true },
    ]);
    expect(objects(text)).toHaveLength(4);
  });

  test.each([
    ["all", ["1/1/17", "1/4/17", "4/0/3", "4/0/5"]],
    ["listed", ["1/1/17"]],
    ["['4/0/*']", ["1/1/17", "4/0/3", "4/0/5"]],
  ])("import: %s", (wanted, expected) => {
    const text = `project: {file: p, import: ${wanted}}\nobjects: [{ga: 1/1/17}]\n`;
    expect(objects(text).map((one) => one.ga)).toEqual(expected.map(ga));
    expect(objects(text)[0]).toMatchObject({ name: "Hall" });
  });

  test("listed: what entities, links and feedbacks name is needed as well", () => {
    const text = [
      "project: {file: p, import: listed}",
      "objects: [{ga: 1/1/18, dpt: '1.001', state_ga: 1/4/17}]",
      "entities: [{id: a, type: light, switch: 1/1/17}]",
      "links: [{ga: 4/0/3, to: weather/outside}]",
      "",
    ].join("\n");
    expect(objects(text).map((one) => one.ga)).toEqual(
      ["1/1/18", "1/1/17", "1/4/17", "4/0/3"].map(ga),
    );
  });

  test("dpt_conflict: a warning; a type that is only more exact is none", () => {
    const text = `${PROJECT}objects:\n  - {ga: 1/1/17, dpt: "5.001"}\n  - {ga: 4/0/3, dpt: "9.001"}\n`;
    expect(lines(load(text))).toEqual([
      "f:4:23 objects[0].dpt: 1/1/17 is 5.001 here and 1.001 in the project (dpt_conflict)",
    ]);
    expect(objects(text).slice(0, 2)).toMatchObject([{ dpt: "5.001" }, { dpt: "9.001" }]);
  });

  test("unknown_object: what neither knows", () => {
    const text = `${PROJECT}entities: [{id: a, type: light, switch: 1/1/99}]\n`;
    expect(lines(load(text))).toEqual([
      "f:3:41 entities[0].switch: 1/1/99 is neither in objects nor in the project (unknown_object)",
    ]);
    const known = `${PROJECT}entities: [{id: a, type: light, switch: 1/1/17}]\n`;
    expect(lines(load(known))).toEqual([]);
  });

  test("role_dpt: also with the types of the project", () => {
    const text = `${PROJECT}entities: [{id: a, type: light, switch: 1/1/17, brightness: 4/0/3}]\n`;
    expect(lines(load(text))[0]).toContain("4/0/3 is 9.xxx, expected 5.001 (role_dpt)");
  });

  // biome-ignore format: read by column
  test.each([
    ["unreadable",       "{file: p}",                        "f:2:17 project.file: because; give the path from the folder of this file, and let the user of knxpi read it (unreadable)"],
    ["not_a_project",    "{file: p}",                        "f:2:17 project.file: because; give a .knxproj, or an export of the group addresses as XML or CSV (not_a_project)"],
    ["password_missing", "{file: p}",                        "f:2:17 project.file: because; give it with password_file, or export the project without a password (password_missing)"],
    ["password_wrong",   "{file: p, password: x}",           "f:2:30 project.password: because; it is the one that ETS asks for when the project is imported there (password_wrong)"],
    ["password_wrong",   "{file: p, password_file: secret}", "f:2:35 project.password_file: because; it is the one that ETS asks for when the project is imported there (password_wrong)"],
    ["damaged",          "{file: p}",                        "f:2:17 project.file: because; export it from ETS again (damaged)"],
  ] as const)("%s: an error at its place, with what to do", (code, text, line) => {
    const read = { ok: false, code, message: "because" } as const;
    // What cannot be known because of it is not said as well.
    const entities = "entities: [{id: a, type: light, switch: 1/1/99}]";
    expect(lines(load(`project: ${text}\n${entities}\n`, read))).toEqual([line]);
  });

  test("a password given twice, or in a file that is not there", () => {
    expect(lines(load("project: {file: p, password: x, password_file: secret}\n"))).toEqual([
      "f:2:48 project.password_file: password is given twice; leave one out (conflict)",
    ]);
    expect(lines(load("project: {file: p, password_file: nowhere}\n"))).toEqual([
      "f:2:35 project.password_file: no such file: /home/nowhere (unreadable)",
    ]);
  });
});

describe("knxpi check", () => {
  const folder = mkdtempSync(join(tmpdir(), "knxpi-check-project-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const check = async (text: string) => {
    const file = join(folder, "house.yaml");
    writeFileSync(file, text, { mode: 0o600 });
    const said: string[] = [];
    const status = await checkCommand(file, (line) => said.push(line.replaceAll(file, "f")));
    return [...said, status];
  };

  test("reads the project that the file names, from the folder of the file", async () => {
    writeFileSync(
      join(folder, "house.csv"),
      '"Group name";"Address";"Central";"Unfiltered";"Description";"DatapointType"\n"Hall";"1/1/17";"";"";"";"DPST-1-1"\n',
    );
    const text = `${KNX}project: {file: house.csv}\nobjects: [{ga: 1/1/17, dpt: "5.001"}]\n`;
    expect(await check(text)).toEqual([
      "warning: f:3:29 objects[0].dpt: 1/1/17 is 5.001 here and 1.001 in the project (dpt_conflict)",
      "f: ok, 1 object, 1 warning",
      0,
    ]);
  });

  test("says what of the project cannot be used", async () => {
    writeFileSync(
      join(folder, "house.csv"),
      '"Group name";"Address";"Central";"Unfiltered";"Description";"DatapointType"\n"Hall";"1/1/17";"";"";"";""\n',
    );
    expect(await check(`${KNX}project: {file: house.csv}\n`)).toEqual([
      expect.stringMatching(/^project: 1 × group addresses without a datapoint type: .*1\/1\/17/),
      "f: ok, 1 object, 0 warnings",
      0,
    ]);
  });

  test("a project that is not there", async () => {
    const [line, , status] = await check(`${KNX}project: {file: none.knxproj}\n`);
    expect(line).toMatch(/^f:2:17 project\.file: ENOENT.*; give the path .* \(unreadable\)$/);
    expect(status).toBe(1);
  });
});
