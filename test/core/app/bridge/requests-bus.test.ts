import { describe, expect, test } from "vitest";
import type { Reply } from "../../../../src/core/app/bridge/requests/state.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { config, object, ready } from "./rig.ts";

type It = ReturnType<typeof ready>;
const ask = (it: It, name: string, parameters: object = {}) =>
  it.message(`knx/bridge/request/${name}`, JSON.stringify(parameters));
const answers = (it: It) => it.documents(/\/response\//);
const admin = () => ready(config([object("1/2/3", "1.001")], { requests: "admin" }));

describe("8.7 bridge/telegrams, 10 telegrams/stream", () => {
  // biome-ignore format: read by column
  const FRAMES = [ //                                 ctrl  source dest   npci  tpdu   check
    { is: "1.1.5 writes 1 to 1/2/3",   octets: "bc    11 05  0a 03  e1    00 81  3e" },
    { is: "1.1.5 reads 1/2/3",         octets: "bc    11 05  0a 03  e1    00 00  bf" },
    { is: "1.1.5 connects to 1.1.250", octets: "b0    11 05  11 fa  60    80     50" },
  ];
  const play = (it: It) => {
    for (const { octets } of FRAMES)
      it.feed({ for: "bridge", type: "frame.ind", octets: hex(octets), own: false, at: it.now() });
  };
  const telegrams = (it: It) => it.documents(/bridge\/telegrams$/);

  test("the client is told to show frames; after the time it is told to stop", () => {
    const it = admin();
    ask(it, "telegrams/stream", { seconds: 10 });
    expect(answers(it)).toMatchObject([{ data: { until: "2026-01-31T10:11:22.000Z" } }]);
    expect(it.others).toEqual([{ for: "client", type: "stream.req", on: true, at: 0 }]);
    it.advance(9_999);
    expect(it.others).toHaveLength(1);
    it.advance(1);
    expect(it.others.at(-1)).toEqual({ for: "client", type: "stream.req", on: false, at: 10_000 });
    play(it);
    expect(telegrams(it)).toEqual([]);
  });

  test("0 stops", () => {
    const it = admin();
    ask(it, "telegrams/stream", { seconds: 100 });
    ask(it, "telegrams/stream", { seconds: 0 });
    expect(it.others.at(-1)).toMatchObject({ type: "stream.req", on: false });
    play(it);
    expect(telegrams(it)).toEqual([]);
  });

  test("every service, with tpci, apci, length and frame", () => {
    const it = admin();
    ask(it, "telegrams/stream", { seconds: 10 });
    play(it);
    expect(it.topics(/bridge\/telegrams$/)).toMatchObject([
      { qos: 0, retain: false },
      { qos: 0 },
      { qos: 0 },
    ]);
    expect(telegrams(it)).toMatchObject([
      {
        source: "1.1.5",
        destination: "1/2/3",
        ga: "1/2/3",
        dpt: "1.001",
        value: true,
        raw: "01",
        service: "write",
        tpci: "T_Data_Group",
        apci: "A_GroupValue_Write",
        priority: "low",
        hops: 6,
        repeated: false,
        own: false,
        len: 9,
        frame: "bc11050a03e100813e",
        ts: "2026-01-31T10:11:12.000Z",
      },
      { service: "read", apci: "A_GroupValue_Read" },
      { destination: "1.1.250", tpci: "T_Connect", apci: null, len: 8, priority: "system" },
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { filter: { services: ["write"] },               shown: [0] },
    { filter: { services: ["A_GroupValue_Read"] },   shown: [1] },
    { filter: { services: "T_Connect" },             shown: [2] },
    { filter: { match: "1/2/*" },                    shown: [0, 1] },
    { filter: { match: "9/*/*" },                    shown: [] },
    { filter: { match: "1.1.250" },                  shown: [2] },
    { filter: { match: "1.1.5", services: "read" },  shown: [1] },
  ])("$filter", ({ filter, shown }) => {
    const it = admin();
    ask(it, "telegrams/stream", { seconds: 10, ...filter });
    play(it);
    const frames = shown.map((index) => FRAMES[index]?.octets.replaceAll(" ", ""));
    expect(telegrams(it).map(({ frame }) => frame)).toEqual(frames);
  });

  test("100 a second at most; the next one says how many were left out", () => {
    const it = admin();
    ask(it, "telegrams/stream", { seconds: 10 });
    for (let n = 0; n < 40; n++) play(it);
    expect(telegrams(it)).toHaveLength(100);
    it.advance(1_000);
    play(it);
    expect(telegrams(it)[100]).toMatchObject({ suppressed: 20 });
    expect(telegrams(it)[101]).not.toHaveProperty("suppressed");
  });

  test("no longer than ten minutes", () => {
    const it = admin();
    ask(it, "telegrams/stream", { seconds: 601 });
    expect(answers(it)).toMatchObject([{ error: { code: "out_of_range" } }]);
  });
});

describe("10 device/scan", () => {
  const procedures = (it: It) =>
    it.others.flatMap((each) =>
      each.for === "client" && each.type === "procedure.req" ? [each] : [],
    );
  const found = (it: It, id: number, device: number, there: boolean) => {
    const address = `1.3.${device}`;
    const devices = there ? [{ address, mask: "07B0" }] : [];
    const value = { line: "1.3", devices, acknowledged: [] };
    const result = { ok: true, value } as const;
    it.feed({ for: "bridge", type: "procedure.con", id, result, at: it.now() });
  };

  test("one address after the other, two a second, with an id of its own", () => {
    const it = admin();
    ask(it, "device/scan", { id: "s", line: "1.3", from: 5, to: 8 });
    for (let device = 5; device <= 8; device++) {
      const asked = procedures(it).at(-1);
      expect(asked).toMatchObject({
        procedure: { name: "device.scan", line: 0x13, from: device, to: device },
      });
      expect(asked?.id).toBeLessThan(0);
      it.advance(60);
      found(it, asked?.id ?? 0, device, device === 7);
      it.advance(440);
    }
    expect(procedures(it).map(({ at }) => at)).toEqual([0, 500, 1_000, 1_500]);
    expect(answers(it)).toMatchObject([
      {
        id: "s",
        status: "ok",
        data: { line: "1.3", devices: [{ address: "1.3.7", mask: "07B0" }], acknowledged: [] },
      },
    ]);
  });

  test("one that needs a connection costs more time", () => {
    const it = admin();
    ask(it, "device/scan", { line: "1.3", from: 5, to: 6 });
    it.advance(1_200);
    found(it, procedures(it)[0]?.id ?? 0, 5, true);
    it.advance(10_000);
    expect(procedures(it).map(({ at }) => at)).toEqual([0, 3_000]);
  });

  test("class 5: while others wait, or the line is loaded, it rests", () => {
    const it = admin();
    for (let second = 0; second < 12; second++) {
      it.noise(550);
      it.advance(1_000);
    }
    expect(it.state().load.past.level).not.toBe("normal");
    ask(it, "device/scan", { line: "1.3", from: 5, to: 6 });
    it.advance(1_000);
    expect(procedures(it)).toEqual([]);
    it.advance(30_000);
    expect(procedures(it)).toHaveLength(1);
  });

  test("without a bus it is refused; lost on the way it ends with what was found", () => {
    const it = admin();
    it.offline();
    ask(it, "device/scan", { line: "1.3" });
    expect(answers(it)).toMatchObject([{ error: { code: "bus_offline" } }]);
    it.online();
    ask(it, "device/scan", { line: "1.3", from: 5, to: 6 });
    found(it, procedures(it)[0]?.id ?? 0, 5, true);
    it.offline();
    it.advance(1_000);
    expect(answers(it).at(-1)).toMatchObject({
      error: { code: "bus_offline" },
      data: { devices: [{ address: "1.3.5" }] },
    });
  });

  test("one at a time; parameters are checked", () => {
    const it = admin();
    ask(it, "device/scan", { line: "1.3" });
    ask(it, "device/scan", { line: "1.3" });
    ask(it, "device/scan", { line: "16.1" });
    ask(it, "device/scan", { line: "1.3", from: 9, to: 8 });
    expect(answers(it)).toMatchObject([
      { error: { code: "bus_busy" } },
      { error: { code: "invalid_value" } },
      { error: { code: "invalid_value" } },
    ]);
  });
});

test("10 bus/reset resets the transceiver", () => {
  const it = admin();
  ask(it, "bus/reset", { id: 1 });
  expect(it.others).toEqual([{ for: "dl", type: "reset.req", at: 0 }]);
  expect(answers(it)).toMatchObject([{ id: 1, status: "ok" }]);
});

test("10 stats/reset: the figures begin anew, the numbers of telegrams go on", () => {
  const it = admin();
  it.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
  it.message("knx/ga/1/2/3/set", "sideways");
  const { seq } = it.state().counts;
  ask(it, "stats/reset");
  expect(it.others).toEqual([{ for: "counters", type: "reset" }]);
  expect(it.state().counts).toMatchObject({ seq, received: 0 });
  expect(it.state().tallies).toMatchObject({ rejected: {}, depthMax: 0 });
});

describe("10 what the shell does", () => {
  // biome-ignore format: read by column
  test.each([
    { name: "log/level",       parameters: { level: "debug", seconds: 60 } },
    { name: "config/get",      parameters: {} },
    { name: "config/validate", parameters: { yaml: "a: b" } },
    { name: "config/apply",    parameters: { yaml: "a: b" } },
    { name: "config/reload",   parameters: {} },
    { name: "project/import",  parameters: { file: "AAAA", dry_run: true } },
    { name: "backup/create",   parameters: {} },
  ])("$name goes to it and is answered when it says so", ({ name, parameters }) => {
    const it = admin();
    ask(it, name, { id: "h", ...parameters });
    expect(it.others).toMatchObject([{ for: "host", type: "request", name, parameters }]);
    expect(answers(it)).toEqual([]);
    it.advance(70);
    const ref = it.others.flatMap((each) => (each.for === "host" ? [each.ref] : []))[0] ?? 0;
    const reply = { ok: true, data: { fine: 17 } } as const;
    it.feed({ for: "bridge", type: "request.con", ref, reply, at: it.now() });
    expect(answers(it)).toMatchObject([{ id: "h", status: "ok", data: { fine: 17 }, ms: 70 }]);
  });

  test("8.4 a backup that was made is an event as well, one that was not is none", () => {
    const it = admin();
    const events = () => it.documents(/bridge\/event$/);
    ask(it, "backup/create", { id: "b" });
    const refs = () => it.others.flatMap((each) => (each.for === "host" ? [each.ref] : []));
    const reply = (ref: number, reply: Reply) =>
      it.feed({ for: "bridge", type: "request.con", ref, reply, at: it.now() });
    const error = { code: "internal", message: "the disk is full" } as const;
    const before = events().length;
    reply(refs()[0] ?? 0, { ok: false, error });
    expect(events()).toHaveLength(before);
    ask(it, "backup/create", { id: "c" });
    reply(refs().at(-1) ?? 0, { ok: true, data: { name: "knxpi-house.zip", size: 4711 } });
    expect(events().slice(before)).toMatchObject([
      { type: "backup_created", name: "knxpi-house.zip", size: 4711 },
    ]);
    expect(answers(it).at(-1)).toMatchObject({ id: "c", status: "ok" });
  });

  test("restart is answered first", () => {
    const it = admin();
    ask(it, "restart", { id: "r" });
    expect(answers(it)).toMatchObject([{ id: "r", status: "ok" }]);
    expect(it.others).toMatchObject([{ for: "host", name: "restart" }]);
  });

  test("health is measured for whoever asks, and not published", () => {
    const it = admin();
    ask(it, "health", { id: "m" });
    const ref = it.others.flatMap((each) => (each.for === "host" ? [each.ref] : []))[0] ?? 0;
    it.feed({
      for: "bridge",
      type: "health.req",
      counters: { "rx.telegrams": 17 },
      process: { uptimeS: 61.4, rssMb: 74, cpuPercent: 1.9, loopLagMs: 4 },
      ref,
      at: it.now(),
    });
    expect(answers(it)).toMatchObject([{ id: "m", data: { uptime_s: 61, rx: { telegrams: 17 } } }]);
    expect(it.topics(/bridge\/health$/)).toEqual([]);
  });

  test.each([
    "stats/reset",
    "log/level",
    "config/get",
    "config/validate",
    "config/apply",
    "config/reload",
    "project/import",
    "queue/clear",
    "bus/reset",
    "device/programming_mode",
    "device/scan",
    "backup/create",
    "restart",
  ])("§22.24 %s without permission: forbidden, nothing happens", (name) => {
    const it = ready(config([]));
    ask(it, name, { on: true, line: "1.1", level: "debug" });
    expect(answers(it)).toMatchObject([{ error: { code: "forbidden" } }]);
    expect(it.others).toEqual([]);
  });
});

test("10 discovery/republish without discovery is unsupported", () => {
  const it = ready(config([]));
  ask(it, "discovery/republish");
  expect(answers(it)).toMatchObject([{ error: { code: "unsupported" } }]);
});
