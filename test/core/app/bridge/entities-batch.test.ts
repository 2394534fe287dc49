import { describe, expect, test } from "vitest";
import { entity, objects, sentBy, withEntities } from "./entities-rig.ts";
import { object, ready } from "./rig.ts";

const ROOM = entity(
  "room",
  { type: "climate", min: 16, max: 26 },
  { switch: "4/2/1", mode: "4/2/2", preset: "4/2/3", temperature: "4/2/4" },
);
const OBJECTS = objects({
  "4/2/1": "1.001",
  "4/2/2": "20.105",
  "4/2/3": "20.102",
  "4/2/4": "9.001",
  "9/0/1": "1.001",
});
const HOUSE = withEntities([ROOM], OBJECTS);
const ALL = '{"temperature":21.42,"preset":"comfort","mode":"cool","id":"b5"}';

describe("§7 one ordered batch", () => {
  test("in the order of the type, whatever the order of the JSON; one result for all", () => {
    const it = ready(HOUSE);
    it.message("knx/entity/room/set", ALL);
    it.advance(30);
    expect(it.topics(/result$/)).toEqual([]);
    it.advance(2_000);
    expect(sentBy(it)).toEqual(["4/2/1 /1", "4/2/2 03", "4/2/3 01", "4/2/4 0c 2f"]);
    expect(it.topics(/result$/)).toMatchObject([
      { topic: "knx/entity/room/result", qos: 1, retain: false, expiryS: 60 },
    ]);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "b5", status: "ok", stage: "confirmed", repeats: 0 },
    ]);
  });

  test.each([
    '{"preset":"comfort","temperature":40}',
    '{"preset":"cosy","temperature":21}',
    '{"mode":"sideways","temperature":21}',
    '{"temperature":21,"humidity":40}',
  ])("%s: one part is wrong, so nothing is sent", (payload) => {
    const it = ready(HOUSE);
    it.message("knx/entity/room/set", payload);
    it.advance(2_000);
    expect(it.sent).toEqual([]);
    expect(it.documents(/error$/)).toHaveLength(1);
  });

  test("nothing of it is merged, and later commands do not pass it", () => {
    const it = ready(HOUSE);
    it.offline();
    it.message("knx/entity/room/set", '{"preset":"comfort","temperature":21.42}');
    it.message("knx/entity/room/set", '{"preset":"economy","temperature":21.42}');
    it.message("knx/ga/4/2/3/set", "standby");
    it.online();
    it.advance(3_000);
    expect(sentBy(it)).toEqual(["4/2/3 01", "4/2/4 0c 2f", "4/2/3 03", "4/2/4 0c 2f", "4/2/3 02"]);
  });

  test("a single value merges like a set of its group address", () => {
    const it = ready(HOUSE);
    it.offline();
    it.message("knx/entity/room/set/temperature", '{"value":20,"id":"t1"}');
    it.message("knx/entity/room/set/temperature", '{"value":21.42,"id":"t2"}');
    it.online();
    it.advance(2_000);
    expect(sentBy(it)).toEqual(["4/2/4 0c 2f"]);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "t1", status: "ok", stage: "merged", merged_into: "t2" },
      { id: "t2", status: "ok", stage: "confirmed" },
    ]);
  });

  test("one part that fails fails the whole, and says which", () => {
    const it = ready(HOUSE, ({ request }) =>
      request.destination === 0x2203
        ? { outcome: "no_ack", repeats: 3 }
        : { outcome: "ok", repeats: 0 },
    );
    it.message("knx/entity/room/set", ALL);
    it.advance(2_000);
    expect(it.sent).toHaveLength(4);
    expect(it.documents(/result$/)).toMatchObject([
      {
        id: "b5",
        status: "error",
        stage: "confirmed",
        error: { code: "no_ack", message: expect.stringContaining("4/2/3") },
        failed: ["preset"],
      },
    ]);
  });

  test("no room for all: none of it is taken", () => {
    const others = Array.from({ length: 98 }, (_, index) => object(`6/0/${index + 1}`, "1.001"));
    const it = ready(withEntities([ROOM], [...OBJECTS, ...others]));
    it.offline();
    for (const [index] of others.entries()) it.message(`knx/ga/6/0/${index + 1}/set`, "on");
    it.message("knx/entity/room/set", ALL);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "b5", status: "error", stage: "rejected", error: { code: "queue_full" } },
    ]);
    expect(it.state().queue.depth).toBe(98);
    expect(it.state().features.batches.open).toEqual([]);
    it.message("knx/entity/room/set", '{"temperature":21,"preset":"comfort"}');
    expect(it.state().queue.depth).toBe(100);
  });

  test("bus away: the whole ends with bus_offline when its time is over", () => {
    const it = ready(HOUSE);
    it.offline();
    it.message(
      "knx/entity/room/set",
      '{"preset":"comfort","temperature":21,"id":"c1","ttl_ms":700}',
    );
    it.advance(699);
    expect(it.documents(/result$/)).toEqual([]);
    it.advance(2);
    expect(it.documents(/result$/)).toMatchObject([
      {
        id: "c1",
        stage: "expired",
        error: { code: "bus_offline" },
        failed: ["preset", "temperature"],
      },
    ]);
    it.online();
    it.advance(2_000);
    expect(it.sent).toEqual([]);
  });

  test("confirm: queued gives the result at once, and only once", () => {
    const it = ready(HOUSE);
    it.message(
      "knx/entity/room/set",
      '{"preset":"comfort","temperature":21,"id":"c2","confirm":"queued"}',
    );
    expect(it.documents(/result$/)).toMatchObject([{ id: "c2", status: "ok", stage: "queued" }]);
    it.advance(2_000);
    expect(it.sent).toHaveLength(2);
    expect(it.documents(/result$/)).toHaveLength(1);
  });

  test("the state knows the id of the command", () => {
    const it = ready(HOUSE);
    it.message("knx/entity/room/set", ALL);
    it.advance(2_000);
    expect(it.documents(/ga\/4\/2\/4\/state$/)).toMatchObject([{ origin: "mqtt", id: "b5" }]);
  });

  test("batches end, also after the state was stored", () => {
    const it = ready(HOUSE);
    it.message("knx/entity/room/set", ALL);
    it.storeAndLoad();
    it.advance(2_000);
    expect(it.state().features.batches.open).toEqual([]);
    expect(it.documents(/result$/)).toHaveLength(1);
  });
});

describe("§5.5, §11, §20 admission, as for a group address", () => {
  test("the same id is executed once, and its result repeated", () => {
    const it = ready(HOUSE);
    it.message("knx/entity/room/set", ALL);
    it.message("knx/entity/room/set", ALL);
    it.advance(2_000);
    it.message("knx/entity/room/set", ALL);
    it.advance(2_000);
    expect(it.sent).toHaveLength(4);
    const results = it.topics(/result$/).map(({ payload }) => payload);
    expect(results).toHaveLength(2);
    expect(results[0]).toBe(results[1]);
  });

  test("a response topic, with its correlation data", () => {
    const it = ready(HOUSE);
    const correlation = [7, 13];
    it.message("knx/entity/room/set", '{"temperature":21}', {
      responseTopic: "answers/me",
      correlation,
    });
    it.message("knx/entity/room/set", '{"temperature":99,"id":"d1"}', {
      responseTopic: "knx/entity/room/set",
      correlation,
    });
    it.advance(2_000);
    expect(it.topics(/answers|result/)).toMatchObject([
      { topic: "knx/entity/room/result", correlation },
      { topic: "answers/me", correlation },
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { message: { retain: true },   code: "retained_command" },
    { message: { size: 70_000 },   code: "too_large" },
  ])("$code", ({ message, code }) => {
    const it = ready(HOUSE);
    it.message("knx/entity/room/set", '{"temperature":21}', message);
    it.message("knx/entity/room/set/temperature", "21", message);
    it.advance(2_000);
    expect(it.sent).toEqual([]);
    expect(it.documents(/error$/)).toMatchObject([
      { topic: "knx/entity/room/set", entity: "room", error: { code } },
      { topic: "knx/entity/room/set/temperature", entity: "room", error: { code } },
    ]);
  });

  test("an empty payload clears a retained topic and is ignored", () => {
    const it = ready(HOUSE);
    it.message("knx/entity/room/set", "", { retain: true });
    expect(it.drops).toEqual(["bridge.empty-payload"]);
    expect(it.documents(/error$/)).toEqual([]);
  });

  test("message expiry is a time to live", () => {
    const it = ready(HOUSE);
    it.offline();
    it.message("knx/entity/room/set", '{"temperature":21,"id":"e1"}', { expiryMs: 1_000 });
    it.advance(1_001);
    expect(it.documents(/result$/)).toMatchObject([{ id: "e1", error: { code: "bus_offline" } }]);
  });

  test("one address that is denied, not writable or wants a confirmation refuses the whole", () => {
    const all = '{"temperature":21,"preset":"comfort","id":"f1"}';
    const refusal = (house: typeof HOUSE, payload = all) => {
      const it = ready(house);
      it.message("knx/entity/room/set", payload);
      it.advance(2_000);
      return [it.sent.length, it.documents(/result$/)[0]];
    };
    expect(refusal(withEntities([ROOM], OBJECTS, { deny: ["4/2/3"] }))).toMatchObject([
      0,
      { error: { code: "forbidden" } },
    ]);
    expect(refusal(withEntities([ROOM], OBJECTS, { allow: ["4/2/4"] }))).toMatchObject([
      0,
      { error: { code: "forbidden" } },
    ]);
    const without = OBJECTS.slice(0, 3);
    const locked = object("4/2/4", "9.001", { writable: false });
    expect(refusal(withEntities([ROOM], [...without, locked]))).toMatchObject([
      0,
      { error: { code: "read_only" } },
    ]);
    const guarded = object("4/2/4", "9.001", { confirmWrite: true });
    const house = withEntities([ROOM], [...without, guarded]);
    expect(refusal(house)).toMatchObject([0, { error: { code: "forbidden" } }]);
    expect(refusal(house, all.replace("}", ',"confirm":"4/2/4"}'))).toMatchObject([
      2,
      { status: "ok" },
    ]);
  });

  test("a role without an address to write to is read_only, one that is not there unsupported", () => {
    const lamp = entity("lamp", { type: "light" }, { switch: "9/0/1", brightness: "- 4/2/5" });
    const it = ready(withEntities([lamp], [...OBJECTS, object("4/2/5", "5.001")]));
    it.message("knx/entity/lamp/set", '{"brightness":20}');
    it.message("knx/entity/lamp/set", '{"color_temp":2700}');
    expect(it.documents(/error$/)).toMatchObject([
      { error: { code: "read_only" } },
      { error: { code: "unsupported" } },
    ]);
  });

  test("objects of ETS that are of another type than the role takes", () => {
    const lamp = entity("lamp", { type: "light" }, { switch: "4/2/4" });
    const it = ready(withEntities([lamp], OBJECTS));
    it.message("knx/entity/lamp/set", '{"state":"ON"}');
    expect(it.documents(/error$/)).toMatchObject([{ error: { code: "unsupported" } }]);
  });

  test("an urgent part takes the others along", () => {
    const lock = entity("door", { type: "lock", invert: false }, { lock: "9/0/1", open: "9/0/2" });
    const it = ready(
      withEntities(
        [lock],
        [...OBJECTS, object("9/0/1", "1.001", { alarm: true }), object("9/0/2", "1.017")],
      ),
    );
    it.offline();
    it.message("knx/ga/4/2/4/set", "21");
    it.message("knx/entity/door/set", '{"state":"UNLOCK","open":true}');
    it.online();
    it.advance(2_000);
    expect(sentBy(it).slice(0, 2)).toEqual(["9/0/1 /0", "9/0/2 /1"]);
  });
});
