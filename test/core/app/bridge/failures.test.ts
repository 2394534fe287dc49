import { describe, expect, test } from "vitest";
import type { Outcome } from "../../../../src/core/impulse.ts";
import { config, object, ready, value } from "./rig.ts";

const OBJECTS = [
  object("1/2/3", "1.001"),
  object("1/3/10", "5.001"),
  object("2/1/2", "1.007"),
  object("4/0/12", "9.001", { provide: true }),
];
/** The first frames end like this, the others well. */
const ends = (...outcomes: (Outcome | undefined)[]) => {
  const left = [...outcomes];
  return () => {
    if (left.length === 0) return { outcome: "ok" } as const;
    const outcome = left.shift();
    return outcome && { outcome };
  };
};
const set = (id: string): string => `{"value":1,"id":"${id}"}`;

describe("§13.5 failure of a frame", () => {
  test("lost: one more attempt, where values merge", () => {
    const it = ready(config(OBJECTS), ends("lost"));
    it.message("knx/ga/1/2/3/set", set("a"));
    it.advance(1_000);
    expect(it.sent).toHaveLength(2);
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "confirmed", status: "ok" }]);
  });

  test("lost twice: no further one", () => {
    const it = ready(config(OBJECTS), ends("lost", "lost"));
    it.message("knx/ga/1/2/3/set", set("a"));
    it.advance(1_000);
    expect(it.sent).toHaveLength(2);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "a", stage: "sent", status: "error", error: { code: "no_ack" } },
    ]);
  });

  test("lost: better lost than twice, where each telegram is an action", () => {
    const it = ready(config(OBJECTS), ends("lost"));
    it.message("knx/ga/2/1/2/set", set("a"));
    it.advance(1_000);
    expect(it.sent).toHaveLength(1);
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "sent", status: "error" }]);
  });

  test("no word at all counts as lost", () => {
    const it = ready(config(OBJECTS), ends(undefined));
    it.message("knx/ga/1/2/3/set", '{"value":1,"id":"a","ttl_ms":20000}');
    it.advance(9_999);
    expect(it.sent).toHaveLength(1);
    it.advance(100);
    expect(it.sent).toHaveLength(2);
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "confirmed" }]);
  });

  test.each(["offline", "queue_full"] as const)(
    "%s: not sent, so it waits on, and half a second later it goes",
    (outcome) => {
      const it = ready(config(OBJECTS), ends(outcome));
      it.message("knx/ga/1/2/3/set", set("a"));
      it.message("knx/ga/1/3/10/set", set("b"));
      it.advance(400);
      expect(it.sent).toHaveLength(1);
      it.advance(1_000);
      expect(it.sent.map(({ at }) => Math.round(at))).toEqual([0, 521, 541]);
      expect(it.documents(/result$/)).toMatchObject([
        { id: "a", stage: "confirmed" },
        { id: "b", stage: "confirmed" },
      ]);
    },
  );

  test("rejected: it was tried twice already, so it ends at once", () => {
    const it = ready(config(OBJECTS), ends("rejected"));
    it.message("knx/ga/1/2/3/set", set("a"));
    it.message("knx/ga/1/3/10/set", set("b"));
    it.advance(1_000);
    expect(it.sent).toHaveLength(2);
    expect(it.documents(/result$/)).toMatchObject([
      {
        id: "a",
        stage: "dropped",
        status: "error",
        error: { code: "no_ack", message: "The transceiver did not take the telegram to 1/2/3" },
      },
      { id: "b", stage: "confirmed", status: "ok" },
    ]);
  });

  test("offline until the time to live is over", () => {
    const it = ready(config(OBJECTS), () => ({ outcome: "offline" }));
    it.message("knx/ga/1/2/3/set", set("a"));
    it.advance(5_000);
    it.offline();
    it.advance(60_000);
    expect(it.topics(/result$/).map(({ at }) => at)).toEqual([10_000]);
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", error: { code: "bus_offline" } }]);
  });

  test("not sent, and a newer value waits: the newer one goes first", () => {
    const it = ready(config(OBJECTS), ends("queue_full"));
    it.message("knx/ga/1/3/10/set", '{"value":10,"id":"a"}');
    it.message("knx/ga/1/2/3/set", set("x"));
    it.message("knx/ga/1/3/10/set", '{"value":20,"id":"b"}');
    it.advance(1_000);
    expect(it.sent.map(({ request }) => "value" in request && request.value)).toEqual([
      value("1a"),
      value("33"),
      value("/1"),
    ]);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "a", stage: "merged", merged_into: "b" },
      { id: "b", stage: "confirmed" },
      { id: "x", stage: "confirmed" },
    ]);
  });

  test("too long for the transceiver", () => {
    const it = ready(config(OBJECTS), ends("too_long"));
    it.message("knx/ga/1/2/3/set", set("a"));
    it.advance(100);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "a", stage: "dropped", error: { code: "unsupported" } },
    ]);
  });

  test("a repetition costs its airtime again", () => {
    const it = ready(config(OBJECTS), () => ({ outcome: "ok", repeats: 3 }));
    it.message("knx/ga/1/2/3/set", "1");
    it.advance(100);
    // Full again while it was on the bus, then three times 198 bit times.
    expect(it.state().budget.tokens).toBeCloseTo(250 - (3 * 198) / 9.6);
  });
});

describe("§16.2 bus away", () => {
  test("answers are dropped, the newest value of a provided object is kept", () => {
    const it = ready(config(OBJECTS));
    it.message("knx/ga/4/0/12/set", "20");
    it.advance(1_000);
    it.message("knx/ga/1/2/3/set", "1");
    it.read("4/0/12");
    it.offline();
    it.message("knx/ga/4/0/12/set", '{"value":21,"id":"a"}');
    it.message("knx/ga/4/0/12/set", '{"value":22,"id":"b"}');
    it.advance(600_000);
    it.online();
    it.advance(1_000);
    expect(it.sent.slice(2).map(({ request }) => request)).toMatchObject([
      { type: "A_GroupValue_Write.req", value: value("0c 4c") },
    ]);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "a", stage: "merged", merged_into: "b" },
      { id: "b", stage: "confirmed" },
    ]);
    expect(it.state().tallies.offline).toBe(1);
  });

  test("a frame that was with the transceiver ends with its confirmation", () => {
    const it = ready(config(OBJECTS), ends("offline"));
    it.message("knx/ga/1/2/3/set", '{"value":1,"id":"a","ttl_ms":2000}');
    it.offline();
    it.advance(2_001);
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", error: { code: "bus_offline" } }]);
  });
});

describe("§15.1 provided objects", () => {
  const changes = object("4/0/12", "9.001", { provide: true });
  const always = object("4/0/13", "9.001", { provide: true, transmit: "always" });

  test("transmit on change, or always", () => {
    const it = ready(config([changes, always]));
    for (const n of [20, 20, 21]) {
      it.message("knx/ga/4/0/12/set", `{"value":${n},"id":"c${n}"}`);
      it.message("knx/ga/4/0/13/set", `${n}`);
      it.advance(61_000);
    }
    const sent = it.sent.map(({ request }) => request.destination & 0xff);
    expect(sent).toEqual([12, 13, 13, 12, 13]);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "c20", stage: "confirmed" },
      { id: "c20", status: "ok", stage: "merged", merged_into: null },
      { id: "c21", stage: "confirmed" },
    ]);
  });

  test("a value that did not reach the bus is sent again", () => {
    const it = ready(config([changes]), ends("no_ack"));
    for (let n = 0; n < 3; n++) {
      it.message("knx/ga/4/0/12/set", "20");
      it.advance(1_000);
    }
    expect(it.sent).toHaveLength(2);
    expect(it.documents(/state$/)).toHaveLength(1);
  });

  test("a device that writes to it sets its value", () => {
    const it = ready(config([changes]));
    it.telegram("A_GroupValue_Write.ind", "4/0/12", "0c 2f");
    it.read("4/0/12");
    it.read("4/0/12");
    it.advance(1_000);
    expect(it.sent.map(({ request }) => request)).toMatchObject([
      { type: "A_GroupValue_Response.req", value: value("0c 2f") },
      { type: "A_GroupValue_Response.req", value: value("0c 2f") },
    ]);
  });

  test("service: response goes out as such", () => {
    const it = ready(config([changes]));
    it.message("knx/ga/4/0/12/set", '{"value":21.42,"service":"response","id":"a"}');
    it.advance(100);
    expect(it.sent.map(({ request }) => request.type)).toEqual(["A_GroupValue_Response.req"]);
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "confirmed" }]);
  });

  test("a get of one is answered from here", () => {
    const it = ready(config([changes]));
    it.message("knx/ga/4/0/12/set", "20");
    it.advance(100);
    it.message("knx/ga/4/0/12/get", '{"id":"a"}');
    expect(it.sent).toHaveLength(1);
    expect(it.documents(/result$/)).toMatchObject([{ id: "a", stage: "response", value: 20 }]);
  });
});
