import { expect, test } from "vitest";
import { hex } from "../../src/testing.ts";
import { ets, type Row } from "./ets.ts";
import { INSTALLED } from "./ets-rows.ts";

/* The dialog "device info" of `device-model.md` §7.2, with a device that comes up loaded. */

const OPTIONS = {
  groupObjects: { objectsFrom: "ets" },
  device: {
    serial: hex("00 07 00 d0 b8 2f"),
    loaded: INSTALLED,
  },
} as const;

/** The transceivers measure no voltage for the host: no sample was taken, which the count of the ADC's answer says. */
// biome-ignore format: read by column
const INFO: readonly Row[] = [
  ["1", "connect",                      "connect",    ""],
  ["1", "device descriptor",            "ask",        "03 00",                "03 40 07 b0"],
  ["2", "longest APDU",                 "ask",        "03 d5 00 38 10 01",    "03 d6 00 38 10 01 00 37"],
  ["3", "authorize",                    "ask",        "03 d1 00 ff ff ff ff", "03 d2 00"],
  ["4", "type of object 0",             "ask",        "03 d5 00 01 10 01",    "03 d6 00 01 10 01 00 00"],
  ["4", "… 1",                          "ask",        "03 d5 01 01 10 01",    "03 d6 01 01 10 01 00 01"],
  ["4", "… 2",                          "ask",        "03 d5 02 01 10 01",    "03 d6 02 01 10 01 00 02"],
  ["4", "… 3",                          "ask",        "03 d5 03 01 10 01",    "03 d6 03 01 10 01 00 09"],
  ["4", "… 4",                          "ask",        "03 d5 04 01 10 01",    "03 d6 04 01 10 01 00 03"],
  ["4", "… 5",                          "ask",        "03 d5 05 01 10 01",    "03 d6 05 01 10 01 00 04"],
  ["4", "there is no object 6",         "ask",        "03 d5 06 01 10 01",    "03 d6 06 01 00 01"],
  ["5", "manufacturer",                 "ask",        "03 d5 00 0c 10 01",    "03 d6 00 0c 10 01 00 07"],
  ["5", "order info",                   "ask",        "03 d5 00 0f 10 01",    "03 d6 00 0f 10 01 54 45 53 54 20 31 32 33 34 35"],
  ["5", "serial number",                "ask",        "03 d5 00 0b 10 01",    "03 d6 00 0b 10 01 00 07 00 d0 b8 2f"],
  ["5", "hardware type",                "ask",        "03 d5 00 4e 10 01",    "03 d6 00 4e 10 01 00 00 a1 b2 13 00"],
  ["5", "version",                      "ask",        "03 d5 00 19 10 01",    "03 d6 00 19 10 01 01 40"],
  ["6", "bus voltage, eight samples",   "ask",        "01 81 08",             "01 c1 00 00 00"],
  ["7", "programming mode",             "ask",        "03 d5 00 36 10 01",    "03 d6 00 36 10 01 00"],
  ["8", "application: version",         "ask",        "03 d5 04 0d 10 01",    "03 d6 04 0d 10 01 00 07 08 07 70"],
  ["8", "… is loaded",                  "ask",        "03 d5 04 05 10 01",    "03 d6 04 05 10 01 01"],
  ["8", "… runs",                       "ask",        "03 d5 04 06 10 01",    "03 d6 04 06 10 01 01"],
  ["8", "interface program: version",   "ask",        "03 d5 05 0d 10 01",    "03 d6 05 0d 10 01 00 00 00 00 00"],
  ["8", "… is not loaded",              "ask",        "03 d5 05 05 10 01",    "03 d6 05 05 10 01 00"],
  ["8", "… is halted",                  "ask",        "03 d5 05 06 10 01",    "03 d6 05 06 10 01 00"],
  ["9", "group addresses: loaded",      "ask",        "03 d5 01 05 10 01",    "03 d6 01 05 10 01 01"],
  ["9", "associations: loaded",         "ask",        "03 d5 02 05 10 01",    "03 d6 02 05 10 01 01"],
  ["9", "group objects: loaded",        "ask",        "03 d5 03 05 10 01",    "03 d6 03 05 10 01 01"],
  ["10", "place of the group addresses", "ask",       "03 d5 01 07 10 01",    "03 d6 01 07 10 01 00 00 05 00"],
  ["10", "how many",                    "ask",        "02 02 05 00",          "02 42 05 00 00 02"],
  ["10", "… and which",                 "ask",        "02 04 05 02",          "02 44 05 02 09 02 0a 03"],
  ["10", "place of the associations",   "ask",        "03 d5 02 07 10 01",    "03 d6 02 07 10 01 00 00 06 00"],
  ["10", "all of them",                 "ask",        "02 0a 06 00",          "02 4a 06 00 00 02 00 01 00 01 00 02 00 02"],
  ["10", "place of the group objects",  "ask",        "03 d5 03 07 10 01",    "03 d6 03 07 10 01 00 00 04 00"],
  ["10", "all of them",                 "ask",        "02 06 04 00",          "02 46 04 00 00 02 d7 00 47 03"],
  ["10", "behind the end",              "ask",        "02 08 04 00",          "02 40 04 00"],
  ["11", "disconnect",                  "disconnect", ""],
];

test("the dialog device info", async () => {
  const tool = ets(OPTIONS);
  expect(tool.play(INFO)).toEqual(INFO);
  expect(tool.faults()).toEqual([]);
  await expect(tool.trace()).toMatchFileSnapshot("ets-info.trace");
});
