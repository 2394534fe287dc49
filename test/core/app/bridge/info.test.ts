import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../../../src/core/address.ts";
import { ABOUT_NOTHING } from "../../../../src/core/app/bridge/info/about.ts";
import { config, EPOCH, object, ready, rig } from "./rig.ts";

const ABOUT = {
  ...ABOUT_NOTHING,
  version: "1.4.0",
  node: "22.12.0",
  os: "Debian GNU/Linux 12 (bookworm) arm64",
  model: "Raspberry Pi 4 Model B Rev 1.4",
  port: "/dev/ttyAMA0",
  baud: 38_400,
  tls: true,
  configHash: "b3c1",
};
const house = config([object("1/2/3", "1.001"), object("1/2/4", "5.001")], {
  about: ABOUT,
  instanceId: "00fa:1a2b3c4d",
  devices: { topics: true, known: [] },
});
const infos = (it: ReturnType<typeof ready>) => it.documents(/bridge\/info$/);

describe("8.2 bridge/info", () => {
  test("retained, on every connection, after state and bus and before the states", () => {
    const it = rig(house);
    it.feed({ for: "bridge", type: "clock.ind", epoch: EPOCH, at: 0 });
    it.feed({ for: "bridge", type: "bus.ind", online: true, chip: "e981", at: 0 });
    it.telegram("A_GroupValue_Write.ind", "1/2/3", "/1");
    it.feed({ for: "bridge", type: "broker.ind", connected: true, version: 5, at: 0 });
    const topics = it.published.map(({ topic }) => topic);
    expect(topics.slice(0, 3)).toEqual(["knx/bridge/state", "knx/bridge/bus", "knx/bridge/info"]);
    expect(topics.indexOf("knx/ga/1/2/3/state")).toBeGreaterThan(2);
    expect(it.topics(/info$/)).toMatchObject([{ qos: 1, retain: true, json: true }]);
    expect(infos(it)).toEqual([
      {
        api: 1,
        name: "house",
        instance_id: "00fa:1a2b3c4d",
        version: "1.4.0",
        started: "2026-01-31T10:11:12.000Z",
        node: "22.12.0",
        os: "Debian GNU/Linux 12 (bookworm) arm64",
        model: "Raspberry Pi 4 Model B Rev 1.4",
        knx: {
          ia: "1.1.250",
          serial: "00fa1a2b3c4d",
          mask: "07b0",
          programming_mode: false,
          chip: "E981.03",
          port: "/dev/ttyAMA0",
          baud: 38_400,
          style: "3-level",
          source: "yaml",
        },
        mqtt: { version: 5, tls: true, tls_verify: true, base: "knx" },
        objects: 2,
        entities: 0,
        config: { hash: "b3c1", loaded: "2026-01-31T10:11:12.000Z", restart_required: false },
        features: expect.arrayContaining(["devices"]),
        requests: expect.arrayContaining(["ping", "group/batch"]),
        deprecated: [],
        unknown_gas: 0,
      },
    ]);
  });

  test("again when programming mode, address or chip change, and not otherwise", () => {
    const it = ready(house);
    const at = it.now();
    it.feed({ for: "bridge", type: "device.ind", what: "programming_mode", on: true, at });
    it.feed({ for: "bridge", type: "configure.req", address: IndividualAddress(0x1117), at });
    it.offline();
    it.feed({ for: "bridge", type: "bus.ind", online: true, chip: "tpuart2", at });
    expect(infos(it)).toMatchObject([
      { knx: { programming_mode: true, ia: "1.1.250" } },
      { knx: { ia: "1.1.23" } },
      { knx: { chip: "TP-UART 2" } },
    ]);
    it.feed({ for: "bridge", type: "configure.req", address: IndividualAddress(0x1117), at });
    it.telegram("A_GroupValue_Write.ind", "7/0/1", "/1");
    expect(infos(it)).toHaveLength(3);
  });

  test("requests: what may be asked here", () => {
    const of = (more: object) => {
      const it = ready({ ...house, ...more });
      it.broker(false);
      it.published.length = 0;
      it.broker(true);
      return infos(it)[0]?.["requests"];
    };
    expect(of({ requests: "off" })).toEqual([]);
    expect(of({})).not.toContain("restart");
    expect(of({ requests: "admin" })).not.toContain("config/get");
    const about = { ...ABOUT, host: ["config/get", "restart"] };
    expect(of({ requests: "admin", about })).toEqual(
      expect.arrayContaining(["config/get", "restart", "bus/reset", "device/scan"]),
    );
    expect(of({ history: 7 })).toContain("telegrams/history");
  });

  test("the request has the same document, measured now", () => {
    const it = ready(house);
    it.telegram("A_GroupValue_Write.ind", "7/0/1", "/1");
    it.message("knx/bridge/request/info", "");
    expect(it.documents(/response/)).toMatchObject([{ data: { api: 1, unknown_gas: 1 } }]);
  });
});

test("8.4 chip_reset", () => {
  const it = ready(house);
  it.feed({ for: "bridge", type: "chip-reset.ind", why: "unasked", at: 0 });
  expect(it.documents(/bridge\/event$/)).toMatchObject([{ type: "chip_reset", why: "unasked" }]);
});

describe("8.5 bridge/log", () => {
  const line = { module: "dl", message: "transceiver reset itself", fields: { octets: "03" } };
  const feed = (it: ReturnType<typeof ready>, level: "debug" | "info" | "warn" | "error") =>
    it.feed({ for: "bridge", type: "log.ind", level, ...line, at: it.now() });
  const lines = (it: ReturnType<typeof ready>) => it.documents(/bridge\/log$/);

  test("a line with level, module and message", () => {
    const it = ready({ ...house, log: "info" });
    feed(it, "warn");
    expect(it.topics(/log$/)).toMatchObject([{ qos: 0, retain: false, expiryS: 60 }]);
    expect(lines(it)).toEqual([
      {
        level: "warning",
        module: "dl",
        message: "transceiver reset itself",
        fields: { octets: "03" },
        ts: "2026-01-31T10:11:12.000Z",
      },
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { log: "off",   shown: [] },
    { log: "debug", shown: ["debug", "info", "warning", "error"] },
    { log: "warn",  shown: ["warning", "error"] },
    { log: "error", shown: ["error"] },
  ] as const)("log.mqtt: $log", ({ log, shown }) => {
    const it = ready({ ...house, log });
    for (const level of ["debug", "info", "warn", "error"] as const) feed(it, level);
    expect(lines(it).map(({ level }) => level)).toEqual(shown);
  });

  test("20 a second; the next one says how many were left out", () => {
    const it = ready({ ...house, log: "info" });
    for (let n = 0; n < 34; n++) feed(it, "info");
    expect(lines(it)).toHaveLength(20);
    it.advance(1_000);
    feed(it, "info");
    feed(it, "info");
    expect(lines(it)[20]).toMatchObject({ suppressed: 14 });
    expect(lines(it)[21]).not.toHaveProperty("suppressed");
  });
});

test("5.1 payload.fields: only these, beside ga, value and ts", () => {
  const payload = { name: true, scalar: false, fields: ["unit", "source"] };
  const it = ready(config([object("4/0/1", "9.001", { name: "Temperature" })], { payload }));
  it.telegram("A_GroupValue_Write.ind", "4/0/1", "0c 2f");
  expect(it.documents(/state$/)).toEqual([
    { ga: "4/0/1", value: 21.42, unit: "°C", source: "1.1.5", ts: "2026-01-31T10:11:12.000Z" },
  ]);
});
