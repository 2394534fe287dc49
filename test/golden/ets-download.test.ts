import { expect, test } from "vitest";
import { ets, type Row } from "./ets.ts";
import {
  CHECKS,
  FULL,
  FULL_EXTENDED,
  groups,
  LOADED,
  NONE,
  OPTIONS,
  RESTART,
  Z,
} from "./ets-rows.ts";

/* `device-model.md` §7.2: the whole script, and a partial download after it. */

/** A partial download: two runs of the application program and one group address are another. */
// biome-ignore format: read by column
const CHANGE: readonly Row[] = [
  ["5",  "stamp of the group addresses",         "ask",       "03 d5 01 1b 10 01",                                      "03 d6 01 1b 10 01 00 00 00 06 00 00 37 02"],
  ["5",  "stamp of the associations",            "ask",       "03 d5 02 1b 10 01",                                      "03 d6 02 1b 10 01 00 00 00 0a 00 00 1e 8c"],
  ["5",  "stamp of the group objects",           "ask",       "03 d5 03 1b 10 01",                                      "03 d6 03 1b 10 01 00 00 00 46 00 00 b4 cf"],
  ["5",  "stamp of the application program",     "ask",       "03 d5 04 1b 10 01",                                      "03 d6 04 1b 10 01 00 00 01 63 00 00 c9 f1"],
  ["5",  "stamp of the interface program",       "ask",       "03 d5 05 1b 10 01",                                      "03 d6 05 1b 10 01 00 00 00 22 00 00 a6 f8"],
  ["8",  "start of loading, application program","ask",       `03 d7 04 05 10 01 01 ${Z}`,                              "03 d6 04 05 10 01 02"],
  ["8",  "allocate 355 octets, mode 0",          "ask",       "03 d7 04 05 10 01 03 0b 00 00 01 63 00 00 00 00",        "03 d6 04 05 10 01 02"],
  ["11", "start of loading, group addresses",    "ask",       `03 d7 01 05 10 01 01 ${Z}`,                              "03 d6 01 05 10 01 02"],
  ["11", "allocate 6 octets, mode 0",            "ask",       "03 d7 01 05 10 01 03 0b 00 00 00 06 00 00 00 00",        "03 d6 01 05 10 01 02"],
  ["16", "place of the application program",     "ask",       "03 d5 04 07 10 01",                                      "03 d6 04 07 10 01 00 00 02 00"],
  ["14", "device control",                       "ask",       "03 d5 00 0e 10 01",                                      "03 d6 00 0e 10 01 00"],
  ["14", "verify mode",                          "ask",       "03 d7 00 0e 10 01 04",                                   "03 d6 00 0e 10 01 04"],
  ["16", "one octet that differs",               "ask",       "02 81 02 04 e4",                                         "02 41 02 04 e4"],
  ["16", "three that differ",                    "ask",       "02 83 02 90 a7 a8 a9",                                   "02 43 02 90 a7 a8 a9"],
  ["16", "the last octet",                       "ask",       "02 81 03 62 5b",                                         "02 41 03 62 5b"],
  ["19", "place of the group addresses",         "ask",       "03 d5 01 07 10 01",                                      "03 d6 01 07 10 01 00 00 05 00"],
  ["19", "the last octet, which differs",        "ask",       "02 81 05 05 04",                                         "02 41 05 05 04"],
  ["20", "version of the application program",   "ask",       "03 d7 04 0d 10 01 00 07 08 07 70",                       "03 d6 04 0d 10 01 00 07 08 07 70"],
  ["21", "complete, application program",        "ask",       `03 d7 04 05 10 01 02 ${Z}`,                              "03 d6 04 05 10 01 01"],
  ["21", "complete, group addresses",            "ask",       `03 d7 01 05 10 01 02 ${Z}`,                              "03 d6 01 05 10 01 01"],
  ["22", "stamp of the group addresses",         "ask",       "03 d5 01 1b 10 01",                                      "03 d6 01 1b 10 01 00 00 00 06 00 00 47 e5"],
  ["22", "stamp of the application program",     "ask",       "03 d5 04 1b 10 01",                                      "03 d6 04 1b 10 01 00 00 01 63 00 00 13 d7"],
];

const CHANGED = groups("acknowledged", "not for us", "acknowledged");

const PARTIAL = [...CHECKS, ...CHANGE, ...RESTART];

test.each([
  { is: "plain", script: FULL, file: "ets-download.trace" },
  { is: "extended", script: FULL_EXTENDED, file: "ets-download-extended.trace" },
])("a full download, $is memory services", async ({ script, file }) => {
  const tool = ets(OPTIONS);
  expect(tool.play(NONE)).toEqual(NONE);
  tool.trace();
  expect(tool.play(script)).toEqual(script);
  expect(tool.faults()).toEqual([]);
  await expect(tool.trace()).toMatchFileSnapshot(file);
  expect(tool.play(LOADED)).toEqual(LOADED);
});

test("a partial download after it: only what differs, and the last octet", async () => {
  const tool = ets(OPTIONS);
  tool.play(FULL);
  tool.trace();
  expect(tool.play(PARTIAL)).toEqual(PARTIAL);
  expect(tool.faults()).toEqual([]);
  await expect(tool.trace()).toMatchFileSnapshot("ets-download-partial.trace");
  expect(tool.play(CHANGED)).toEqual(CHANGED);
});
