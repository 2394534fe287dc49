import { describe, expect, test } from "vitest";
import type { DeviceState } from "../../../../src/core/app/device/state.ts";
import type { DeviceImpulse } from "../../../../src/core/app-impulse.ts";
import { arrival, ask, feed, NO_KEY, OTHER, opened, TOOL } from "./rig.ts";

const KEY_0 = "0A 1B 2C 3D";
const KEY_1 = "41 52 63 74";
const KEY_2 = "85 96 A7 B8";
const WRONG = "87 65 43 21";

const CONNECT: DeviceImpulse = { for: "device", type: "T_Connect.ind", peer: TOOL, at: 7 };
const DISCONNECT: DeviceImpulse = { for: "device", type: "T_Disconnect.ind", peer: TOOL, at: 9 };

const authorize = (key: string) => arrival("connected", `03 D1 00 ${key}`);

/** Every combination of locked levels, and what a connection may before and after a key. */
describe("the level of a connection", () => {
  // biome-ignore format: read by column
  test.each([
    // keys of levels 0, 1, 2                             key       level
    { keys: [NO_KEY, NO_KEY, NO_KEY], key: NO_KEY, level: 0 },
    { keys: [NO_KEY, NO_KEY, NO_KEY], key: WRONG,  level: 3 },
    { keys: [KEY_0,  NO_KEY, NO_KEY], key: NO_KEY, level: 1 },
    { keys: [KEY_0,  NO_KEY, NO_KEY], key: KEY_0,  level: 0 },
    { keys: [KEY_0,  KEY_1,  NO_KEY], key: NO_KEY, level: 2 },
    { keys: [KEY_0,  KEY_1,  NO_KEY], key: KEY_1,  level: 1 },
    { keys: [KEY_0,  KEY_1,  NO_KEY], key: WRONG,  level: 3 },
    { keys: [KEY_0,  KEY_1,  KEY_2],  key: NO_KEY, level: 3 },
    { keys: [KEY_0,  KEY_1,  KEY_2],  key: KEY_2,  level: 2 },
    { keys: [KEY_0,  KEY_1,  KEY_2],  key: KEY_1,  level: 1 },
    { keys: [KEY_0,  KEY_1,  KEY_2],  key: KEY_0,  level: 0 },
    { keys: [KEY_1,  KEY_1,  KEY_2],  key: KEY_1,  level: 0 },
    { keys: [NO_KEY, KEY_1,  KEY_2],  key: KEY_2,  level: 2 },
  ] as const)("keys $keys, $key: $level", ({ keys: [zero, one, two], key, level }) => {
    const state = opened({ keyTexts: [zero, one, two] });
    const [, out] = feed(state, CONNECT, authorize(key));
    expect(out).toEqual([`connected 11fa normal: 03 d2 0${level}`]);
  });

  test("is granted to one partner and not to another", () => {
    const state = opened({ keyTexts: [KEY_0, KEY_1, KEY_2] });
    const [granted] = feed(state, CONNECT, { ...CONNECT, peer: OTHER }, authorize(KEY_0));
    expect(ask(granted, "connected", `03 D3 00 ${WRONG}`, TOOL)[1]).toContain(
      "connected 11fa normal: 03 d4 00",
    );
    expect(ask(granted, "connected", `03 D3 00 ${WRONG}`, OTHER)[1]).toEqual([
      "connected 11fb normal: 03 d4 ff",
    ]);
  });

  test.each<{ ends: DeviceImpulse }>([
    { ends: DISCONNECT },
    { ends: { ...DISCONNECT, type: "T_Disconnect.con" } },
    { ends: arrival("connected", "03 80") },
  ])("ends with $ends.type", ({ ends }) => {
    const state = opened({ keyTexts: [KEY_0, KEY_1, KEY_2] });
    const [next] = feed(state, CONNECT, authorize(KEY_0), ends, CONNECT);
    expect(ask(next, "connected", `03 D3 02 ${WRONG}`)[1]).toEqual([
      "connected 11fa normal: 03 d4 ff",
    ]);
  });

  test("stays what it was when a key is written under it", () => {
    const [next] = feed(opened(), CONNECT, arrival("connected", `03 D3 00 ${KEY_0}`));
    expect(ask(next, "connected", `03 D3 01 ${KEY_1}`)[1]).toContain(
      "connected 11fa normal: 03 d4 01",
    );
    const [again] = feed(next, DISCONNECT, CONNECT);
    expect(ask(again, "connected", `03 D3 00 ${WRONG}`)[1]).toEqual([
      "connected 11fa normal: 03 d4 ff",
    ]);
  });
});

/** A connection that holds this level. */
const atLevel = (level: number): DeviceState => {
  const keys = [KEY_0, KEY_1, KEY_2, WRONG] as const;
  return feed(
    opened({ keyTexts: [KEY_0, KEY_1, KEY_2] }),
    CONNECT,
    authorize(keys[level] ?? WRONG),
  )[0];
};

describe("A_Key_Write: own level (row) against the level to be set", () => {
  // biome-ignore format: read by column
  test.each([
    { own: 0, answers: { "00": "00", "01": "01", "02": "02", "03": "ff", "0F": "ff", "16": "ff", FF: "ff" } },
    { own: 1, answers: { "00": "ff", "01": "01", "02": "02", "03": "ff", "0F": "ff", "16": "ff", FF: "ff" } },
    { own: 2, answers: { "00": "ff", "01": "ff", "02": "02", "03": "ff", "0F": "ff", "16": "ff", FF: "ff" } },
    { own: 3, answers: { "00": "ff", "01": "ff", "02": "ff", "03": "ff", "0F": "ff", "16": "ff", FF: "ff" } },
  ])("$own", ({ own, answers }) => {
    for (const [level, answer] of Object.entries(answers)) {
      const state = atLevel(own);
      const [next, out] = ask(state, "connected", `03 D3 ${level} 12 34 56 78`);
      expect(out.at(-1)).toBe(`connected 11fa normal: 03 d4 ${answer}`);
      if (answer === "ff") {
        expect(out).toHaveLength(1);
        expect(next).toEqual(state);
      }
    }
  });

  test("is saved before it is confirmed", () => {
    const [next, out] = ask(atLevel(0), "connected", "03 D3 01 12 34 56 78");
    expect(out).toEqual([
      "save 1105 0a 1b 2c 3d, 12 34 56 78, 85 96 a7 b8",
      "connected 11fa normal: 03 d4 01",
    ]);
    expect(ask(next, "connected", "03 D1 00 12 34 56 78")[1]).toEqual([
      "connected 11fa normal: 03 d2 01",
    ]);
  });

  test("FFFFFFFF takes a key away", () => {
    const [next, out] = ask(atLevel(0), "connected", `03 D3 00 ${NO_KEY}`);
    expect(out[0]).toBe("save 1105 ff ff ff ff, 41 52 63 74, 85 96 a7 b8");
    expect(feed(next, DISCONNECT, CONNECT, authorize(NO_KEY))[1]).toEqual([
      "connected 11fa normal: 03 d2 00",
    ]);
  });
});
