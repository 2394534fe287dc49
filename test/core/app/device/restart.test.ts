import { describe, expect, test } from "vitest";
import type { DeviceState } from "../../../../src/core/app/device/state.ts";
import type { DeviceImpulse } from "../../../../src/core/app-impulse.ts";
import type { Mode } from "../../../../src/core/impulse.ts";
import { apduOf, arrival, ask, feed, NO_KEY, OTHER, opened, partner, TOOL } from "./rig.ts";

const KEY_0 = "0A 1B 2C 3D";
const LOCKED = [KEY_0, "41 52 63 74", "85 96 A7 B8"] as const;
const LOCKED_TEXT = "0a 1b 2c 3d, 41 52 63 74, 85 96 a7 b8";
const OPEN_TEXT = "ff ff ff ff, ff ff ff ff, ff ff ff ff";
const CONNECT: DeviceImpulse = { for: "device", type: "T_Connect.ind", peer: TOOL, at: 7 };

/** Out of programming mode, in which it was. */
const RESTARTED = ["tlsm restart.req", "gpio led", "note restart {}"];
const MOVED = [
  "tlsm restart.req",
  "dl configure.req ffff",
  "nl configure.req ffff hops 6",
  "client configure.req ffff",
  "bridge configure.req ffff",
  "gpio led",
  "note restart {}",
];

/** Locked with keys, in programming mode; the tool is connected and may everything, or what everybody may. */
const ready = (level: 0 | 3): DeviceState =>
  feed(
    opened({ keyTexts: LOCKED, programmingMode: true }),
    CONNECT,
    arrival("connected", `03 D1 00 ${level === 0 ? KEY_0 : NO_KEY}`),
  )[0];

const response = (
  mode: Mode,
  peer = TOOL,
  outcome: "ok" | "no_connection" = "ok",
): DeviceImpulse => ({
  for: "device",
  type: "apdu.con",
  to: partner(mode, peer),
  apdu: apduOf("03 A1 00 00 00"),
  ref: 0,
  outcome,
  at: 57,
});

describe("A_Restart", () => {
  test.each(["connectionless", "connected"] as const)("%s: at once, without an answer", (mode) => {
    const [next, out] = ask(ready(3), mode, "03 80");
    expect(out).toEqual(RESTARTED);
    expect(next).toMatchObject({ programmingMode: false, access: [], restart: null });
    expect(next.record).toEqual(ready(3).record);
  });
});

describe("A_Restart_MasterReset: what is answered, and what is saved before", () => {
  // biome-ignore format: read by column
  test.each([
    // level of the connection                                             error                saved
    { is: "confirmed restart, by anybody",         level: 3, asks: "01 00", error: "00", saved: null },
    { is: "confirmed restart of a channel",        level: 0, asks: "01 01", error: "03", saved: null },
    { is: "factory reset",                         level: 0, asks: "02 00", error: "00", saved: `save ffff ${OPEN_TEXT}` },
    { is: "factory reset, no right",               level: 3, asks: "02 00", error: "01", saved: null },
    { is: "no right comes before the channel",     level: 3, asks: "02 FF", error: "01", saved: null },
    { is: "factory reset of a channel",            level: 0, asks: "02 FF", error: "03", saved: null },
    { is: "address",                               level: 0, asks: "03 00", error: "00", saved: `save ffff ${LOCKED_TEXT}` },
    { is: "address, no right",                     level: 3, asks: "03 00", error: "01", saved: null },
    { is: "address of a channel",                  level: 0, asks: "03 05", error: "03", saved: null },
    { is: "application",                           level: 0, asks: "04 00", error: "00", saved: `save 1105 ${LOCKED_TEXT}` },
    { is: "application, no right",                 level: 3, asks: "04 00", error: "01", saved: null },
    { is: "parameters",                            level: 0, asks: "05 00", error: "00", saved: `save 1105 ${LOCKED_TEXT}` },
    { is: "links",                                 level: 0, asks: "06 00", error: "00", saved: `save 1105 ${LOCKED_TEXT}` },
    { is: "links, no right",                       level: 3, asks: "06 00", error: "01", saved: null },
    { is: "links of a channel",                    level: 0, asks: "06 01", error: "03", saved: null },
    { is: "factory reset without the address",     level: 0, asks: "07 00", error: "00", saved: `save 1105 ${OPEN_TEXT}` },
    { is: "… no right",                            level: 3, asks: "07 00", error: "01", saved: null },
    { is: "… of a channel",                        level: 0, asks: "07 03", error: "03", saved: null },
    { is: "erase code 00",                         level: 0, asks: "00 00", error: "02", saved: null },
    { is: "erase code 08",                         level: 0, asks: "08 00", error: "02", saved: null },
    { is: "erase code 22, CT 2.9.10a",             level: 0, asks: "22 00", error: "02", saved: null },
    { is: "a code nobody has, for a channel",      level: 0, asks: "FF 07", error: "02", saved: null },
  ] as const)("$is: $asks → $error", ({ level, asks, error, saved }) => {
    const [next, out] = ask(ready(level), "connected", `03 81 ${asks}`);
    const promised = out.filter((line) => !/^(note|load) /.test(line));
    const answered = `connected 11fa normal: 03 a1 ${error} 00 00`;
    expect(promised).toEqual(saved === null ? [answered] : [saved, answered]);
    expect(next.restart === null).toBe(error !== "00");
    expect(next.programmingMode).toBe(true);
    if (error !== "00") expect(next.record).toEqual(ready(level).record);
  });

  test("without a connection it has the rights of everybody", () => {
    const locked = opened({ keyTexts: LOCKED });
    expect(ask(locked, "connectionless", "03 81 02 00")[1]).toEqual([
      "connectionless 11fa normal: 03 a1 01 00 00",
    ]);
    expect(ask(opened(), "connectionless", "03 81 07 00")[1]).toContain(
      "connectionless 11fa normal: 03 a1 00 00 00",
    );
  });
});

describe("the restart after a master reset", () => {
  const asked = (octets: string, mode: Mode = "connected") => ask(ready(0), mode, octets)[0];
  const disconnect = { for: "device", type: "T_Disconnect.ind", peer: TOOL, at: 57 } as const;

  // biome-ignore format: read by column
  test.each<{ is: string; asks: string; arrives: DeviceImpulse; out: readonly string[] }>([
    { is: "the response is confirmed",          asks: "03 81 01 00", arrives: response("connected"),                             out: RESTARTED },
    { is: "the response never left",            asks: "03 81 01 00", arrives: response("connected", TOOL, "no_connection"), out: RESTARTED },
    { is: "the connection is gone",             asks: "03 81 01 00", arrives: disconnect,                                        out: RESTARTED },
    { is: "we ended the connection",            asks: "03 81 01 00", arrives: { ...disconnect, type: "T_Disconnect.con" },       out: RESTARTED },
    { is: "another connection is gone",         asks: "03 81 01 00", arrives: { ...disconnect, peer: OTHER },                    out: [] },
    { is: "the response to another",            asks: "03 81 01 00", arrives: response("connected", OTHER),                      out: [] },
    { is: "a response that went another way",   asks: "03 81 01 00", arrives: response("connectionless"),                        out: [] },
    { is: "only now the address is gone",       asks: "03 81 03 00", arrives: response("connected"),                             out: MOVED },
    { is: "and with everything else",           asks: "03 81 02 00", arrives: response("connected"),                             out: MOVED },
    { is: "the address stays",                  asks: "03 81 07 00", arrives: response("connected"),                             out: RESTARTED },
  ])("$is ($asks)", ({ asks, arrives, out }) => {
    const [next, caused] = feed(asked(asks), arrives);
    expect(caused).toEqual(out);
    if (out.length > 0)
      expect(next).toMatchObject({ programmingMode: false, access: [], restart: null });
  });

  test("comes once", () => {
    expect(feed(asked("03 81 01 00"), response("connected"), response("connected"))[1]).toEqual(
      RESTARTED,
    );
  });

  test("a disconnect does not bring on what waits for a response without a connection", () => {
    const pending = asked("03 81 01 00", "connectionless");
    expect(feed(pending, disconnect)[1]).toEqual([]);
    expect(feed(pending, disconnect, response("connectionless"))[1]).toEqual(RESTARTED);
  });

  test("asked for twice, the address is still gone in the end", () => {
    const [, out] = feed(
      asked("03 81 03 00"),
      arrival("connectionless", "03 81 01 00"),
      response("connectionless"),
    );
    expect(out).toEqual(["connectionless 11fa normal: 03 a1 00 00 00", ...MOVED]);
  });
});
