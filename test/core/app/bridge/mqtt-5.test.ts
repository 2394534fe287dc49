import { describe, expect, test } from "vitest";
import { config, object, ready } from "./rig.ts";

describe("§3 MQTT 5 properties", () => {
  const OBJECTS = [object("1/1/17", "1.001", { events: true }), object("4/0/1", "9.001")];

  test("user properties of state and event, when they are wanted", () => {
    const it = ready(config(OBJECTS, { userProperties: true, unknown: "state" }));
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.telegram("A_GroupValue_Response.ind", "4/0/1", "0c 1a");
    it.telegram("A_GroupValue_Write.ind", "7/7/7", "ab");
    it.read("1/1/17");
    const of = (topic: RegExp) => it.topics(topic).map(({ user }) => user);
    expect(of(/ga\/.*state$/)).toEqual([
      { ga: "1/1/17", dpt: "1.001", source: "1.1.5", service: "write" },
      { ga: "4/0/1", dpt: "9.001", source: "1.1.5", service: "response" },
      { ga: "7/7/7", source: "1.1.5", service: "write" },
    ]);
    expect(of(/1\/1\/17\/event$/)).toEqual([
      { ga: "1/1/17", dpt: "1.001", source: "1.1.5", service: "write" },
      { ga: "1/1/17", dpt: "1.001", source: "1.1.5", service: "read" },
    ]);
  });

  test("none otherwise", () => {
    const it = ready(config(OBJECTS));
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    expect(it.published.some((each) => "user" in each)).toBe(false);
  });

  test("events, results and bridge/event are of no use after a minute; states do not expire", () => {
    const it = ready(config(OBJECTS));
    it.telegram("A_GroupValue_Write.ind", "1/1/17", "/1");
    it.message("knx/ga/4/0/1/set", '{"value":21.5,"id":"a1"}');
    it.message("knx/bridge/request/ping", "{}");
    it.advance(1_000);
    it.offline();
    for (const leaf of [/\/event$/, /\/result$/, /bridge\/event$/, /bridge\/response\/ping$/]) {
      const found = it.topics(leaf);
      expect(found.length).toBeGreaterThan(0);
      expect(found.every(({ expiryS, json }) => expiryS === 60 && json)).toBe(true);
    }
    expect(it.topics(/ga\/.*state$/).every(({ expiryS }) => expiryS === undefined)).toBe(true);
  });
});
