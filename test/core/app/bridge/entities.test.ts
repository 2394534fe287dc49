import { describe, expect, test } from "vitest";
import { entity, objects, sentBy, told, withEntities } from "./entities-rig.ts";
import { EPOCH, object, ready, rig } from "./rig.ts";

const CEILING = entity(
  "ceiling",
  { type: "light" },
  { switch: "1/1/10 1/4/10", brightness: "1/3/10 1/5/10" },
);
const OBJECTS = objects({
  "1/1/10": "1.001",
  "1/4/10": "1.001",
  "1/3/10": "5.001",
  "1/5/10": "5.001",
  "1/2/10": "3.007",
});
const HOUSE = withEntities([CEILING], OBJECTS);

describe("§7 what a light is sent", () => {
  // biome-ignore format: read by column
  test.each([
    { set: '{"brightness":60}',               sends: ["1/3/10 99"] },
    { set: '{"state":"ON"}',                  sends: ["1/1/10 /1"] },
    { set: '{"state":"OFF"}',                 sends: ["1/1/10 /0"] },
    { set: '{"state":"ON","brightness":60}',  sends: ["1/3/10 99"] },
    { set: '{"brightness":60,"state":"ON"}',  sends: ["1/3/10 99"] },
    { set: '{"state":"ON","brightness":0}',   sends: ["1/1/10 /1", "1/3/10 00"] },
    { set: '{"state":"ON","transition":3}',   sends: ["1/1/10 /1"] },
    { set: '{"brightness":"40"}',             sends: ["1/3/10 66"] },
    { set: "ON",        role: "state",        sends: ["1/1/10 /1"] },
    { set: "off",       role: "switch",       sends: ["1/1/10 /0"] },
    { set: "20",        role: "brightness",   sends: ["1/3/10 33"] },
    { set: '{"value":80,"id":"a7"}', role: "brightness", sends: ["1/3/10 cc"] },
  ])("$role ← $set", ({ set, role, sends }) => {
    const { sent, errors } = told(HOUSE, "ceiling", set, role);
    expect(sent).toEqual(sends);
    expect(errors).toEqual([]);
  });

  // biome-ignore format: read by column
  test.each([
    { set: "ON",                                   code: "invalid_value" },
    { set: "[1]",                                  code: "invalid_value" },
    { set: '{"state":',                            code: "invalid_json" },
    { set: "{}",                                   code: "invalid_value" },
    { set: '{"transition":3}',                     code: "invalid_value" },
    { set: '{"state":"SIDEWAYS"}',                 code: "invalid_value" },
    { set: '{"state":"OFF","brightness":60}',      code: "invalid_value" },
    { set: '{"state":"ON","switch":"OFF"}',        code: "invalid_value" },
    { set: '{"brightness":101}',                   code: "out_of_range" },
    { set: '{"brightness":60,"color":{"r":1,"g":2,"b":3}}', code: "unsupported" },
    { set: '{"brightness":60,"effect":"rainbow"}', code: "unsupported" },
    { set: '{"brightness":60,"__proto__":1}',      code: "unsupported" },
    { set: '{"state":"ON","id":7}',                code: "invalid_value" },
    { set: '{"state":"ON","ttl_ms":5}',            code: "out_of_range" },
    { set: "ON", role: "constructor",              code: "unsupported" },
    { set: '{"raw":"01"}', role: "state",          code: "unsupported" },
    { set: '{"value":"ON","service":"response"}', role: "state", code: "unsupported" },
  ])("$role ← $set is refused, and nothing is sent", ({ set, role, code }) => {
    const { sent, errors } = told(HOUSE, "ceiling", set, role);
    expect(sent).toEqual([]);
    expect(errors).toMatchObject([{ entity: "ceiling", error: { code } }]);
  });

  test("§11 nobody knows this entity", () => {
    const { sent, errors } = told(HOUSE, "attic", '{"state":"ON"}');
    expect(sent).toEqual([]);
    expect(errors).toMatchObject([
      { topic: "knx/entity/attic/set", entity: "attic", error: { code: "unknown_entity" } },
    ]);
  });

  test("without a switching object the dimming object does it", () => {
    const house = withEntities(
      [entity("lamp", { type: "light" }, { brightness: "1/3/10" })],
      OBJECTS,
    );
    expect(told(house, "lamp", '{"state":"ON"}').sent).toEqual(["1/3/10 ff"]);
    expect(told(house, "lamp", '{"state":"OFF"}').sent).toEqual(["1/3/10 00"]);
    expect(told(house, "lamp", '{"state":"ON","brightness":20}').sent).toEqual(["1/3/10 33"]);
  });
});

describe("§7 the state of a light", () => {
  const heard = (telegrams: readonly (readonly [string, string])[], house = HOUSE) => {
    const it = ready(house);
    for (const [address, text] of telegrams) {
      it.advance(7);
      it.telegram("A_GroupValue_Write.ind", address, text);
    }
    return it.documents(/entity.*state$/);
  };

  test("comes from the state GAs only, retained, with the time of its newest part", () => {
    const it = ready(HOUSE);
    it.advance(13);
    it.telegram("A_GroupValue_Write.ind", "1/1/10", "/1");
    it.telegram("A_GroupValue_Write.ind", "1/3/10", "99");
    it.telegram("A_GroupValue_Write.ind", "1/2/10", "/9");
    expect(it.topics(/entity/)).toEqual([]);
    it.telegram("A_GroupValue_Response.ind", "1/5/10", "99");
    it.advance(7);
    it.telegram("A_GroupValue_Write.ind", "1/4/10", "/1");
    expect(it.topics(/entity/)).toMatchObject([
      { topic: "knx/entity/ceiling/state", qos: 1, retain: true, json: true },
      { topic: "knx/entity/ceiling/state" },
    ]);
    expect(it.documents(/entity/)).toEqual([
      { state: "ON", brightness: 60, color_mode: "brightness", ts: "2026-01-31T10:11:12.013Z" },
      { state: "ON", brightness: 60, color_mode: "brightness", ts: "2026-01-31T10:11:12.020Z" },
    ]);
    it.read("1/4/10");
    expect(it.topics(/entity/)).toHaveLength(2);
  });

  test("without a state GA the write GA serves, once it is confirmed", () => {
    const house = withEntities(
      [entity("ceiling", { type: "light" }, { switch: "1/1/10", brightness: "1/3/10" })],
      OBJECTS,
    );
    const it = ready(house);
    it.message("knx/entity/ceiling/set", '{"state":"ON","id":"a3"}');
    expect(it.topics(/entity.*state$/)).toEqual([]);
    it.advance(50);
    expect(it.documents(/entity.*state$/)).toMatchObject([{ state: "ON" }]);
    // Only the dimming object was sent: it knows better by now.
    it.message("knx/entity/ceiling/set", '{"state":"OFF"}');
    it.advance(100);
    it.message("knx/entity/ceiling/set", '{"state":"ON","brightness":20}');
    it.advance(100);
    expect(it.documents(/entity.*state$/).at(-1)).toMatchObject({ state: "ON", brightness: 20 });
  });

  test("nothing is published of a value that nobody acknowledged", () => {
    const house = withEntities([entity("lamp", { type: "light" }, { switch: "1/1/10" })], OBJECTS);
    const it = ready(house, () => ({ outcome: "no_ack", repeats: 3 }));
    it.message("knx/entity/lamp/set", '{"state":"ON"}');
    it.advance(500);
    expect(it.topics(/entity.*state$/)).toEqual([]);
  });

  test("what was never heard is not there; a switch that is not known either", () => {
    expect(heard([["1/5/10", "00"]])).toMatchObject([{ state: "OFF", brightness: 0 }]);
    const house = withEntities(
      [entity("strip", { type: "light" }, { switch: "1/1/10 1/4/10", rgb: "1/6/10" })],
      [...OBJECTS, object("1/6/10", "232.600")],
    );
    expect(heard([["1/6/10", "ff 80 07"]], house)).toEqual([
      {
        state: null,
        color_mode: "rgb",
        color: { r: 255, g: 128, b: 7 },
        ts: "2026-01-31T10:11:12.007Z",
      },
    ]);
  });

  test("one group address in two entities, and in one that is not asked", () => {
    const house = withEntities(
      [
        CEILING,
        entity("all", { type: "light" }, { switch: "1/1/1 1/4/10" }),
        entity("other", { type: "light" }, { switch: "1/1/2" }),
      ],
      [...OBJECTS, object("1/1/1", "1.001"), object("1/1/2", "1.001")],
    );
    const it = ready(house);
    it.telegram("A_GroupValue_Write.ind", "1/4/10", "/1");
    expect(it.topics(/entity/).map(({ topic }) => topic)).toEqual([
      "knx/entity/ceiling/state",
      "knx/entity/all/state",
    ]);
  });
});

describe("§7 colours", () => {
  const TYPES = objects({
    "1/1/1": "1.001",
    "1/4/1": "1.001",
    "1/3/1": "5.001",
    "1/6/1": "7.600",
    "1/6/2": "232.600",
    "1/6/3": "251.600",
    "1/6/4": "242.600",
  });
  const light = (roles: Parameters<typeof entity>[2]) =>
    withEntities([entity("l", { type: "light" }, { switch: "1/1/1 1/4/1", ...roles })], TYPES);

  // biome-ignore format: read by column
  test.each([
    { has: { color_temperature: "1/6/1" }, set: '{"color_temp":2700}',                      sends: ["1/6/1 0a 8c"] },
    { has: { color_temperature: "1/6/1" }, set: '{"state":"ON","color_temp":2700}',         sends: ["1/1/1 /1", "1/6/1 0a 8c"] },
    { has: { rgb: "1/6/2" },               set: '{"color":{"r":255,"g":128,"b":7}}',        sends: ["1/6/2 ff 80 07"] },
    { has: { rgb: "1/6/2" },               set: '{"color":"#ff8007"}',                      sends: ["1/6/2 ff 80 07"] },
    { has: { rgbw: "1/6/3" },              set: '{"color":{"r":255,"g":128,"b":7,"w":64}}', sends: ["1/6/3 ff 80 07 40 00 0f"] },
    { has: { rgbw: "1/6/3" },              set: '{"color":{"r":255,"g":128,"b":7}}',        sends: ["1/6/3 ff 80 07 00 00 0e"] },
    { has: { xy: "1/6/4" },                set: '{"color":{"x":1,"y":0}}',                  sends: ["1/6/4 ff ff 00 00 00 02"] },
    { has: { xy: "1/6/4" },                set: '{"brightness":60}',                        sends: ["1/6/4 00 00 00 00 99 01"] },
    { has: { xy: "1/6/4" },                set: '{"state":"ON","brightness":60,"color":{"x":1,"y":0}}', sends: ["1/6/4 ff ff 00 00 99 03"] },
    { has: { xy: "1/6/4", brightness: "1/3/1" }, set: '{"brightness":60,"color":{"x":1,"y":0}}', sends: ["1/3/1 99", "1/6/4 ff ff 00 00 00 02"] },
    { has: { rgb: "1/6/2", brightness: "1/3/1" }, set: '{"state":"ON","color":{"r":255,"g":128,"b":7},"brightness":60}', sends: ["1/3/1 99", "1/6/2 ff 80 07"] },
  ])("$set", ({ has, set, sends }) => {
    const { sent, errors } = told(light(has), "l", set);
    expect(errors).toEqual([]);
    expect(sent).toEqual(sends);
  });

  test("a light that is on is not switched on beside its colour", () => {
    const it = ready(light({ rgb: "1/6/2" }));
    it.telegram("A_GroupValue_Write.ind", "1/4/1", "/1");
    it.message("knx/entity/l/set", '{"state":"ON","color":{"r":255,"g":128,"b":7}}');
    it.advance(500);
    expect(sentBy(it)).toEqual(["1/6/2 ff 80 07"]);
  });

  // biome-ignore format: read by column
  test.each([
    { has: { rgb: "1/6/2" },  set: '{"color":{"x":1,"y":0}}',                code: "unsupported" },
    { has: { xy: "1/6/4" },   set: '{"color":{"r":1,"g":2,"b":3}}',          code: "unsupported" },
    { has: { rgb: "1/6/2" },  set: '{"color":{"r":1,"g":2,"b":3,"w":4}}',    code: "unsupported" },
    { has: { rgb: "1/6/2" },  set: '{"color":{"r":256,"g":2,"b":3}}',        code: "out_of_range" },
    { has: { rgb: "1/6/2" },  set: '{"color":{"h":20,"s":80}}',              code: "invalid_value" },
    { has: { rgb: "1/6/2" },  set: '{"brightness":60}',                      code: "unsupported" },
    { has: { rgb: "1/6/2" },  set: '{"state":"OFF","color":"#ff8007"}',      code: "invalid_value" },
  ])("$set is refused", ({ has, set, code }) => {
    const { sent, errors } = told(light(has), "l", set);
    expect(sent).toEqual([]);
    expect(errors).toMatchObject([{ error: { code } }]);
  });

  test("the mode is that of the colour that was heard last", () => {
    const it = ready(
      light({ color_temperature: "1/6/1", rgb: "1/6/2", rgbw: "1/6/3", xy: "1/6/4" }),
    );
    it.telegram("A_GroupValue_Write.ind", "1/4/1", "/1");
    for (const [address, text] of [
      ["1/6/1", "0a 8c"],
      ["1/6/2", "ff 80 07"],
      ["1/6/3", "ff 80 07 40 00 0f"],
      ["1/6/3", "ff 80 07 40 00 0e"],
      ["1/6/4", "ff ff 00 00 99 03"],
    ] as const) {
      it.advance(5);
      it.telegram("A_GroupValue_Write.ind", address, text);
    }
    const documents = it.documents(/entity/).map(({ ts: _, state: __, ...document }) => document);
    expect(documents).toEqual([
      {},
      { color_mode: "color_temp", color_temp: 2700 },
      { color_mode: "rgb", color: { r: 255, g: 128, b: 7 } },
      { color_mode: "rgbw", color: { r: 255, g: 128, b: 7, w: 64 } },
      { color_mode: "rgb", color: { r: 255, g: 128, b: 7 } },
      { color_mode: "xy", color: { x: 1, y: 0 }, brightness: 60 },
    ]);
  });
});

describe("§3, §12, §16 entities and the broker", () => {
  test("states after a connect: each entity once, restored values included, before connected", () => {
    const house = withEntities(
      [CEILING, entity("silent", { type: "light" }, { switch: "1/1/11" })],
      [...OBJECTS, object("1/1/11", "1.001")],
    );
    const it = rig(house);
    it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
    it.online();
    it.telegram("A_GroupValue_Write.ind", "1/4/10", "/1");
    it.telegram("A_GroupValue_Write.ind", "1/5/10", "99");
    expect(it.published).toEqual([]);
    it.broker(true);
    const after = it.published.map(({ topic }) => topic);
    expect(after.filter((topic) => topic.startsWith("knx/entity"))).toEqual([
      "knx/entity/ceiling/state",
    ]);
    expect(after.at(-1)).toBe("knx/bridge/event");
    it.broker(false);
    it.published.length = 0;
    it.telegram("A_GroupValue_Write.ind", "1/5/10", "33");
    expect(it.topics(/entity/)).toEqual([]);
    it.storeAndLoad();
    it.broker(true);
    expect(it.documents(/entity/)).toMatchObject([{ state: "ON", brightness: 20 }]);
  });

  test("retain: false", () => {
    const it = ready(withEntities([CEILING], OBJECTS, { retain: false }));
    it.telegram("A_GroupValue_Write.ind", "1/4/10", "/1");
    expect(it.topics(/entity/)).toMatchObject([{ retain: false }]);
  });
});
