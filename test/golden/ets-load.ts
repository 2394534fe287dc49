import type { Row } from "./ets.ts";
import { Z } from "./ets-rows.ts";

/*
 * Load control in the scripts of `device-model.md` §7.2, row by row: §3.2 for what is written, §3.1 for the state that answers.
 */

type Object = 1 | 2 | 3 | 4 | 5;

const NAMES = {
  1: "group addresses",
  2: "associations",
  3: "group objects",
  4: "application program",
  5: "interface program",
} as const;

const control = (
  step: string,
  what: string,
  objects: readonly Object[],
  event: string,
  state: string,
): readonly Row[] =>
  objects.map((object) => [
    step,
    `${what}, ${NAMES[object]}`,
    "ask",
    `03 d7 0${object} 05 10 01 ${event}`,
    `03 d6 0${object} 05 10 01 ${state}`,
  ]);

export const unload = (step: string, ...objects: readonly Object[]): readonly Row[] =>
  control(step, "unload", objects, `04 ${Z}`, "00");

export const complete = (step: string, ...objects: readonly Object[]): readonly Row[] =>
  control(step, "complete", objects, `02 ${Z}`, "01");

/** Start of loading, and an allocation. @param size u32 in hex @param mode 01: the segment is filled with 00 */
export const allocate = (
  step: string,
  object: Object,
  size: string,
  mode: "00" | "01",
): readonly Row[] => [
  ...control(step, "start of loading", [object], `01 ${Z}`, "02"),
  ...control(step, `allocate ${size}`, [object], `03 0b ${size} ${mode} 00 00 00`, "02"),
];

/** PID 5 of these objects. */
export const states = (
  step: string,
  state: string,
  ...objects: readonly Object[]
): readonly Row[] =>
  objects.map((object) => [
    step,
    `state of the ${NAMES[object]}`,
    "ask",
    `03 d5 0${object} 05 10 01`,
    `03 d6 0${object} 05 10 01 ${state}`,
  ]);

/** PID 7. @param at the lower 16 bits of the address, in hex */
export const place = (step: string, object: Object, at: string): Row => [
  step,
  `place of the ${NAMES[object]}`,
  "ask",
  `03 d5 0${object} 07 10 01`,
  `03 d6 0${object} 07 10 01 00 00 ${at}`,
];

/** A_Memory_Write in verify mode: `n`, address, octets. */
export const write = (step: string, what: string, octets: string): Row => {
  const [number = "", ...rest] = octets.split(" ");
  return [
    step,
    what,
    "ask",
    `02 ${(0x80 | Number.parseInt(number, 16)).toString(16)} ${rest.join(" ")}`,
    `02 ${(0x40 | Number.parseInt(number, 16)).toString(16)} ${rest.join(" ")}`,
  ];
};

/** PID 27. @param stamp size u32, CRC control and access, CRC, in hex */
export const stamp = (step: string, object: Object, stamp: string): Row => [
  step,
  `stamp of the ${NAMES[object]}`,
  "ask",
  `03 d5 0${object} 1b 10 01`,
  `03 d6 0${object} 1b 10 01 ${stamp}`,
];

/** A property of one element is written, and echoed. @param property object and PID, in hex */
export const property = (step: string, what: string, property: string, value: string): Row => [
  step,
  what,
  "ask",
  `03 d7 ${property} 10 01 ${value}`,
  `03 d6 ${property} 10 01 ${value}`,
];

/** … and read. */
export const reading = (step: string, what: string, property: string, value: string): Row => [
  step,
  what,
  "ask",
  `03 d5 ${property} 10 01`,
  `03 d6 ${property} 10 01 ${value}`,
];

export const CONNECT: Row = ["1", "connect", "connect", ""];
export const DISCONNECT: Row = ["24", "disconnect", "disconnect", ""];
