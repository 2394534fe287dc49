import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fileSchema } from "../../src/config/schema.ts";

const validate = new Ajv2020({ allErrors: true, strict: false }).compile(fileSchema());

const complaints = (file: unknown): readonly string[] => {
  validate(file);
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath} ${message ?? ""}`,
  );
};

const read = (path: string): unknown => parse(readFileSync(new URL(path, import.meta.url), "utf8"));

describe("§19.3 the JSON Schema of the file", () => {
  test.each(["contract.yaml", "../../firmware-notes/house.yaml"])("fits %s", (path) => {
    expect(complaints(read(path))).toEqual([]);
  });

  test("knows every section, and describes what is not plain", () => {
    expect(fileSchema()).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      properties: Object.fromEntries(
        [
          "version",
          "instance",
          "knx",
          "mqtt",
          "device",
          "control",
          "http",
          "homeassistant",
          "project",
          "defaults",
          "objects",
          "events",
          "entities",
          "links",
          "time",
          "devices",
          "recorder",
          "log",
        ].map((key) => [key, expect.any(Object)]),
      ),
    });
  });

  const FILE = { knx: { address: "1.1.250" } };
  // biome-ignore format: read by column
  test.each([
    ["an unknown key",         { ...FILE, mqqt: {} },                                   " must NOT have additional properties"],
    ["an unknown key inside",  { knx: { address: "1.1.250", adress: "1.1.1" } },        "/knx must NOT have additional properties"],
    ["a missing key",          { ...FILE, objects: [{ name: "Hall" }] },                "/objects/0 must have required property 'ga'"],
    ["a wrong kind",           { ...FILE, mqtt: { retain: "yes" } },                    "/mqtt/retain must be boolean"],
    ["a word that is none",    { ...FILE, mqtt: { unknown: "all" } },                   "/mqtt/unknown must be equal to one of the allowed values"],
    ["a key of another entity",{ ...FILE, entities: [{ id: "a", type: "light", tilt: "2/1/5" }] }, "/entities/0 must NOT have additional properties"],
  ])("refuses %s", (_, file, complaint) => {
    expect(complaints(file)).toContain(complaint);
  });

  test("takes what YAML makes of unquoted values", () => {
    expect(complaints({ ...FILE, objects: [{ ga: "1/1/1", cyclic: 20, dpt: "9.001" }] })).toEqual(
      [],
    );
  });
});
