import { describe, expect, test } from "vitest";
import type { EntityOptions } from "../../../../src/core/app/bridge/entities/config.ts";
import { entity, objects, sentBy, told, withEntities } from "./entities-rig.ts";
import { ready } from "./rig.ts";

const TYPES = objects({
  "2/1/1": "1.008",
  "2/1/2": "1.007",
  "2/1/3": "5.001",
  "2/1/4": "5.001",
  "2/1/5": "5.001",
  "2/1/6": "5.001",
  "2/1/7": "1.010",
  "2/1/8": "1.017",
});
const PLAIN: EntityOptions = {
  type: "cover",
  invertPosition: false,
  invertTilt: false,
  travelMs: 120_000,
};
const BLIND = {
  up_down: "2/1/1",
  stop: "2/1/2",
  position: "2/1/3 2/1/4",
  tilt: "2/1/5 2/1/6",
} as const;
const house = (roles: Parameters<typeof entity>[2] = BLIND, options: EntityOptions = PLAIN) =>
  withEntities([entity("blind", options, roles)], TYPES);

describe("§7 what a cover is sent", () => {
  // biome-ignore format: read by column
  test.each([
    { set: "OPEN",  role: "move",     sends: ["2/1/1 /0"] },
    { set: "CLOSE", role: "move",     sends: ["2/1/1 /1"] },
    { set: "STOP",  role: "move",     sends: ["2/1/2 /1"] },
    { set: "close", role: "up_down",  sends: ["2/1/1 /1"] },
    { set: "100",   role: "position", sends: ["2/1/3 00"] },
    { set: "0",     role: "position", sends: ["2/1/3 ff"] },
    { set: "40",    role: "position", sends: ["2/1/3 99"] },
    { set: "80",    role: "tilt",     sends: ["2/1/5 33"] },
    { set: '{"move":"OPEN"}',         sends: ["2/1/1 /0"] },
    { set: '{"tilt":80,"position":40}', sends: ["2/1/3 99", "2/1/5 33"] },
    { set: '{"tilt":80,"move":"CLOSE"}', sends: ["2/1/1 /1", "2/1/5 33"] },
  ])("$role ← $set", ({ set, role, sends }) => {
    const { sent, errors } = told(house(), "blind", set, role);
    expect(errors).toEqual([]);
    expect(sent).toEqual(sends);
  });

  // biome-ignore format: read by column
  test.each([
    { set: "SIDEWAYS", role: "move",     code: "invalid_value" },
    { set: "true",     role: "move",     code: "invalid_value" },
    { set: "101",      role: "position", code: "out_of_range" },
    { set: "-1",       role: "tilt",     code: "out_of_range" },
    { set: "half",     role: "position", code: "invalid_value" },
    { set: "1",        role: "stop",     code: "unsupported" },
    { set: '{"position":40,"tilt":140}', code: "out_of_range" },
  ])("$role ← $set is refused", ({ set, role, code }) => {
    const { sent, errors } = told(house(), "blind", set, role);
    expect(sent).toEqual([]);
    expect(errors).toMatchObject([{ entity: "blind", error: { code } }]);
  });

  test("STOP by each kind of stop object, and without one", () => {
    const stop = (address: string) =>
      told(house({ ...BLIND, stop: address }), "blind", "STOP", "move").sent;
    expect(stop("2/1/2")).toEqual(["2/1/2 /1"]);
    expect(stop("2/1/7")).toEqual(["2/1/7 /0"]);
    expect(stop("2/1/8")).toEqual(["2/1/8 /1"]);
    const { stop: _, ...without } = BLIND;
    const { sent, errors } = told(house(without), "blind", "STOP", "move");
    expect(sent).toEqual([]);
    expect(errors).toMatchObject([{ error: { code: "unsupported" } }]);
  });

  test("an actuator that counts the other way round", () => {
    const inverted = house(BLIND, { ...PLAIN, invertPosition: true });
    expect(told(inverted, "blind", "40", "position").sent).toEqual(["2/1/3 66"]);
    expect(told(inverted, "blind", "80", "tilt").sent).toEqual(["2/1/5 33"]);
    const slats = house(BLIND, { ...PLAIN, invertTilt: true });
    expect(told(slats, "blind", "40", "position").sent).toEqual(["2/1/3 99"]);
    expect(told(slats, "blind", "80", "tilt").sent).toEqual(["2/1/5 cc"]);
  });

  test("without up and down the position does it", () => {
    const awning = house({ position: "2/1/3 2/1/4" });
    expect(told(awning, "blind", "OPEN", "move").sent).toEqual(["2/1/3 00"]);
    expect(told(awning, "blind", "CLOSE", "move").sent).toEqual(["2/1/3 ff"]);
    const inverted = house({ position: "2/1/3" }, { ...PLAIN, invertPosition: true });
    expect(told(inverted, "blind", "OPEN", "move").sent).toEqual(["2/1/3 ff"]);
  });
});

describe("§7 the state of a cover", () => {
  /** Telegrams a second apart → the states that they lead to. */
  const states = (bridge: ReturnType<typeof house>, ...telegrams: readonly string[]) => {
    const it = ready(bridge);
    return telegrams.map((text) => {
      const [, address = "", value = ""] = /^(\S+) (.*)$/.exec(text) ?? [];
      const before = it.topics(/entity/).length;
      it.telegram("A_GroupValue_Write.ind", address, value);
      it.advance(1_000);
      const [document, ...more] = it.documents(/entity/).slice(before);
      expect(more).toEqual([]);
      if (document === undefined) return undefined;
      const { state, position, tilt } = document;
      return [state, position, tilt].join(" ");
    });
  };

  test("percent open, one decimal", () => {
    expect(states(house(), "2/1/4 33", "2/1/6 99", "2/1/4 73", "2/1/4 00", "2/1/4 ff")).toEqual([
      "stopped 80 ",
      "stopped 80 40",
      "stopped 54.9 40",
      "open 100 40",
      "closed 0 40",
    ]);
    const inverted = house(BLIND, { ...PLAIN, invertPosition: true });
    expect(states(inverted, "2/1/4 33", "2/1/4 ff")).toEqual(["stopped 20 ", "open 100 "]);
  });

  test("down, on its way, at the end", () => {
    expect(states(house(), "2/1/4 33", "2/1/1 /1", "2/1/4 99", "2/1/4 ff", "2/1/4 ff")).toEqual([
      "stopped 80 ",
      "closing 80 ",
      "closing 40 ",
      "closed 0 ",
      "closed 0 ",
    ]);
  });

  test("up, stopped on its way, and a step of one that stands still", () => {
    expect(states(house(), "2/1/4 cc", "2/1/1 /0", "2/1/2 /0", "2/1/2 /1", "2/1/4 99")).toEqual([
      "stopped 20 ",
      "opening 20 ",
      "stopped 20 ",
      undefined,
      "stopped 40 ",
    ]);
  });

  test("a stop object of 1.010 starts with 1", () => {
    const roles = { ...BLIND, stop: "2/1/7" };
    expect(states(house(roles), "2/1/4 cc", "2/1/1 /0", "2/1/7 /1", "2/1/7 /0")).toEqual([
      "stopped 20 ",
      "opening 20 ",
      undefined,
      "stopped 20 ",
    ]);
  });

  test("sent to a position: the direction is known when the position was", () => {
    expect(states(house(), "2/1/3 99", "2/1/4 cc", "2/1/3 99", "2/1/4 b0", "2/1/4 99")).toEqual([
      undefined,
      "stopped 20 ",
      "opening 20 ",
      "opening 31 ",
      "stopped 40 ",
    ]);
    expect(states(house(), "2/1/4 33", "2/1/3 99", "2/1/4 98")).toEqual([
      "stopped 80 ",
      "closing 80 ",
      "stopped 40.4 ",
    ]);
  });

  test("up where it is up already, and sent to where it is", () => {
    expect(states(house(), "2/1/4 00", "2/1/1 /0", "2/1/3 00", "2/1/1 /1", "2/1/1 /0")).toEqual([
      "open 100 ",
      "open 100 ",
      undefined,
      "closing 100 ",
      "open 100 ",
    ]);
  });

  test("its own commands move it as well, once they are on the bus", () => {
    const it = ready(house());
    it.telegram("A_GroupValue_Write.ind", "2/1/4", "33");
    it.message("knx/entity/blind/set/move", "CLOSE");
    expect(it.topics(/entity/)).toHaveLength(1);
    it.advance(100);
    expect(it.documents(/entity/).at(-1)).toMatchObject({ state: "closing", position: 80 });
    it.message("knx/entity/blind/set/move", "STOP");
    it.advance(100);
    expect(it.documents(/entity/).at(-1)).toMatchObject({ state: "stopped", position: 80 });
    expect(sentBy(it)).toEqual(["2/1/1 /1", "2/1/2 /1"]);
  });

  test("nobody tells that it has arrived: after its travel time it has", () => {
    const it = ready(house({ up_down: "2/1/1", stop: "2/1/2" }, { ...PLAIN, travelMs: 30_000 }));
    const last = () => it.documents(/entity/).at(-1);
    it.telegram("A_GroupValue_Write.ind", "2/1/1", "/0");
    expect(last()).toMatchObject({ state: "opening", ts: "2026-01-31T10:11:12.000Z" });
    it.advance(29_000);
    expect(it.documents(/entity/)).toHaveLength(1);
    it.advance(1_500);
    expect(last()).toMatchObject({ state: "open", ts: "2026-01-31T10:11:42.000Z" });
    it.telegram("A_GroupValue_Write.ind", "2/1/1", "/1");
    it.advance(7_000);
    it.telegram("A_GroupValue_Write.ind", "2/1/2", "/1");
    expect(last()).toMatchObject({ state: "stopped" });
    it.advance(60_000);
    expect(last()).toMatchObject({ state: "stopped" });
    expect(it.documents(/entity/)).toHaveLength(4);
  });

  test("often up and down: one appointment, and it moves for as long as the last time says", () => {
    const it = ready(house(BLIND, { ...PLAIN, travelMs: 30_000 }));
    for (let n = 0; n < 20; n++) {
      it.telegram("A_GroupValue_Write.ind", "2/1/1", n % 2 === 0 ? "/0" : "/1");
      it.advance(5_000);
      it.telegram("A_GroupValue_Write.ind", "2/1/2", "/1");
      it.storeAndLoad();
    }
    const travelling = JSON.stringify(it.state().features.agenda).split('"travel"').length - 1;
    expect(travelling).toBe(1);
    it.telegram("A_GroupValue_Write.ind", "2/1/1", "/0");
    it.advance(29_900);
    expect(it.documents(/entity/).at(-1)).toMatchObject({ state: "opening" });
    it.advance(200);
    expect(it.documents(/entity/).at(-1)).toMatchObject({ state: "open" });
  });

  test("arrived while the broker was away: told with the next connection, once", () => {
    const it = ready(house({ up_down: "2/1/1" }, { ...PLAIN, travelMs: 30_000 }));
    it.telegram("A_GroupValue_Write.ind", "2/1/1", "/1");
    it.broker(false);
    it.storeAndLoad();
    it.advance(40_000);
    expect(it.documents(/entity/)).toMatchObject([{ state: "closing" }]);
    it.broker(true);
    it.advance(1_000);
    expect(it.documents(/entity/)).toMatchObject([{ state: "closing" }, { state: "closed" }]);
  });

  test("the same with a broker that has kept all states of group addresses", () => {
    const roles = { up_down: "2/1/1" } as const;
    const it = ready({ ...house(roles, { ...PLAIN, travelMs: 30_000 }), lookBack: true });
    const lookBack = () => {
      it.broker(true);
      it.message("knx/bridge/info", JSON.stringify({ instance_id: it.state().config.instanceId }), {
        retain: true,
      });
      it.advance(3_000);
    };
    lookBack();
    it.telegram("A_GroupValue_Write.ind", "2/1/1", "/1");
    it.broker(false);
    it.advance(40_000);
    lookBack();
    expect(it.documents(/ga.*state$/)).toHaveLength(1);
    expect(it.documents(/entity/)).toMatchObject([{ state: "closing" }, { state: "closed" }]);
    it.broker(false);
    lookBack();
    expect(it.documents(/entity/)).toHaveLength(2);
  });

  test("known from before: where the last movement must have ended", () => {
    const it = ready(house({ up_down: "2/1/1" }));
    it.telegram("A_GroupValue_Write.ind", "2/1/1", "/1");
    expect(it.documents(/entity/)).toMatchObject([{ state: "closing" }]);
    expect(it.documents(/entity/)[0]).not.toHaveProperty("position");
  });
});
