import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkCommand } from "../../src/cli/check.ts";
import { fileSchema } from "../../src/config/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-check-"));
afterAll(() => rmSync(folder, { recursive: true }));

const check = async (text: string): Promise<readonly unknown[]> => {
  const file = join(folder, "house.yaml");
  writeFileSync(file, text, { mode: 0o600 });
  const lines: string[] = [];
  const status = await checkCommand(file, (line) =>
    lines.push(line.replaceAll(file, "house.yaml")),
  );
  return [...lines, status];
};

test("a sound file ends with status 0", async () => {
  expect(await check("knx: {address: 1.1.250}\nobjects: [{ga: 1/2/3, dpt: 300.056}]\n")).toEqual([
    "warning: house.yaml:2:28 objects[0].dpt: 300.056 is only known as raw octets in this version (dpt_raw_only)",
    "house.yaml: ok, 1 object, 1 warning",
    0,
  ]);
});

test("an error ends with status 1", async () => {
  expect(await check("knx: {address: 1.1.250}\nobjects: [{ga: 1/9/3}]\n")).toEqual([
    'house.yaml:2:16 objects[0].ga: "1/9/3": the middle group goes from 0 to 7 (bad_ga)',
    "house.yaml: 1 error, 0 warnings",
    1,
  ]);
});

test("a file that is not there is an error like any other", async () => {
  const lines: string[] = [];
  expect(await checkCommand(join(folder, "none.yaml"), (line) => lines.push(line))).toBe(1);
  expect(lines[0]).toContain("none.yaml:1:1 ENOENT");
});

test("the JSON Schema knows the sections and refuses other keys", () => {
  expect(fileSchema()).toMatchObject({
    additionalProperties: false,
    required: ["knx"],
    properties: {
      knx: { required: ["address"], properties: { baud: { default: 19200 } } },
      objects: { items: { required: ["ga"], additionalProperties: false } },
    },
  });
});
