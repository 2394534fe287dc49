import { describe, expect, test } from "vitest";
import { IndividualAddress } from "../../../../src/core/address.ts";
import type { DevicesConfig } from "../../../../src/core/app/bridge/devices/config.ts";
import { config, ga, object, ready, value } from "./rig.ts";

const BUTTON = IndividualAddress(0x1117);
const SENSOR = IndividualAddress(0x1105);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type It = ReturnType<typeof ready>;
const house = (known: DevicesConfig["known"] = [], topics = true) =>
  ready(config([object("1/2/3", "1.001")], { devices: { topics, known } }));
const heard = (it: It, source: IndividualAddress) =>
  it.feed({
    for: "bridge",
    type: "A_GroupValue_Write.ind",
    destination: ga("1/2/3"),
    value: value("/1"),
    source,
    priority: "low",
    hops: 6,
    repeated: false,
    at: it.now(),
  });
const states = (it: It) => it.documents(/device\/1\.1\.23\/state$/);
const events = (it: It) => it.documents(/bridge\/event$/);

describe("9 physical devices", () => {
  test("last seen, telegrams, availability", () => {
    const it = house([{ ia: BUTTON, name: "Push button hall", expectedMs: HOUR }]);
    heard(it, BUTTON);
    expect(it.topics(/device\//)).toMatchObject([
      { topic: "knx/device/1.1.23/state", qos: 0, retain: true },
    ]);
    expect(states(it)).toEqual([
      {
        ia: "1.1.23",
        name: "Push button hall",
        last_seen: "2026-01-31T10:11:12.000Z",
        telegrams: 1,
        availability: "online",
        expected_s: 3_600,
      },
    ]);
  });

  test("at most one message a minute and device, and the last one is right", () => {
    const it = house();
    for (let n = 0; n < 90; n++) {
      heard(it, BUTTON);
      it.advance(1_000);
    }
    expect(states(it).map(({ telegrams }) => telegrams)).toEqual([1, 60]);
    it.advance(MINUTE);
    expect(states(it).map(({ telegrams }) => telegrams)).toEqual([1, 60, 90]);
    it.advance(HOUR);
    expect(states(it)).toHaveLength(3);
  });

  test("silent for longer than expected: offline and device_lost; heard again: device_back", () => {
    const it = house([{ ia: BUTTON, expectedMs: HOUR }]);
    heard(it, BUTTON);
    it.advance(HOUR - 1);
    expect(events(it)).toEqual([]);
    it.advance(1);
    expect(events(it)).toMatchObject([{ type: "device_lost", ia: "1.1.23" }]);
    expect(states(it).at(-1)).toMatchObject({ availability: "offline", telegrams: 1 });
    it.advance(DAY);
    expect(events(it)).toHaveLength(1);
    heard(it, BUTTON);
    expect(events(it).at(-1)).toMatchObject({ type: "device_back", ia: "1.1.23" });
    expect(states(it).at(-1)).toMatchObject({ availability: "online", telegrams: 2 });
  });

  test("a telegram puts the end off", () => {
    const it = house([{ ia: BUTTON, expectedMs: HOUR }]);
    for (let n = 0; n < 5; n++) {
      heard(it, BUTTON);
      it.advance(50 * MINUTE);
    }
    expect(events(it)).toEqual([]);
    it.advance(10 * MINUTE);
    expect(events(it)).toMatchObject([{ type: "device_lost" }]);
  });

  test("learned: three times the longest gap, after a day of watching", () => {
    const it = house();
    for (let n = 0; n < 30; n++) {
      heard(it, BUTTON);
      it.advance(n === 7 ? 90 * MINUTE : HOUR);
    }
    expect(states(it)[0]).toMatchObject({ expected_s: null });
    expect(states(it).at(-1)).toMatchObject({ expected_s: 3 * 90 * 60 });
    it.advance(3 * 90 * MINUTE - HOUR);
    expect(events(it)).toMatchObject([{ type: "device_lost" }]);
  });

  test("a gap of more than seven days ago counts no more", () => {
    const it = house();
    heard(it, BUTTON);
    it.advance(5 * HOUR);
    for (let n = 0; n < 9 * 24; n++) {
      heard(it, BUTTON);
      it.advance(HOUR);
    }
    expect(states(it).at(-1)).toMatchObject({ expected_s: 3 * 3_600 });
  });

  test("never known after so short a time is nobody lost", () => {
    const it = house();
    heard(it, BUTTON);
    it.advance(1_000);
    heard(it, BUTTON);
    it.advance(30 * DAY);
    expect(events(it)).toEqual([]);
  });

  test("a new connection is told again", () => {
    const it = house();
    heard(it, BUTTON);
    it.broker(false);
    it.advance(5_000);
    heard(it, BUTTON);
    it.published.length = 0;
    it.broker(true);
    it.advance(2_000);
    expect(states(it)).toMatchObject([{ telegrams: 2 }]);
  });

  test("a thousand and some devices are remembered, no more", () => {
    const it = house();
    for (let n = 1; n <= 1_500; n++) heard(it, IndividualAddress(n));
    expect(it.state().features.devices.count).toBe(1_024);
    expect(it.topics(/device\//)).toHaveLength(1_024);
  });

  test("off: no topics, and nothing is remembered", () => {
    const it = house([], false);
    heard(it, BUTTON);
    expect(it.topics(/device\//)).toEqual([]);
    expect(it.state().features.devices.count).toBe(0);
  });
});

describe("10 devices/list", () => {
  const list = (it: It) => {
    it.message("knx/bridge/request/devices/list", "");
    return it.documents(/response/).at(-1)?.["data"];
  };
  test("with topics every device, with its figures", () => {
    const it = house([{ ia: BUTTON, name: "Hall" }]);
    heard(it, BUTTON);
    heard(it, SENSOR);
    expect(list(it)).toMatchObject([
      { ia: "1.1.5", telegrams: 1, availability: "online" },
      { ia: "1.1.23", name: "Hall" },
    ]);
  });

  test("without, those whose values are held", () => {
    const it = house([], false);
    heard(it, SENSOR);
    it.advance(7_000);
    heard(it, BUTTON);
    expect(list(it)).toEqual([{ ia: "1.1.23", last_seen: "2026-01-31T10:11:19.000Z" }]);
  });
});
