import { describe, expect, test } from "vitest";
import { ets, type Row } from "./ets.ts";
import {
  allocate,
  CONNECT,
  complete,
  DISCONNECT,
  place,
  property,
  reading,
  stamp,
  states,
  unload,
  write,
} from "./ets-load.ts";
import {
  ALLOCATE,
  CHECKS,
  FULL,
  groups,
  LOADED,
  NONE,
  OPTIONS,
  RESTART,
  WRITE,
} from "./ets-rows.ts";

/*
 * The other procedures of `device-model.md` §7.2 and its "variations": without an interface program, parameters only, tables only,
 * configuration only, a full download to a device that is known, and what goes wrong. Steps are numbered as there.
 */

const VERIFY: readonly Row[] = [
  reading("14", "device control", "00 0e", "00"),
  property("14", "verify mode", "00 0e", "04"),
];

const VERSION = property("20", "version of the application program", "04 0d", "00 07 08 07 70");
const VERSION_2 = property("20", "version of the interface program", "05 0d", "00 07 08 08 71");
const APPLICATION = "01 03 05 07 09 0b 0d 0f 11 13";
const OBJECTS = "00 22 d7 00 47 03";

/** `ap1`. First fit: the program begins at 0100 here, and every segment at a multiple of 0100. */
const AP1: readonly Row[] = [
  ...CHECKS,
  ...ALLOCATE.filter(([step]) => step === "4" || step === "5"),
  ...unload("6", 4, 3, 2, 1),
  ...allocate("8", 4, "00 00 01 63", "01"),
  property("9", "program version", "04 0d", "00 07 08 07 70"),
  ...allocate("10", 3, "00 00 00 46", "00"),
  ...allocate("11", 1, "00 00 00 06", "00"),
  ...allocate("12", 2, "00 00 00 0a", "00"),
  place("16", 4, "01 00"),
  ...VERIFY,
  write("16", "application program, what is not fill", `0a 01 00 ${APPLICATION}`),
  write("16", "… its end", "02 02 61 5a 5b"),
  place("17", 3, "03 00"),
  write("17", "group objects 1 and 2", `06 03 00 ${OBJECTS}`),
  write("17", "… and 34", "02 03 44 57 08"),
  place("18", 2, "05 00"),
  write("18", "associations", "0a 05 00 00 02 00 01 00 01 00 02 00 02"),
  place("19", 1, "04 00"),
  write("19", "group addresses", "06 04 00 00 02 09 02 0a 03"),
  VERSION,
  ...complete("21", 4, 3, 2, 1),
  stamp("22", 1, "00 00 00 06 00 00 37 02"),
  stamp("22", 2, "00 00 00 0a 00 00 1e 8c"),
  stamp("22", 3, "00 00 00 46 00 00 b4 cf"),
  ...RESTART,
];
/** Before the first row of that step. */
const insert = (rows: readonly Row[], step: string, ...more: readonly Row[]): readonly Row[] => {
  const at = rows.findIndex((row) => row[0] === step);
  return [...rows.slice(0, at), ...more, ...rows.slice(at)];
};

/** Where the state of object 5 is read, and it is left alone; and where it is only unloaded. */
const SKIPPED = insert(AP1, "6", ...states("6", "00", 5));
const UNLOADED = insert(AP1, "6", ...unload("6", 5));

/** `par`: one parameter of each program is another, and no segment moves. */
const PAR: readonly Row[] = [
  ...CHECKS,
  place("5", 5, "01 00"),
  place("5", 4, "02 00"),
  ...unload("6", 5, 4),
  ...allocate("7", 5, "00 00 00 22", "00"),
  ...allocate("8", 4, "00 00 01 63", "00"),
  place("13", 5, "01 00"),
  ...VERIFY,
  write("15", "interface program", "03 01 00 d4 b2 c3"),
  place("16", 4, "02 00"),
  write(
    "16",
    "application program",
    "34 02 00 01 11 05 07 09 0b 0d 0f 11 13 15 17 19 1b 1d 1f 21 23 25 27 29 2b 2d 2f 31 33 35 37 39 3b 3d 3f 41 43 45 47 49 4b 4d 4f 51 53 55 57 59 5b 5d 5f 61 63 65 67",
  ),
  write("16", "… the rest of what is not fill", "08 02 34 69 6b 6d 6f 71 73 75 77"),
  write("16", "… its end", "02 03 61 5a 5b"),
  VERSION_2,
  VERSION,
  ...complete("21", 5, 4),
  stamp("22", 4, "00 00 01 63 00 00 38 7e"),
  stamp("22", 5, "00 00 00 22 00 00 c2 45"),
  ...RESTART,
];

/** `grp`: a third group address, and object 34 is linked to it. The programs are not touched. */
const GRP: readonly Row[] = [
  ...CHECKS,
  ...unload("6", 3, 2, 1),
  ...allocate("10", 3, "00 00 00 46", "00"),
  ...allocate("11", 1, "00 00 00 08", "00"),
  ...allocate("12", 2, "00 00 00 0e", "00"),
  place("17", 3, "04 00"),
  ...VERIFY,
  write("17", "group objects 1 and 2", `06 04 00 ${OBJECTS}`),
  write("17", "… and 34", "02 04 44 57 08"),
  place("18", 2, "06 00"),
  write("18", "associations", "0e 06 00 00 03 00 01 00 01 00 02 00 02 00 03 00 22"),
  place("19", 1, "05 00"),
  write("19", "group addresses", "08 05 00 00 03 09 02 0a 03 0a 04"),
  ...complete("21", 3, 2, 1),
  stamp("22", 1, "00 00 00 08 00 00 ab 6e"),
  stamp("22", 2, "00 00 00 0e 00 00 ef d5"),
  stamp("22", 3, "00 00 00 46 00 00 b4 cf"),
  stamp("22", 4, "00 00 01 63 00 00 c9 f1"),
  ...RESTART,
];

/** `cfg`: what the product writes into properties, and nothing that is loaded. It survives the restart; verify mode does not. */
const CFG: readonly Row[] = [
  ...CHECKS,
  property("9", "telegrams in a time", "00 56", "00 21"),
  property("9", "repetitions", "00 34", "21"),
  property("9", "hop count", "00 33", "50"),
  property("9", "that time", "00 55", "13 57"),
  property("14", "verify mode", "00 0e", "04"),
  ...RESTART,
  CONNECT,
  reading("25", "telegrams in a time", "00 56", "00 21"),
  reading("25", "repetitions", "00 34", "21"),
  reading("25", "hop count", "00 33", "50"),
  reading("25", "that time", "00 55", "13 57"),
  reading("25", "verify mode is over", "00 0e", "00"),
  ...states("25", "01", 1, 2, 3, 4, 5),
  DISCONNECT,
];

/** The version is the one that is to be loaded: nothing is unloaded, and only what differs is written, and the last octet. */
const KNOWN: readonly Row[] = [
  ...CHECKS,
  reading("5", "program version", "04 0d", "00 07 08 07 70"),
  ...allocate("7", 5, "00 00 00 22", "00"),
  ...allocate("8", 4, "00 00 01 63", "00"),
  ...allocate("10", 3, "00 00 00 46", "00"),
  ...allocate("11", 1, "00 00 00 06", "00"),
  ...allocate("12", 2, "00 00 00 0a", "00"),
  place("13", 5, "01 00"),
  ...VERIFY,
  write("15", "the first octet", "01 01 00 d4"),
  write("15", "… and the last", "01 01 21 00"),
  place("16", 4, "02 00"),
  write("16", "one octet that differs", "01 02 01 11"),
  write("16", "… and the last", "01 03 62 5b"),
  place("17", 3, "04 00"),
  write("17", "object 3, which was not used", "02 04 06 cf 00"),
  write("17", "… and the last octet", "01 04 45 08"),
  place("18", 2, "06 00"),
  write("18", "two links are exchanged", "08 06 02 00 02 00 01 00 01 00 02"),
  place("19", 1, "05 00"),
  write("19", "the last octet, which differs", "01 05 05 04"),
  VERSION_2,
  VERSION,
  ...complete("21", 5, 4, 3, 2, 1),
  stamp("22", 1, "00 00 00 06 00 00 47 e5"),
  stamp("22", 2, "00 00 00 0a 00 00 9f 5e"),
  stamp("22", 3, "00 00 00 46 00 00 7b 18"),
  stamp("22", 4, "00 00 01 63 00 00 38 7e"),
  stamp("22", 5, "00 00 00 22 00 00 c2 45"),
  ...RESTART,
];

/** The tool is gone after step 16, and everything stays as it left it: no stamp, nothing runs. Then it comes again. */
const ABORTED: readonly Row[] = [
  ...CHECKS,
  ...ALLOCATE,
  ...WRITE.filter(([step]) => Number(step) <= 16),
  DISCONNECT,
  ...NONE,
  CONNECT,
  ...states("1", "02", 1, 2, 3, 4, 5),
  ["1", "no stamp", "ask", "03 d5 04 1b 10 01", "03 d6 04 1b 00 01"],
  reading("1", "it does not run", "04 06", "00"),
  reading("1", "verify mode is still on", "00 0e", "04"),
  ["1", "restart", "ask", "03 80"],
  DISCONNECT,
  ...NONE,
];

/** Allocation in an object that is loaded: error, and only an unload leads out of it. */
const ERROR: readonly Row[] = [
  ...CHECKS,
  [
    "8",
    "allocate while loaded",
    "ask",
    "03 d7 04 05 10 01 03 0b 00 00 01 63 00 00 00 00",
    "03 d6 04 05 10 01 03",
  ],
  reading("8", "invalid opcode", "04 1c", "0b"),
  reading("8", "it does not run", "04 06", "00"),
  [
    "8",
    "start of loading",
    "ask",
    "03 d7 04 05 10 01 01 00 00 00 00 00 00 00 00 00",
    "03 d6 04 05 10 01 03",
  ],
  [
    "8",
    "complete",
    "ask",
    "03 d7 04 05 10 01 02 00 00 00 00 00 00 00 00 00",
    "03 d6 04 05 10 01 03",
  ],
  ...unload("8", 4),
  reading("8", "no error any more", "04 1c", "00"),
  DISCONNECT,
];

const GROWN = groups("acknowledged", "acknowledged", "acknowledged");
const MOVED = groups("acknowledged", "not for us", "acknowledged");

// biome-ignore format: read by column
const SCRIPTS = [
  { is: "without an interface program, whose state is read", file: "ets-ap1.trace",        before: [],   script: SKIPPED,  after: LOADED },
  { is: "without an interface program, which is unloaded",   file: "ets-ap1-unload.trace", before: [],   script: UNLOADED, after: LOADED },
  { is: "parameters only",                                   file: "ets-par.trace",        before: FULL, script: PAR,      after: LOADED },
  { is: "tables only",                                       file: "ets-grp.trace",        before: FULL, script: GRP,      after: GROWN },
  { is: "configuration only",                                file: "ets-cfg.trace",        before: FULL, script: CFG,      after: LOADED },
  { is: "a full download to a device that is known",         file: "ets-known.trace",      before: FULL, script: KNOWN,    after: MOVED },
  { is: "the tool goes away in the middle",                  file: "ets-aborted.trace",    before: FULL, script: ABORTED,  after: NONE },
  { is: "an object in the state error",                      file: "ets-error.trace",      before: FULL, script: ERROR,    after: LOADED },
] as const;

describe("procedures of ETS", () => {
  test.each(SCRIPTS)("$is", async ({ file, before, script, after }) => {
    const tool = ets(OPTIONS);
    tool.play(before);
    tool.trace();
    expect(tool.play(script)).toEqual(script);
    expect(tool.faults()).toEqual([]);
    await expect(tool.trace()).toMatchFileSnapshot(file);
    expect(tool.play(after)).toEqual(after);
  });

  test.each([
    { is: "the tool went away", script: ABORTED },
    { is: "an error", script: ERROR },
  ])("$is, and a full download after it", ({ script }) => {
    const tool = ets(OPTIONS);
    tool.play(FULL);
    tool.play(script);
    expect(tool.play(FULL)).toEqual(FULL);
    expect(tool.play(LOADED)).toEqual(LOADED);
  });
});

test("what is loaded as parameters reaches the application, and again what is changed", () => {
  const tool = ets({ ...OPTIONS, application: { name: "thermostat" } });
  const hysteresis = () => {
    const { hysteresis: value } = tool.stack.state.application.running?.parameters ?? {};
    return value;
  };
  expect(hysteresis()).toBeUndefined();
  tool.play(FULL);
  expect(hysteresis()).toBe(0x03);
  tool.play(PAR);
  expect(hysteresis()).toBe(0x11);
  tool.play(GRP);
  expect(hysteresis()).toBe(0x11);
  tool.play(ABORTED);
  expect(hysteresis()).toBeUndefined();
});
