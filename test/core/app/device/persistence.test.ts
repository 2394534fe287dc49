import { describe, expect, test } from "vitest";
import { device } from "../../../../src/core/app/device/device.ts";
import type { StoredLoadable } from "../../../../src/core/app/device/model/model.ts";
import { openingNotes } from "../../../../src/core/app/device/model/stored.ts";
import { hex } from "../../../../src/testing/watch.ts";
import {
  allocate,
  answersTo,
  arrival,
  ask,
  asked,
  completed,
  feed,
  opened,
  partner,
  start,
  TOOL,
  unload,
} from "./rig.ts";

const NO_KEYS = "ff ff ff ff, ff ff ff ff, ff ff ff ff";
const SAVE = `save 1105 ${NO_KEYS}`;

const ADDRESSES: StoredLoadable = {
  index: 1,
  state: "loaded",
  address: 0x0500,
  octets: hex("00 02 09 02 0A 03"),
  programVersion: hex("00 00 00 00 00"),
};
const PROGRAM: StoredLoadable = {
  index: 4,
  state: "loaded",
  address: 0x0200,
  octets: hex("0A 0B 0C"),
  programVersion: hex("00 FA 12 34 05"),
};

/** Octets from here to there, as a tool would read them. */
const memory = (state: ReturnType<typeof opened>, octets: string) => answersTo(state, octets)[1];

describe("what goes to the store, and when", () => {
  const loaded = opened({ loaded: [ADDRESSES, PROGRAM] });
  const answer = (state: string, index = 4) =>
    `connected 11fa normal: 03 d6 0${index} 05 10 01 ${state}`;

  test("not loaded any more, before the content may change", () => {
    expect(ask(loaded, "connected", start(4))[1]).toEqual([
      "keep 4 loading",
      answer("02"),
      "load 4: start loading → loading",
      "run 4: program gone → halted",
      "tables 6 - - halted",
    ]);
  });

  test("unloaded, and out of use at once", () => {
    expect(ask(loaded, "connected", unload(1))[1]).toEqual([
      "keep 1 unloaded",
      answer("00", 1),
      "load 1: unload → unloaded",
      "tables - - - running",
    ]);
  });

  test("nothing for memory, allocations, and what changes no state", () => {
    const loading = asked(loaded, start(4));
    const writes = ["02 83 02 00 A1 B2 C3", "03 D0 01 02 00 F0 0F", "01 FB 01 00 02 02 A5"];
    for (const request of [allocate(4, "00 00 00 03"), start(4), ...writes]) {
      const [, out] = ask(loading, "connected", request);
      expect(out.filter((line) => /^(keep|save)/.test(line))).toEqual([]);
    }
  });

  test("loaded with its content, before the answer says so", () => {
    const loading = asked(
      loaded,
      start(4),
      "02 82 02 01 A1 B2",
      "03 D7 04 0D 10 01 00 FA 12 34 07",
    );
    expect(ask(loading, "connected", completed(4))[1]).toEqual([
      "keep 4 loaded 200: 0a a1 b2",
      SAVE,
      answer("01"),
      "load 4: load completed → loaded",
      "run 4: program loaded → ready",
      "run 4: program started → running",
      'note object loaded {"object":4,"octets":3}',
      "tables 6 - - running",
    ]);
  });

  test("an error too", () => {
    const loading = asked(loaded, start(1), "02 82 05 02 0B 05");
    expect(ask(loading, "connected", completed(1))[1]).toEqual([
      "keep 1 error",
      answer("03", 1),
      "load 1: load completed, unusable → error",
      'note object not loaded {"object":1,"error":15}',
    ]);
  });

  test("a new program version of what is loaded", () => {
    const [next, out] = ask(loaded, "connected", "03 D7 04 0D 10 01 00 FA 12 34 07");
    expect(out).toEqual([
      "keep 4 loaded 200: 0a 0b 0c",
      "connected 11fa normal: 03 d6 04 0d 10 01 00 fa 12 34 07",
    ]);
    expect(ask(next, "connected", "03 D7 04 0D 10 01 00 FA 12 34 07")[1]).toEqual([
      "connected 11fa normal: 03 d6 04 0d 10 01 00 fa 12 34 07",
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { is: "hop count",     asks: "03 D7 00 33 10 01 50",    more: ["nl configure.req 1105 hops 5"] },
    { is: "repetitions",   asks: "03 D7 00 34 10 01 21",    more: ["dl configure.req nak 1 busy 2"] },
    { is: "repetitions",   asks: "03 D7 00 34 10 01 F9",    more: ["dl configure.req nak 7 busy 7"] },
    { is: "time base",     asks: "03 D7 00 55 10 01 42 68", more: ["objects configure.req 0 in 17000 ms"] },
    { is: "telegrams",     asks: "03 D7 00 56 10 01 00 64", more: ["objects configure.req 100 in 0 ms"] },
    { is: "PEI type of 4", asks: "03 D7 04 10 10 01 FF",    more: [] },
    { is: "PEI type of 5", asks: "03 D7 05 10 10 01 07",    more: [] },
  ])("a setting before it is confirmed, and once only: $is", ({ asks, more }) => {
    const [next, out] = ask(loaded, "connected", asks);
    const response = `connected 11fa normal: ${asks.toLowerCase().replace("d7", "d6")}`;
    expect(out).toEqual([SAVE, response, ...more]);
    expect(ask(next, "connected", asks)).toEqual([next, [response]]);
  });

  // biome-ignore format: read by column
  test.each([
    { code: "02", kept: ["keep 1 unloaded", "keep 4 unloaded"], saved: `save ffff ${NO_KEYS}`, downloads: "00 01" },
    { code: "03", kept: [],                                     saved: `save ffff ${NO_KEYS}`, downloads: "00 00" },
    { code: "04", kept: ["keep 4 unloaded"],                    saved: SAVE,                   downloads: "00 01" },
    { code: "05", kept: ["keep 4 unloaded"],                    saved: SAVE,                   downloads: "00 01" },
    { code: "06", kept: ["keep 1 unloaded"],                    saved: SAVE,                   downloads: "00 01" },
    { code: "07", kept: ["keep 1 unloaded", "keep 4 unloaded"], saved: SAVE,                   downloads: "00 01" },
  ])("master reset $code: erased before the response", ({ code, kept, saved, downloads }) => {
    const written = asked(loaded, "03 D7 00 33 10 01 50");
    const [next, out] = ask(written, "connected", `03 81 ${code} 00`);
    const response = "connected 11fa normal: 03 a1 00 00 00";
    expect(out.slice(0, out.indexOf(response) + 1)).toEqual([...kept, saved, response]);
    expect(memory(next, "03 D5 00 1E 10 01")).toEqual([`03 d6 00 1e 10 01 ${downloads}`]);
    const isFactory = code === "02" || code === "07";
    expect(memory(next, "03 D5 00 33 10 01")).toEqual([`03 d6 00 33 10 01 ${isFactory ? "60" : "50"}`]);
  });

  test("the hop count of the factory after the restart only", () => {
    const written = asked(loaded, "03 D7 00 33 10 01 50", "03 81 07 00");
    const response = { service: "A_Restart_Response", errorCode: 0, processTime: 0 } as const;
    const [, out] = feed(written, {
      for: "device",
      type: "apdu.con",
      to: partner("connected"),
      apdu: response,
      ref: 0,
      outcome: "ok",
      at: 57,
    });
    expect(out).toContain("nl configure.req 1105 hops 6");
  });

  test("the repetitions of the factory after the restart only, no limit at once", () => {
    const asks = ["03 D7 00 34 10 01 21", "03 D7 00 55 10 01 42 68", "03 D7 00 56 10 01 00 64"];
    const [waiting, told] = ask(asked(loaded, ...asks), "connected", "03 81 07 00");
    expect(told).toContain("objects configure.req 0 in 0 ms");
    expect(told.filter((line) => line.startsWith("dl"))).toEqual([]);
    const [, out] = device(waiting, {
      for: "device",
      type: "T_Disconnect.ind",
      peer: TOOL,
      at: 57,
    });
    expect(out).toContainEqual({
      for: "dl",
      type: "configure.req",
      address: 0x1105,
      repetitions: { nak: 3, busy: 3 },
    });
  });

  test("a restart halts what runs, and lets it run again", () => {
    expect(ask(loaded, "connectionless", "03 80")[1]).toEqual([
      "tlsm restart.req",
      "run 4: device restarts → halted",
      "tables 6 - - halted",
      "run 4: program loaded → ready",
      "run 4: program started → running",
      "tables 6 - - running",
      "note restart {}",
    ]);
  });
});

describe("what the store gives back", () => {
  test("loaded: the same content, address and version; programs run", () => {
    const state = opened({ loaded: [ADDRESSES, PROGRAM] });
    expect(memory(state, "03 D5 01 07 10 01")).toEqual(["03 d6 01 07 10 01 00 00 05 00"]);
    expect(memory(state, "02 06 05 00")).toEqual(["02 46 05 00 00 02 09 02 0a 03"]);
    expect(memory(state, "03 D5 04 0D 10 01")).toEqual(["03 d6 04 0d 10 01 00 fa 12 34 05"]);
    expect(memory(state, "03 D5 04 06 10 01")).toEqual(["03 d6 04 06 10 01 01"]);
    expect(memory(state, "03 D5 01 1B 10 01")).toEqual([
      "03 d6 01 1b 10 01 00 00 00 06 00 00 37 02",
    ]);
  });

  // biome-ignore format: read by column
  test.each([
    { found: "unloaded", state: "00", error: "00", notes: ["nothing"] },
    { found: "loading",  state: "03", error: "01", notes: ["a download that did not end"] },
    { found: "error",    state: "03", error: "01", notes: ["a download that failed"] },
    { found: "damaged",  state: "03", error: "09", notes: ["content that is not whole"] },
  ] as const)("$found: nothing is guessed", ({ found, state, error, notes }) => {
    const stored: readonly StoredLoadable[] = [{ index: 4, state: found }, ADDRESSES];
    const device = opened({ loaded: stored });
    expect(memory(device, "03 D5 04 05 10 01")).toEqual([`03 d6 04 05 10 01 ${state}`]);
    expect(memory(device, "03 D5 04 1C 10 01")).toEqual([`03 d6 04 1c 10 01 ${error}`]);
    expect(memory(device, "03 D5 04 06 10 01")).toEqual(["03 d6 04 06 10 01 00"]);
    expect(memory(device, "03 D5 01 05 10 01")).toEqual(["03 d6 01 05 10 01 01"]);
    expect(openingNotes(stored).map(({ fields }) => fields)).toEqual(
      notes.map((text) => ({ object: 4, found: text })),
    );
  });

  test("two in the same place: the second is not used", () => {
    const device = opened({ loaded: [ADDRESSES, { ...PROGRAM, address: 0x0505 }] });
    expect(memory(device, "03 D5 01 05 10 01")).toEqual(["03 d6 01 05 10 01 01"]);
    expect(memory(device, "03 D5 04 05 10 01")).toEqual(["03 d6 04 05 10 01 03"]);
  });

  test("loaded without ever having had memory", () => {
    const [, out] = ask(asked(opened(), start(5)), "connected", completed(5));
    expect(out[0]).toBe("keep 5 loaded 0: ");
    const again = opened({
      loaded: [{ ...PROGRAM, index: 5, address: 0, octets: [] }],
    });
    expect(memory(again, "03 D5 05 05 10 01")).toEqual(["03 d6 05 05 10 01 01"]);
    expect(memory(again, "03 D5 05 07 10 01")).toEqual(["03 d6 05 07 10 01 00 00 00 00"]);
    expect(memory(again, "03 D5 05 1B 10 01")).toEqual([
      "03 d6 05 1b 10 01 00 00 00 00 00 00 1d 0f",
    ]);
  });
});

test("a hop count written before a promised restart counts after it", () => {
  const waiting = asked(opened(), "03 81 01 00");
  const [written] = feed(waiting, arrival("connected", "03 D7 00 33 10 01 30"));
  const [, out] = feed(written, {
    for: "device",
    type: "T_Disconnect.ind",
    peer: TOOL,
    at: 57,
  });
  expect(out).toContain("nl configure.req 1105 hops 3");
});
