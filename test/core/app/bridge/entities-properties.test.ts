import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { entity, objects, withEntities } from "./entities-rig.ts";
import { ready } from "./rig.ts";

const TYPES = objects({
  "1/1/1": "1.001",
  "1/1/2": "5.001",
  "1/1/3": "7.600",
  "1/1/4": "251.600",
  "2/1/1": "1.008",
  "2/1/2": "1.010",
  "2/1/3": "5.001",
  "2/1/4": "5.001",
  "4/1/1": "9.001",
  "4/1/2": "20.105",
  "7/1/1": "18.001",
});
const HOUSE = withEntities(
  [
    entity(
      "light",
      { type: "light" },
      { switch: "1/1/1", brightness: "1/1/2", color_temperature: "1/1/3", rgbw: "1/1/4" },
    ),
    entity(
      "cover",
      { type: "cover", invertPosition: false, invertTilt: false, travelMs: 20_000 },
      { up_down: "2/1/1", stop: "2/1/2", position: "2/1/3 2/1/4" },
    ),
    entity(
      "climate",
      { type: "climate", min: 16, max: 26 },
      { switch: "1/1/1", temperature: "4/1/1", mode: "4/1/2" },
    ),
    entity("fan", { type: "fan", speeds: 3 }, { switch: "1/1/1", percentage: "1/1/2" }),
    entity("lock", { type: "lock", invert: true }, { lock: "1/1/1" }),
    entity("select", { type: "select" }, { option: "4/1/2" }),
    entity("scene", { type: "scene", scenes: { 5: "Night" } }, { scene: "7/1/1" }),
  ],
  TYPES,
);
const IDS = HOUSE.entities.map(({ id }) => id);

const NAMES = [
  ...["state", "switch", "brightness", "color_temp", "color", "move", "position", "tilt"],
  ...["temperature", "mode", "preset", "percentage", "speed", "option", "scene", "learn", "value"],
];
const VALUE = fc.oneof(
  fc.constantFrom<unknown>("ON", "OFF", "OPEN", "STOP", "LOCK", "cool", "Night", 0, 20, 55.5, 300),
  fc.constantFrom<unknown>({ r: 1, g: 2, b: 3 }, { x: 0.5, y: 0.25 }, true, null, [], -1),
  fc.jsonValue({ maxDepth: 1 }),
);
const ASKED = fc.oneof(
  fc.dictionary(fc.constantFrom(...NAMES), VALUE).map((asked) => JSON.stringify(asked)),
  VALUE.map((value) => JSON.stringify(value)),
  fc.string(),
);
const TELEGRAM = fc.constantFrom<readonly [string, string]>(
  ["1/1/1", "/1"],
  ["1/1/2", "99"],
  ["1/1/4", "01 02 03 04 00 0e"],
  ["2/1/1", "/0"],
  ["2/1/2", "/0"],
  ["2/1/3", "99"],
  ["2/1/4", "33"],
  ["2/1/4", "33 33"],
  ["4/1/1", "7f ff"],
  ["4/1/2", "ff"],
  ["7/1/1", "84"],
);
const HAPPENING = fc.oneof(
  fc.record({
    id: fc.constantFrom(...IDS),
    role: fc.option(fc.constantFrom(...NAMES)),
    payload: ASKED,
  }),
  TELEGRAM,
  fc.constantFrom("on" as const, "off" as const, "later" as const),
);

test.prop([fc.array(HAPPENING, { maxLength: 20 })])(
  "§7 whatever is asked for and heard: a result or an error for each, and nothing stays open",
  (happenings) => {
    const it = ready(HOUSE);
    let asked = 0;
    for (const each of happenings) {
      if (each === "later") it.advance(700);
      else if (each === "on") it.online();
      else if (each === "off") it.offline();
      else if (!("payload" in each)) it.telegram("A_GroupValue_Write.ind", each[0], each[1]);
      else {
        const { id, role, payload } = each;
        it.message(`knx/entity/${id}/set${role === null ? "" : `/${role}`}`, payload, {
          responseTopic: "answers/me",
        });
        if (payload !== "") asked++;
      }
      it.storeAndLoad();
    }
    it.online();
    it.advance(60_000);
    expect(it.documents(/answers\/me/)).toHaveLength(asked);
    expect(it.state().features.batches.open).toEqual([]);
    expect(it.state().queue.depth).toBe(0);
    const states = it.documents(/entity\/cover\/state/).map(({ state }) => state);
    for (const state of states)
      expect(["open", "closed", "stopped", "opening", "closing", null]).toContain(state);
    expect(["opening", "closing"]).not.toContain(states.at(-1));
  },
);
