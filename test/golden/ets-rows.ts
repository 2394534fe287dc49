import { hex } from "../../src/testing.ts";
import type { Row } from "./ets.ts";

/*
 * Parts of the scripts of `device-model.md` §7.2, with the sizes and addresses of the capture; steps are numbered as there.
 * Checksums are those of §11, and for what the capture does not have were computed apart from this project.
 */

/** The rest of a load control without parameters. */
export const Z = "00 00 00 00 00 00 00 00 00";

/** The first 52 octets of the application program, 1, 3, 5 …, and the first 50 of them. */
const APPLICATION =
  "01 03 05 07 09 0b 0d 0f 11 13 15 17 19 1b 1d 1f 21 23 25 27 29 2b 2d 2f 31 33 35 37 " +
  "39 3b 3d 3f 41 43 45 47 49 4b 4d 4f 51 53 55 57 59 5b 5d 5f 61 63 65 67";
const APPLICATION_50 = APPLICATION.slice(0, 149);
/** The first 52 octets of the group object table: 34 objects, the third one to the last but one not used; and the first 50. */
const OBJECTS = `00 22 d7 00 47 03${" 00".repeat(46)}`;
const OBJECTS_50 = OBJECTS.slice(0, 149);

/** Steps 1 … 3. */
// biome-ignore format: read by column
export const CHECKS: readonly Row[] = [
  ["1",  "connect",          "connect",   ""],
  ["1",  "device descriptor","ask",       "03 00",                                                  "03 40 07 b0"],
  ["2",  "longest APDU",     "ask",       "03 d5 00 38 10 01",                                      "03 d6 00 38 10 01 00 37"],
  ["3",  "authorize",        "ask",       "03 d1 00 ff ff ff ff",                                   "03 d2 00"],
];

/** Steps 4 … 12. */
// biome-ignore format: read by column
export const ALLOCATE: readonly Row[] = [
  ["4",  "description of the association table", "ask",       "03 d8 02 17 00",                                         "03 d9 02 17 05 94 0f ff 30"],
  ["5",  "serial number",                        "ask",       "03 d5 00 0b 10 01",                                      "03 d6 00 0b 10 01 00 07 00 d0 b8 2f"],
  ["5",  "manufacturer",                         "ask",       "03 d5 00 0c 10 01",                                      "03 d6 00 0c 10 01 00 07"],
  ["5",  "version",                              "ask",       "03 d5 00 19 10 01",                                      "03 d6 00 19 10 01 01 40"],
  ["5",  "hardware type",                        "ask",       "03 d5 00 4e 10 01",                                      "03 d6 00 4e 10 01 00 00 a1 b2 13 00"],
  ["5",  "order info",                           "ask",       "03 d5 00 0f 10 01",                                      "03 d6 00 0f 10 01 54 45 53 54 20 31 32 33 34 35"],
  ["6",  "unload interface program",             "ask",       `03 d7 05 05 10 01 04 ${Z}`,                              "03 d6 05 05 10 01 00"],
  ["6",  "unload application program",           "ask",       `03 d7 04 05 10 01 04 ${Z}`,                              "03 d6 04 05 10 01 00"],
  ["6",  "unload group objects",                 "ask",       `03 d7 03 05 10 01 04 ${Z}`,                              "03 d6 03 05 10 01 00"],
  ["6",  "unload associations",                  "ask",       `03 d7 02 05 10 01 04 ${Z}`,                              "03 d6 02 05 10 01 00"],
  ["6",  "unload group addresses",               "ask",       `03 d7 01 05 10 01 04 ${Z}`,                              "03 d6 01 05 10 01 00"],
  ["7",  "start of loading, interface program",  "ask",       `03 d7 05 05 10 01 01 ${Z}`,                              "03 d6 05 05 10 01 02"],
  ["7",  "allocate 34 octets, mode 1",           "ask",       "03 d7 05 05 10 01 03 0b 00 00 00 22 01 00 00 00",        "03 d6 05 05 10 01 02"],
  ["8",  "start of loading, application program","ask",       `03 d7 04 05 10 01 01 ${Z}`,                              "03 d6 04 05 10 01 02"],
  ["8",  "allocate 355 octets, mode 1",          "ask",       "03 d7 04 05 10 01 03 0b 00 00 01 63 01 00 00 00",        "03 d6 04 05 10 01 02"],
  ["9",  "telegrams in a time",                  "ask",       "03 d7 00 56 10 01 00 64",                                "03 d6 00 56 10 01 00 64"],
  ["9",  "repetitions",                          "ask",       "03 d7 00 34 10 01 33",                                   "03 d6 00 34 10 01 33"],
  ["9",  "hop count",                            "ask",       "03 d7 00 33 10 01 60",                                   "03 d6 00 33 10 01 60"],
  ["9",  "that time",                            "ask",       "03 d7 00 55 10 01 42 68",                                "03 d6 00 55 10 01 42 68"],
  ["9",  "PEI type",                             "ask",       "03 d7 04 10 10 01 ff",                                   "03 d6 04 10 10 01 ff"],
  ["9",  "program version",                      "ask",       "03 d7 04 0d 10 01 00 07 08 07 70",                       "03 d6 04 0d 10 01 00 07 08 07 70"],
  ["10", "start of loading, group objects",      "ask",       `03 d7 03 05 10 01 01 ${Z}`,                              "03 d6 03 05 10 01 02"],
  ["10", "allocate 70 octets, mode 0",           "ask",       "03 d7 03 05 10 01 03 0b 00 00 00 46 00 00 00 00",        "03 d6 03 05 10 01 02"],
  ["11", "start of loading, group addresses",    "ask",       `03 d7 01 05 10 01 01 ${Z}`,                              "03 d6 01 05 10 01 02"],
  ["11", "allocate 6 octets, mode 0",            "ask",       "03 d7 01 05 10 01 03 0b 00 00 00 06 00 00 00 00",        "03 d6 01 05 10 01 02"],
  ["12", "start of loading, associations",       "ask",       `03 d7 02 05 10 01 01 ${Z}`,                              "03 d6 02 05 10 01 02"],
  ["12", "allocate 10 octets, mode 0",           "ask",       "03 d7 02 05 10 01 03 0b 00 00 00 0a 00 00 00 00",        "03 d6 02 05 10 01 02"],
];

/** Steps 13 … 19 with A_Memory_Write in verify mode. */
// biome-ignore format: read by column
export const WRITE: readonly Row[] = [
  ["13", "place of the interface program",  "ask",       "03 d5 05 07 10 01",                                      "03 d6 05 07 10 01 00 00 01 00"],
  ["14", "device control",                  "ask",       "03 d5 00 0e 10 01",                                      "03 d6 00 0e 10 01 00"],
  ["14", "verify mode",                     "ask",       "03 d7 00 0e 10 01 04",                                   "03 d6 00 0e 10 01 04"],
  ["15", "interface program",               "ask",       "02 83 01 00 a1 b2 c3",                                   "02 43 01 00 a1 b2 c3"],
  ["16", "place of the application program","ask",       "03 d5 04 07 10 01",                                      "03 d6 04 07 10 01 00 00 02 00"],
  ["16", "application program, 52 octets",  "ask",       `02 b4 02 00 ${APPLICATION}`,                             `02 74 02 00 ${APPLICATION}`],
  ["16", "… the rest of what is not fill",  "ask",       "02 88 02 34 69 6b 6d 6f 71 73 75 77",                    "02 48 02 34 69 6b 6d 6f 71 73 75 77"],
  ["16", "… its end",                       "ask",       "02 82 03 61 5a 5b",                                      "02 42 03 61 5a 5b"],
  ["17", "place of the group objects",      "ask",       "03 d5 03 07 10 01",                                      "03 d6 03 07 10 01 00 00 04 00"],
  ["17", "group objects 1 … 25",            "ask",       `02 b4 04 00 ${OBJECTS}`,                                 `02 74 04 00 ${OBJECTS}`],
  ["17", "… to 34",                         "ask",       "02 92 04 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 57 08","02 52 04 34 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 57 08"],
  ["18", "place of the associations",       "ask",       "03 d5 02 07 10 01",                                      "03 d6 02 07 10 01 00 00 06 00"],
  ["18", "associations",                    "ask",       "02 8a 06 00 00 02 00 01 00 01 00 02 00 02",              "02 4a 06 00 00 02 00 01 00 01 00 02 00 02"],
  ["19", "place of the group addresses",    "ask",       "03 d5 01 07 10 01",                                      "03 d6 01 07 10 01 00 00 05 00"],
  ["19", "group addresses",                 "ask",       "02 86 05 00 00 02 09 02 0a 03",                          "02 46 05 00 00 02 09 02 0a 03"],
];

/** Steps 13 … 19 with A_MemoryExtended_Write, without step 14. */
// biome-ignore format: read by column
const WRITE_EXTENDED: readonly Row[] = [
  ["13", "place of the interface program",  "ask",       "03 d5 05 07 10 01",                                      "03 d6 05 07 10 01 00 00 01 00"],
  ["15", "interface program",               "ask",       "01 fb 03 00 01 00 a1 b2 c3",                             "01 fc 00 00 01 00"],
  ["16", "place of the application program","ask",       "03 d5 04 07 10 01",                                      "03 d6 04 07 10 01 00 00 02 00"],
  ["16", "application program, 50 octets",  "ask",       `01 fb 32 00 02 00 ${APPLICATION_50}`,                    "01 fc 00 00 02 00"],
  ["16", "… the rest of what is not fill",  "ask",       "01 fb 0a 00 02 32 65 67 69 6b 6d 6f 71 73 75 77",        "01 fc 00 00 02 32"],
  ["16", "… its end",                       "ask",       "01 fb 02 00 03 61 5a 5b",                                "01 fc 00 00 03 61"],
  ["17", "place of the group objects",      "ask",       "03 d5 03 07 10 01",                                      "03 d6 03 07 10 01 00 00 04 00"],
  ["17", "group objects 1 … 24",            "ask",       `01 fb 32 00 04 00 ${OBJECTS_50}`,                        "01 fc 00 00 04 00"],
  ["17", "… to 34",                         "ask",       "01 fb 14 00 04 32 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 57 08","01 fc 00 00 04 32"],
  ["18", "place of the associations",       "ask",       "03 d5 02 07 10 01",                                      "03 d6 02 07 10 01 00 00 06 00"],
  ["18", "associations",                    "ask",       "01 fb 0a 00 06 00 00 02 00 01 00 01 00 02 00 02",        "01 fc 00 00 06 00"],
  ["19", "place of the group addresses",    "ask",       "03 d5 01 07 10 01",                                      "03 d6 01 07 10 01 00 00 05 00"],
  ["19", "group addresses",                 "ask",       "01 fb 06 00 05 00 00 02 09 02 0a 03",                    "01 fc 00 00 05 00"],
];

/** Steps 20 … 22. */
// biome-ignore format: read by column
export const COMPLETE: readonly Row[] = [
  ["20", "version of the interface program",  "ask",       "03 d7 05 0d 10 01 00 07 08 08 71",                       "03 d6 05 0d 10 01 00 07 08 08 71"],
  ["20", "version of the application program","ask",       "03 d7 04 0d 10 01 00 07 08 07 70",                       "03 d6 04 0d 10 01 00 07 08 07 70"],
  ["21", "complete, interface program",       "ask",       `03 d7 05 05 10 01 02 ${Z}`,                              "03 d6 05 05 10 01 01"],
  ["21", "complete, application program",     "ask",       `03 d7 04 05 10 01 02 ${Z}`,                              "03 d6 04 05 10 01 01"],
  ["21", "complete, group objects",           "ask",       `03 d7 03 05 10 01 02 ${Z}`,                              "03 d6 03 05 10 01 01"],
  ["21", "complete, associations",            "ask",       `03 d7 02 05 10 01 02 ${Z}`,                              "03 d6 02 05 10 01 01"],
  ["21", "complete, group addresses",         "ask",       `03 d7 01 05 10 01 02 ${Z}`,                              "03 d6 01 05 10 01 01"],
  ["22", "stamp of the group addresses",      "ask",       "03 d5 01 1b 10 01",                                      "03 d6 01 1b 10 01 00 00 00 06 00 00 37 02"],
  ["22", "stamp of the associations",         "ask",       "03 d5 02 1b 10 01",                                      "03 d6 02 1b 10 01 00 00 00 0a 00 00 1e 8c"],
  ["22", "stamp of the group objects",        "ask",       "03 d5 03 1b 10 01",                                      "03 d6 03 1b 10 01 00 00 00 46 00 00 b4 cf"],
  ["22", "stamp of the application program",  "ask",       "03 d5 04 1b 10 01",                                      "03 d6 04 1b 10 01 00 00 01 63 00 00 c9 f1"],
  ["22", "stamp of the interface program",    "ask",       "03 d5 05 1b 10 01",                                      "03 d6 05 1b 10 01 00 00 00 22 00 00 a6 f8"],
];

/** Steps 23, 24. */
// biome-ignore format: read by column
export const RESTART: readonly Row[] = [
  ["23", "restart",   "ask",       "03 80"],
  ["24", "pause",     "wait",      "3000"],
  ["24", "disconnect","disconnect",""],
];

/** A group telegram of somebody else, and whether it is acknowledged: 1/1/2, 1/2/3, 1/2/4. */
export const groups = (...[first, second, third]: readonly string[]): readonly Row[] => [
  ["", "to 1/1/2", "group", "09 02 00 81", first ?? ""],
  ["", "to 1/2/3", "group", "0a 03 00 89", second ?? ""],
  ["", "to 1/2/4", "group", "0a 04 00 89", third ?? ""],
];

export const NONE = groups("not for us", "not for us", "not for us");
export const LOADED = groups("acknowledged", "acknowledged", "not for us");

/** `device-model.md` §7.1: the device is unloaded, and loses its address. */
// biome-ignore format: read by column
export const UNLOAD: readonly Row[] = [
  ["4", "connect",                       "connect",    ""],
  ["4", "authorize",                     "ask",        "03 d1 00 ff ff ff ff",        "03 d2 00"],
  ["5", "unload group addresses",        "ask",        `03 d7 01 05 10 01 04 ${Z}`,   "03 d6 01 05 10 01 00"],
  ["5", "unload associations",           "ask",        `03 d7 02 05 10 01 04 ${Z}`,   "03 d6 02 05 10 01 00"],
  ["5", "unload group objects",          "ask",        `03 d7 03 05 10 01 04 ${Z}`,   "03 d6 03 05 10 01 00"],
  ["5", "unload application program",    "ask",        `03 d7 04 05 10 01 04 ${Z}`,   "03 d6 04 05 10 01 00"],
  ["5", "unload interface program",      "ask",        `03 d7 05 05 10 01 04 ${Z}`,   "03 d6 05 05 10 01 00"],
  ["6", "programming mode off",          "ask",        "03 d7 00 36 10 01 00",        "03 d6 00 36 10 01 00"],
  ["7", "disconnect",                    "disconnect", ""],
  ["8", "take the address 15.15.255",    "all",        "03 de 00 07 00 d0 b8 2f ff ff 00 00 00 00"],
  ["9", "which address have you?",       "all",        "03 dc 00 07 00 d0 b8 2f",     "ff ff: 03 dd 00 07 00 d0 b8 2f 00 00 00 00"],
];

export const FULL = [...CHECKS, ...ALLOCATE, ...WRITE, ...COMPLETE, ...RESTART];
export const FULL_EXTENDED = [...CHECKS, ...ALLOCATE, ...WRITE_EXTENDED, ...COMPLETE, ...RESTART];

/** The captured device. */
export const OPTIONS = {
  groupObjects: { objectsFrom: "ets" },
  device: { serial: hex("00 07 00 d0 b8 2f"), hardwareType: hex("00 00 a1 b2 13 00") },
} as const;

/** What a device comes up with that has the tables of the capture, a program of three octets, and no interface program. */
export const INSTALLED = [
  {
    index: 1,
    state: "loaded",
    address: 0x0500,
    octets: hex("00 02 09 02 0a 03"),
    programVersion: hex("00 00 00 00 00"),
  },
  {
    index: 2,
    state: "loaded",
    address: 0x0600,
    octets: hex("00 02 00 01 00 01 00 02 00 02"),
    programVersion: hex("00 00 00 00 00"),
  },
  {
    index: 3,
    state: "loaded",
    address: 0x0400,
    octets: hex("00 02 d7 00 47 03"),
    programVersion: hex("00 00 00 00 00"),
  },
  {
    index: 4,
    state: "loaded",
    address: 0x0200,
    octets: hex("a1 b2 c3"),
    programVersion: hex("00 07 08 07 70"),
  },
] as const;
