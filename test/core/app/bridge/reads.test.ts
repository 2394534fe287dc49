import { describe, expect, test } from "vitest";
import { config, ga, object, ready } from "./rig.ts";

const ROOMS = Array.from({ length: 30 }, (_, index) => object(`4/0/${index + 1}`, "9.001"));
const get = (id: string, more = ""): string => `{"id":"${id}"${more}}`;

describe("§5.6 get", () => {
  test("an empty payload is a read; the answer stands on state", () => {
    const it = ready(config(ROOMS));
    it.message("knx/ga/4/0/1/get", "");
    expect(it.sent.map(({ request }) => request)).toMatchObject([
      { type: "A_GroupValue_Read.req", destination: ga("4/0/1"), priority: "low" },
    ]);
    it.advance(50);
    it.telegram("A_GroupValue_Response.ind", "4/0/1", "0c 2f");
    expect(it.documents(/state$/)).toMatchObject([{ value: 21.42, service: "response" }]);
    expect(it.documents(/result$|error$/)).toEqual([]);
  });

  test("reads of one group address are joined, and each one gets its own result", () => {
    const it = ready(config(ROOMS));
    it.message("knx/ga/4/0/1/get", get("a"));
    it.message("knx/ga/4/0/1/get", get("b"));
    it.advance(30);
    it.message("knx/ga/4/0/1/get", get("c", ',"timeout_ms":100'));
    it.message("knx/ga/4/0/1/get", "", { responseTopic: "me", correlation: [7] });
    it.advance(27);
    it.telegram("A_GroupValue_Response.ind", "4/0/1", "0c 2f");
    expect(it.sent).toHaveLength(1);
    const answer = { status: "ok", stage: "response", value: 21.42, raw: "0c2f", source: "1.1.5" };
    expect(it.documents(/result$/)).toMatchObject([
      { id: "a", ...answer, total_ms: 57 },
      { id: "b", ...answer },
      { id: "c", ...answer },
    ]);
    expect(it.documents(/^me$/)).toMatchObject([answer]);
    expect(it.state().tallies.reads).toEqual({ sent: 1, answered: 1, timeout: 0, byBridge: 0 });
    expect(it.state().reads.waiters).toEqual([]);
  });

  test("nobody answers: a result for those with an id, an error for the others", () => {
    const it = ready(config(ROOMS));
    it.message("knx/ga/4/0/1/get", get("a"));
    it.message("knx/ga/4/0/1/get", get("b", ',"timeout_ms":500'));
    it.message("knx/ga/4/0/1/get", "");
    it.advance(10_000);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "b", status: "error", stage: "timeout", error: { code: "timeout" } },
      { id: "a", status: "error", stage: "timeout", error: { code: "timeout" } },
    ]);
    // From the confirmation on: 198 bit times after the request.
    expect(it.topics(/result$/).map(({ at }) => Math.round(at))).toEqual([521, 2_021]);
    expect(it.documents(/error$/)).toMatchObject([{ ga: "4/0/1", error: { code: "timeout" } }]);
    expect(it.state().tallies.reads.timeout).toBe(1);
  });

  test("refused because too many wait, it may be tried again under the same id", () => {
    const it = ready(config([], { allowUnknownWrite: true }));
    it.offline();
    for (let n = 1; n <= 50; n++) it.message(`knx/ga/4/0/${n}/get`, get(`${n}`));
    const refused = { id: "51", stage: "rejected", error: { code: "queue_full" } };
    it.message("knx/ga/4/0/51/get", get("51"));
    it.message("knx/ga/4/0/51/get", get("51"));
    expect(it.documents(/result$/)).toMatchObject([refused, refused]);
    it.advance(10_000);
    it.online();
    it.message("knx/ga/4/0/51/get", get("51"));
    expect(it.sent).toMatchObject([{ request: { destination: ga("4/0/51") } }]);
  });

  test("an answer with another length", () => {
    const it = ready(config(ROOMS));
    it.message("knx/ga/4/0/1/get", get("a"));
    it.advance(50);
    it.telegram("A_GroupValue_Response.ind", "4/0/1", "0c");
    expect(it.documents(/result$/)).toMatchObject([
      {
        status: "error",
        stage: "response",
        error: { code: "dpt_mismatch" },
        value: null,
        raw: "0c",
      },
    ]);
  });

  test("from the cache: no telegram, the state once more", () => {
    const it = ready(config(ROOMS));
    it.message("knx/ga/4/0/1/get", get("none", ',"from":"cache"'));
    it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
    it.advance(30_000);
    it.message("knx/ga/4/0/1/get", get("a", ',"from":"cache"'));
    it.message("knx/ga/4/0/1/get", get("b", ',"from":"fresh"'));
    expect(it.sent).toEqual([]);
    const [first, ...again] = it.topics(/state$/);
    expect(again.map(({ payload }) => payload)).toEqual([first?.payload, first?.payload]);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "none", status: "ok", value: null, quality: "unknown" },
      { id: "a", status: "ok", stage: "response", value: 21.42, raw: "0c2f", quality: "good" },
      { id: "b", status: "ok", stage: "response", value: 21.42 },
    ]);
    it.message("knx/ga/4/0/1/get", get("c", ',"from":"fresh","max_age_s":29'));
    expect(it.sent).toHaveLength(1);
  });

  test.each([
    ["{", "invalid_json"],
    ["now", "invalid_value"],
    ["[]", "invalid_value"],
    ['{"from":"memory"}', "invalid_value"],
    ['{"timeout_ms":5}', "out_of_range"],
    ['{"max_age_s":-1}', "out_of_range"],
  ])("%s is %s", (payload, code) => {
    const it = ready(config(ROOMS));
    it.message("knx/ga/4/0/1/get", payload);
    expect(it.documents(/error$/)).toMatchObject([{ error: { code }, payload }]);
  });

  test("of an unknown group address", () => {
    const it = ready(config(ROOMS));
    it.message("knx/ga/9/0/1/get", "");
    expect(it.documents(/error$/)).toMatchObject([{ error: { code: "unknown_ga" } }]);
  });
});

describe("§13.3 reads", () => {
  test("two outstanding at most, five a second", () => {
    const it = ready(config(ROOMS));
    for (let n = 1; n <= 30; n++) it.message(`knx/ga/4/0/${n}/get`, "");
    it.advance(1_900);
    expect(it.sent).toHaveLength(2);
    it.advance(5_000);
    expect(it.sent).toHaveLength(8);

    const quick = ready(config(ROOMS));
    for (let n = 1; n <= 30; n++) quick.message(`knx/ga/4/0/${n}/get`, "");
    for (let n = 1; n <= 200; n++) {
      quick.advance(25);
      const { outstanding } = quick.state().reads;
      expect(outstanding.length).toBeLessThanOrEqual(2);
      for (const { ga: address } of outstanding)
        quick.telegram("A_GroupValue_Response.ind", `4/0/${address & 0xff}`, "0c 2f");
    }
    expect(quick.sent).toHaveLength(25);
    for (const { at } of quick.sent)
      expect(
        quick.sent.filter((other) => other.at >= at && other.at < at + 1_000).length,
      ).toBeLessThanOrEqual(5);
  });

  test("a read that cannot go does not hold up a command of a lower line", () => {
    const it = ready(config(ROOMS));
    for (let n = 1; n <= 5; n++) it.message(`knx/ga/4/0/${n}/get`, "");
    it.message("knx/ga/4/0/9/set", "20");
    it.advance(100);
    expect(it.sent.map(({ request }) => request.type)).toEqual([
      "A_GroupValue_Read.req",
      "A_GroupValue_Write.req",
      "A_GroupValue_Read.req",
    ]);
  });

  test("time to live of ten seconds in the queue", () => {
    const it = ready(config(ROOMS));
    it.offline();
    it.message("knx/ga/4/0/1/get", get("a"));
    it.message("knx/ga/4/0/1/get", get("b"));
    it.advance(10_000);
    expect(it.documents(/result$/)).toMatchObject([
      { id: "a", stage: "expired", error: { code: "bus_offline" } },
      { id: "b", stage: "expired", error: { code: "bus_offline" } },
    ]);
  });
});

test("8.3 a read that could not be sent goes again, and counts once", () => {
  let tries = 0;
  const it = ready(config([object("4/0/1", "9.001")]), () => ({
    outcome: tries++ === 0 ? "offline" : "ok",
  }));
  it.message("knx/ga/4/0/1/get", '{"id":"a"}');
  it.advance(900);
  it.telegram("A_GroupValue_Response.ind", "4/0/1", "0c 2f");
  it.advance(5_000);
  expect(it.sent).toHaveLength(2);
  expect(it.documents(/result$/)).toMatchObject([{ id: "a", status: "ok", stage: "response" }]);
  expect(it.state().tallies.reads).toEqual({ sent: 1, answered: 1, timeout: 0, byBridge: 0 });
});
