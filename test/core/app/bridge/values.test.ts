import { describe, expect, test } from "vitest";
import { config, object, ready } from "./rig.ts";

describe("§6 what stands beside a value", () => {
  // biome-ignore format: read by column
  const VALUES = [
    ["20.102",  "03",                         { value: "economy", text: "economy", detail: { code: 3 }, quality: "good" }],
    ["20.102",  "05",                         { value: 5, detail: { code: 5 }, quality: "good" }],
    ["10.001",  "2d 25 2a",                   { value: "13:37:42", detail: { weekday: 1 } }],
    ["10.001",  "2d 25 3c",                   { value: null, quality: "invalid" }],
    ["14.056",  "44 9a 50 00",                { value: 1234.5, unit: "W" }],
    ["251.600", "ff 80 00 40 00 0d",          { value: { r: 255, g: 128, b: null, w: 64 } }],
    ["29.010",  "7f ff ff ff ff ff ff ff",    { value: "9223372036854775807", unit: "Wh" }],
    ["232.600", "ff 80",                      { value: null, quality: "invalid", raw: "ff80" }],
  ] as const;

  test.each(VALUES)("%s %s", (dpt, octets, document) => {
    const it = ready(config([object("2/3/5", dpt, { events: true })]));
    it.telegram("A_GroupValue_Write.ind", "2/3/5", octets);
    const [state] = it.documents(/ga\/2\/3\/5\/state$/);
    expect(state).toMatchObject({ dpt, ...document });
    expect("detail" in Object(state)).toBe("detail" in document);
  });

  test("a word on its way to the bus; a time that only a clock could know is refused, and says no more", () => {
    const it = ready(config([object("2/3/5", "20.102"), object("2/3/7", "10.001")]));
    it.message("knx/ga/2/3/5/set", "economy");
    it.message("knx/ga/2/3/7/set", "now");
    expect(it.sent.map(({ request }) => request)).toMatchObject([{ value: { octets: [3] } }]);
    expect(it.documents(/bridge\/error$/)).toMatchObject([
      { ga: "2/3/7", error: { code: "no_value", message: '"now" of 10.001 needs a clock' } },
    ]);
    expect(JSON.stringify(it.documents(/bridge\/error$/))).not.toContain('"clock"');
  });
});
