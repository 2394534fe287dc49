import { expect, test } from "vitest";
import { hex } from "../../src/testing.ts";
import { ets, type Row } from "./ets.ts";
import { CONNECT, DISCONNECT, place, reading, states } from "./ets-load.ts";
import { CHECKS, FULL, INSTALLED, LOADED, NONE, OPTIONS, UNLOAD, Z } from "./ets-rows.ts";

/*
 * What else ETS does with a device, from `device-model.md` §6 and the "variations" of §7.2: finding it, an address that is taken,
 * unloading, resetting, keys, tables read element by element, and whether it is a secure one.
 */

/** Programming mode by button and by property, and who is in it. §6.1, §6.2; §11 vectors 1, 2, 12 … 15 without a connection. */
// biome-ignore format: read by column
const FIND: readonly Row[] = [
  ["1", "device descriptor",              "plain", "03 00",                   "03 40 07 b0"],
  ["1", "no descriptor of type 2",        "plain", "03 02",                   "03 7f"],
  ["2", "serial number, who is in mode?", "all",   "01 c8 00 00 00 b0 01"],
  ["2", "who is in programming mode?",    "all",   "01 00"],
  ["2", "an address for who is",          "all",   "00 c0 12 03"],
  ["3", "the button is pressed",          "press", ""],
  ["3", "it is on",                       "plain", "03 d5 00 36 10 01",       "03 d6 00 36 10 01 01"],
  ["3", "serial number, who is in mode?", "all",   "01 c8 00 00 00 b0 01",    "11 05: 01 c9 00 00 00 b0 01 00 07 00 d0 b8 2f"],
  ["3", "another operand",                "all",   "01 c8 00 00 00 b0 02"],
  ["3", "who is in programming mode?",    "all",   "01 00",                   "11 05: 01 40"],
  ["4", "the button is pressed again",    "press", ""],
  ["4", "who is in programming mode?",    "all",   "01 00"],
  ["5", "on, by property",                "plain", "03 d7 00 36 10 01 01",    "03 d6 00 36 10 01 01"],
  ["5", "who is in programming mode?",    "all",   "01 00",                   "11 05: 01 40"],
  ["6", "off, by property",               "plain", "03 d7 00 36 10 01 00",    "03 d6 00 36 10 01 00"],
  ["6", "who is in programming mode?",    "all",   "01 00"],
  ["7", "by serial number, in any mode",  "all",   "03 dc 00 07 00 d0 b8 2f", "11 05: 03 dd 00 07 00 d0 b8 2f 00 00 00 00"],
];

/** §7.1 step 1, where the address is not free: whoever answers has it, and ETS goes no further. */
// biome-ignore format: read by column
const TAKEN: readonly Row[] = [
  ["1", "T_Connect, where somebody is",   "connect",    ""],
  ["1", "is the address free?",           "ask",        "03 00",              "03 40 07 b0"],
  ["1", "T_Disconnect",                   "disconnect", ""],
];

/** A device that was programmed: no group telegram is for it any more. */
const UNLOADED: readonly Row[] = [...LOADED, ...UNLOAD, ...NONE];

/** Its steps are named by their erase codes. */
const response = (code: string, asks: string, answer: string): Row => [
  code,
  `master reset ${asks}`,
  "ask",
  `03 81 ${asks}`,
  `03 a1 ${answer} 00 00`,
];

/** §6.3: links, then the application program, then everything but the address; and what is refused. Each ends the connection. */
const RESET: readonly Row[] = [
  ...CHECKS,
  response("22", "22 00", "02"),
  response("02", "02 ff", "03"),
  response("01", "01 00", "00"),
  DISCONNECT,
  ...LOADED,
  CONNECT,
  ...states("01", "01", 1, 2, 3, 4, 5),
  response("06", "06 00", "00"),
  DISCONNECT,
  ...NONE,
  CONNECT,
  ...states("06", "00", 1, 2),
  ...states("06", "01", 4),
  reading("06", "it runs", "04 06", "01"),
  response("04", "04 00", "00"),
  DISCONNECT,
  CONNECT,
  ...states("04", "00", 4),
  reading("04", "it does not run", "04 06", "00"),
  response("07", "07 00", "00"),
  DISCONNECT,
  CONNECT,
  ...states("07", "00", 1, 2, 3, 4, 5),
  reading("07", "repetitions as in the factory", "00 34", "33"),
  response("02", "02 00", "00"),
  ["02", "T_Disconnect, where nobody is", "nobody", "81"],
  [
    "02",
    "which address have you?",
    "all",
    "03 dc 00 07 00 d0 b8 2f",
    "ff ff: 03 dd 00 07 00 d0 b8 2f 00 00 00 00",
  ],
];

/** §6.4: a project key that the tool does not bring, and that it brings. */
// biome-ignore format: read by column
const LOCKED: readonly Row[] = [
  CONNECT,
  ["1", "device descriptor",       "ask", "03 00",                       "03 40 07 b0"],
  ["3", "authorize, no key",       "ask", "03 d1 00 ff ff ff ff",        "03 d2 03"],
  ["6", "unload is refused",       "ask", `03 d7 04 05 10 01 04 ${Z}`,   "03 d6 04 05 00 01"],
  ["6", "a key is not changed",    "ask", "03 d3 00 12 34 56 78",        "03 d4 ff"],
  ["6", "factory reset is refused","ask", "03 81 02 00",                 "03 a1 01 00 00"],
  ["6", "everybody reads",         "ask", "03 d5 04 05 10 01",           "03 d6 04 05 10 01 01"],
  ["3", "authorize, the key",      "ask", "03 d1 00 0a 1b 2c 3d",        "03 d2 00"],
  ["6", "unload",                  "ask", `03 d7 04 05 10 01 04 ${Z}`,   "03 d6 04 05 10 01 00"],
  ["6", "another key",             "ask", "03 d3 00 12 34 56 78",        "03 d4 00"],
  ["3", "authorize, the old key",  "ask", "03 d1 00 0a 1b 2c 3d",        "03 d2 03"],
  ["3", "authorize, the new key",  "ask", "03 d1 00 12 34 56 78",        "03 d2 00"],
  DISCONNECT,
  CONNECT,
  ["3", "a level ends with its connection", "ask", `03 d7 03 05 10 01 04 ${Z}`, "03 d6 03 05 00 01"],
  DISCONNECT,
];

/** Tables by PID 23 and by the extended memory services; §2.2, §2.4, §6.5. */
// biome-ignore format: read by column
const TABLES: readonly Row[] = [
  ...CHECKS,
  ["10", "how many group addresses",       "ask", "03 d5 01 17 10 00",    "03 d6 01 17 10 00 00 02"],
  ["10", "both of them",                   "ask", "03 d5 01 17 20 01",    "03 d6 01 17 20 01 09 02 0a 03"],
  ["10", "there is no third",              "ask", "03 d5 01 17 10 03",    "03 d6 01 17 00 03"],
  ["10", "how many associations",          "ask", "03 d5 02 17 10 00",    "03 d6 02 17 10 00 00 02"],
  ["10", "both of them",                   "ask", "03 d5 02 17 20 01",    "03 d6 02 17 20 01 00 01 00 01 00 02 00 02"],
  place("10", 1, "05 00"),
  ["10", "group addresses",                "ask", "01 fd 06 00 05 00",    "01 fe 00 00 05 00 00 02 09 02 0a 03"],
  place("10", 2, "06 00"),
  ["10", "associations",                   "ask", "01 fd 0a 00 06 00",    "01 fe 00 00 06 00 00 02 00 01 00 01 00 02 00 02"],
  place("10", 3, "04 00"),
  ["10", "group objects 1 … 24",           "ask", "01 fd 32 00 04 00",    `01 fe 00 00 04 00 00 22 d7 00 47 03${" 00".repeat(44)}`],
  ["10", "… to 34",                        "ask", "01 fd 14 00 04 32",    "01 fe 00 00 04 32 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 57 08"],
  ["10", "behind the end",                 "ask", "01 fd 02 00 04 45",    "01 fe fd 00 04 45"],
  DISCONNECT,
];

/** Of a secure project: object type 17, instance 1, PID 51 is not here, and everything goes on in plain. */
// biome-ignore format: read by column
const SECURE: readonly Row[] = [
  CONNECT,
  ["1", "security mode?",                  "ask", "01 d5 00 11 00 10 33 00 00", "01 d6 00 11 00 10 33 fd"],
  ["2", "longest APDU",                    "ask", "03 d5 00 38 10 01",          "03 d6 00 38 10 01 00 37"],
  DISCONNECT,
];

/** Every level has a key. */
const KEYS = {
  device: { loaded: INSTALLED, keys: ["0a 1b 2c 3d", "41 52 63 74", "85 96 a7 b8"].map(hex) },
};

// biome-ignore format: read by column
const SCRIPTS = [
  { is: "finding it",                  file: "ets-find.trace",   before: false, options: OPTIONS, script: FIND },
  { is: "an address that is taken",    file: "ets-taken.trace",  before: false, options: OPTIONS, script: TAKEN },
  { is: "unloading what is loaded",    file: "ets-unload.trace", before: true,  options: OPTIONS, script: UNLOADED },
  { is: "master resets",               file: "ets-reset.trace",  before: true,  options: OPTIONS, script: RESET },
  { is: "a locked device",             file: "ets-locked.trace", before: false, options: KEYS,    script: LOCKED },
  { is: "tables, element by element",  file: "ets-tables.trace", before: true,  options: OPTIONS, script: TABLES },
  { is: "is it a secure device?",      file: "ets-secure.trace", before: false, options: OPTIONS, script: SECURE },
] as const;

test.each(SCRIPTS)("$is", async ({ file, before, options, script }) => {
  const tool = ets(options);
  if (before) tool.play(FULL);
  tool.trace();
  expect(tool.play(script)).toEqual(script);
  expect(tool.faults()).toEqual([]);
  await expect(tool.trace()).toMatchFileSnapshot(file);
});
