import { describe, expect, test } from "vitest";
import { knxpi } from "./program.ts";

describe("knxpi dpt list", () => {
  test("has a line for each of 340 types", async () => {
    const { code, out } = await knxpi("dpt", "list");
    expect([code, out.length]).toEqual([0, 340]);
    expect(out).toContainEqual(expect.stringMatching(/^9\.001 +temperature +°C +2 octets +F16$/));
    expect(out).toContainEqual(expect.stringMatching(/^1\.001 +switch +1 bit +B1$/));
    expect(out).toContainEqual(expect.stringMatching(/^24\.001 .* 1 to 252 octets +A\[n\]$/));
  });

  // biome-ignore format: read by column
  const CHOSEN = [
    ["3",      ["3.007", "3.008"]],
    ["14.12",  ["14.1200", "14.1201"]],
    ["kelvin", ["9.023"]],
    ["K/h",    ["9.003"]],
  ] as const;

  test.each(CHOSEN)("%s", async (text, ids) => {
    const { out } = await knxpi("dpt", "list", text);
    expect(out.map((line) => line.split(" ")[0])).toEqual(ids);
  });

  test("nothing chosen is an error", async () => {
    const { code, err } = await knxpi("dpt", "list", "horses");
    expect([code, err]).toEqual([1, 'no datapoint type has "horses" in its number, name or unit']);
  });

  test("as JSON", async () => {
    const { out } = await knxpi("dpt", "list", "17", "--json");
    expect(JSON.parse(out.join(""))).toEqual([
      {
        ...{ id: "17.001", main: 17, name: "scene number", format: "r2U6", bits: 8 },
        ...{ range: { min: 1, max: 64 }, resolution: 1, json: "integer 1 to 64" },
        example: { octets: "10", value: 17 },
      },
    ]);
  });
});

describe("knxpi dpt show", () => {
  test("a number", async () => {
    expect((await knxpi("dpt", "show", "9.001")).out).toEqual([
      "9.001    temperature",
      "format   F16, 2 octets",
      "unit     °C",
      "range    -273 to 670433.28",
      "JSON     number, two decimals",
      "example  0c 33 ⇄ 21.5",
    ]);
  });

  test("a word", async () => {
    expect((await knxpi("dpt", "show", "DPST-20-102")).out).toEqual([
      "20.102   HVAC mode",
      "format   N8, 1 octet",
      "words    0 auto, 1 comfort, 2 standby, 3 economy, 4 protection",
      "JSON     word; a code without a word is an integer",
      'example  03 ⇄ "economy"  (economy)',
      '         detail {"code":3}',
    ]);
  });

  test("a structure", async () => {
    expect((await knxpi("dpt", "show", "249.600")).out).toEqual([
      "249.600  transition of brightness and colour temperature",
      "format   U16U16U8r5B3, 6 octets",
      "fields   time_ms  U16  0 to 6553500 ms  or null",
      "         colour_temperature  U16  0 to 65535 K  or null",
      "         brightness  U8  0 to 100 %  or null",
      'JSON     {"time_ms":3000,"colour_temperature":2700,"brightness":50.2}',
      'example  00 1e 0a 8c 80 07 ⇄ {"time_ms":3000,"colour_temperature":2700,"brightness":50.2}',
    ]);
  });

  test("a subtype that nobody knows is any of its main type", async () => {
    const { out } = await knxpi("dpt", "show", "5.002");
    expect(out[0]).toBe("5.002 is no subtype known here; it is read as any 5.xxx\n");
    expect(out[1]).toMatch(/^5\.xxx/);
  });

  test("as JSON", async () => {
    const { out } = await knxpi("dpt", "show", "1.008", "--json");
    expect(JSON.parse(out.join(""))).toMatchObject({
      words: [
        { code: 0, word: "up" },
        { code: 1, word: "down" },
      ],
      example: { octets: "01", value: true, text: "down" },
    });
  });

  test.each(["99.001", "temperature", "9.1"])("%s is refused", async (id) => {
    const { code, err } = await knxpi("dpt", "show", id);
    expect(code).toBe(2);
    expect(err).toContain("9.001 is how they look");
  });
});
