import type { Image } from "../../../../src/core/app/client/image.ts";
import type { Procedure } from "../../../../src/core/app/client/procedure.ts";
import type { ControlEffect } from "../../../../src/core/effect.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { ia, indication, type Row, rig } from "./rig.ts";

/*
 * The download of `device-model.md` §7.2 as it was recorded: 1.1.5, L = 55, its tables, sizes and addresses. Of the programs,
 * whose octets are not given there, a few stand out from the fill.
 */

/** Step of the script, request, answer. */
export type Line = readonly [step: number, request: string, answer?: string];

const zeros = (count: number): string => new Array(count).fill("00").join(" ");
const control = (object: number, octets: string): string => `03 d7 0${object} 05 10 01 ${octets}`;
const state = (object: number, octet: string): string => `03 d6 0${object} 05 10 01 ${octet}`;

/** 0 … 3, 60 and 354 of 355 octets. */
const APPLICATION = hex(`11 22 33 ${zeros(57)} 44 ${zeros(293)} 77`);
const INTERFACE = hex(`${zeros(32)} 55 66`);

export const IMAGE: Image = {
  application: { octets: APPLICATION, fill: 0, programVersion: hex("00 07 08 07 70") },
  program2: { octets: INTERFACE, fill: 0, programVersion: hex("00 07 08 07 02") },
  groupAddresses: [0x0902, 0x0a03],
  associations: [
    [1, 1],
    [2, 2],
  ],
  groupObjects: [0xd700, 0x4703, ...new Array<number>(32).fill(0xd300)],
  properties: [
    { object: 0, pid: 86, octets: hex("00 64") },
    { object: 0, pid: 52, octets: hex("33") },
    { object: 0, pid: 51, octets: hex("60") },
    { object: 0, pid: 85, octets: hex("42 68") },
    { object: 4, pid: 16, octets: hex("ff") },
    { object: 4, pid: 13, octets: hex("00 07 08 07 70") },
  ],
};

const CHECKS: readonly Line[] = [
  [1, "03 00", "03 40 07 b0"],
  [2, "03 d5 00 38 10 01", "03 d6 00 38 10 01 00 37"],
  [3, "03 d1 00 ff ff ff ff", "03 d2 00"],
  [4, "03 d8 02 17 00", "03 d9 02 17 00 94 00 3f 30"],
  [5, "03 d5 00 0b 10 01", "03 d6 00 0b 10 01 00 07 00 d0 b8 2f"],
  [5, "03 d5 00 0c 10 01", "03 d6 00 0c 10 01 00 07"],
  [5, "03 d5 00 19 10 01", "03 d6 00 19 10 01 10 43"],
  [5, "03 d5 00 4e 10 01", "03 d6 00 4e 00 01"],
  [5, "03 d5 00 0f 10 01", "03 d6 00 0f 10 01 53 57 2d 31 2e 31 36 00 00 00"],
];

const UNLOADED: readonly Line[] = [5, 4, 3, 2, 1].map((object) => [
  6,
  control(object, `04 ${zeros(9)}`),
  state(object, "00"),
]);

const started = (step: number, object: number): Line => [
  step,
  control(object, `01 ${zeros(9)}`),
  state(object, "02"),
];

const ALLOCATED: readonly Line[] = [
  started(7, 5),
  [7, control(5, "03 0b 00 00 00 22 01 00 00 00"), state(5, "02")],
  started(8, 4),
  [8, control(4, "03 0b 00 00 01 63 01 00 00 00"), state(4, "02")],
  [9, "03 d7 00 56 10 01 00 64", "03 d6 00 56 10 01 00 64"],
  [9, "03 d7 00 34 10 01 33", "03 d6 00 34 10 01 33"],
  [9, "03 d7 00 33 10 01 60", "03 d6 00 33 10 01 60"],
  [9, "03 d7 00 55 10 01 42 68", "03 d6 00 55 10 01 42 68"],
  [9, "03 d7 04 10 10 01 ff", "03 d6 04 10 10 01 ff"],
  [9, "03 d7 04 0d 10 01 00 07 08 07 70", "03 d6 04 0d 10 01 00 07 08 07 70"],
  started(10, 3),
  [10, control(3, "03 0b 00 00 00 46 00 00 00 00"), state(3, "02")],
  started(11, 1),
  [11, control(1, "03 0b 00 00 00 06 00 00 00 00"), state(1, "02")],
  started(12, 2),
  [12, control(2, "03 0b 00 00 00 0a 00 00 00 00"), state(2, "02")],
];

const reference = (step: number, object: number, address: string): Line => [
  step,
  `03 d5 0${object} 07 10 01`,
  `03 d6 0${object} 07 10 01 00 00 ${address}`,
];

/** Whatever is written comes back. */
const memory = (step: number, number: string, rest: string): Line => [
  step,
  `02 ${(0x80 | Number(number)).toString(16)} ${rest}`,
  `02 ${(0x40 | Number(number)).toString(16)} ${rest}`,
];

const GROUP_OBJECTS = `00 22 d7 00 47 03 ${new Array(32).fill("d3 00").join(" ")}`.split(" ");

const WRITTEN: readonly Line[] = [
  reference(13, 5, "01 00"),
  [14, "03 d5 00 0e 10 01", "03 d6 00 0e 10 01 03"],
  [14, "03 d7 00 0e 10 01 07", "03 d6 00 0e 10 01 07"],
  memory(15, "2", "01 20 55 66"),
  reference(16, 4, "02 00"),
  memory(16, "3", "02 00 11 22 33"),
  memory(16, "1", "02 3c 44"),
  memory(16, "1", "03 62 77"),
  reference(17, 3, "04 00"),
  memory(17, "52", `04 00 ${GROUP_OBJECTS.slice(0, 52).join(" ")}`),
  memory(17, "18", `04 34 ${GROUP_OBJECTS.slice(52).join(" ")}`),
  reference(18, 2, "06 00"),
  memory(18, "10", "06 00 00 02 00 01 00 01 00 02 00 02"),
  reference(19, 1, "05 00"),
  memory(19, "6", "05 00 00 02 09 02 0a 03"),
];

const extended = (step: number, number: string, address: string, data: string): Line => [
  step,
  `01 fb ${number} ${address} ${data}`,
  `01 fc 01 ${address} 12 34`,
];

const WRITTEN_EXTENDED: readonly Line[] = [
  reference(13, 5, "01 00"),
  extended(15, "02", "00 01 20", "55 66"),
  reference(16, 4, "02 00"),
  extended(16, "03", "00 02 00", "11 22 33"),
  extended(16, "01", "00 02 3c", "44"),
  extended(16, "01", "00 03 62", "77"),
  reference(17, 3, "04 00"),
  extended(17, "32", "00 04 00", GROUP_OBJECTS.slice(0, 50).join(" ")),
  extended(17, "14", "00 04 32", GROUP_OBJECTS.slice(50).join(" ")),
  reference(18, 2, "06 00"),
  extended(18, "0a", "00 06 00", "00 02 00 01 00 01 00 02 00 02"),
  reference(19, 1, "05 00"),
  extended(19, "06", "00 05 00", "00 02 09 02 0a 03"),
];

const COMPLETED: readonly Line[] = [
  [20, "03 d7 05 0d 10 01 00 07 08 07 02", "03 d6 05 0d 10 01 00 07 08 07 02"],
  [20, "03 d7 04 0d 10 01 00 07 08 07 70", "03 d6 04 0d 10 01 00 07 08 07 70"],
  ...[5, 4, 3, 2, 1].map(
    (object): Line => [21, control(object, `02 ${zeros(9)}`), state(object, "01")],
  ),
  // Of the first two the CRC is that of the document.
  [22, "03 d5 01 1b 10 01", "03 d6 01 1b 10 01 00 00 00 06 00 00 37 02"],
  [22, "03 d5 02 1b 10 01", "03 d6 02 1b 10 01 00 00 00 0a 00 ff 1e 8c"],
  // Of the others, whose content is ours, by long division.
  [22, "03 d5 03 1b 10 01", "03 d6 03 1b 10 01 00 00 00 46 00 32 6e 08"],
  [22, "03 d5 04 1b 10 01", "03 d6 04 1b 10 01 00 00 01 63 00 33 bf b0"],
  [22, "03 d5 05 1b 10 01", "03 d6 05 1b 10 01 00 00 00 22 00 ff 7c 1f"],
];

export const FULL: readonly Line[] = [
  ...CHECKS,
  ...UNLOADED,
  ...ALLOCATED,
  ...WRITTEN,
  ...COMPLETED,
  [23, "03 80"],
];

export const FULL_EXTENDED: readonly Line[] = [
  ...CHECKS,
  ...UNLOADED,
  ...ALLOCATED,
  ...WRITTEN_EXTENDED,
  ...COMPLETED,
  [23, "03 80"],
];

/** As a dialogue. */
export const rowsOf = (lines: readonly Line[]): readonly Row[] =>
  lines.map(([, request, answer]) =>
    answer === undefined ? [`1.1.5 co ${request}`] : [`1.1.5 co ${request}`, `1.1.5 co ${answer}`],
  );

/** What the device does instead of its answer, as often as it is asked: `null` says nothing. */
export type Fault = (answer: string) => string | "hang up" | null;

export type Course = Readonly<{
  /** Every request in its order, `connect` and `disconnect` among them. */
  asked: readonly string[];
  ending: Extract<ControlEffect, { type: "result" | "failure" }>;
}>;

/**
 * A device that answers by the script, in whatever order it is asked.
 * @param faults by request
 * @param dead from the first of these faults on it takes no connection
 */
export const play = (
  procedure: Procedure,
  lines: readonly Line[],
  faults: Readonly<Record<string, Fault>>,
  { times = Number.POSITIVE_INFINITY, dead = false } = {},
): Course => {
  const { deliver, confirm, asked, told, timers } = rig();
  const answers = new Map(lines.map(([, request, answer]) => [request, answer]));
  const peer = ia("1.1.5");
  const all: string[] = [];
  let left = times;
  let gone = false;
  deliver({ for: "client", type: "procedure.req", id: 3, procedure, at: 1 });
  for (let turns = 0; turns < 10_000; turns++) {
    const ending = told.find((each) => each.type === "result" || each.type === "failure");
    if (ending?.type === "result" || ending?.type === "failure") return { asked: all, ending };
    const ask = asked.shift();
    if (ask === undefined) {
      if (!timers.delete(3)) throw new Error("nothing goes on");
      const timer = { for: "client", name: "step", id: 3 } as const;
      deliver({ for: "client", type: "timeout", timer, at: 9 });
      continue;
    }
    all.push(ask);
    if (ask.startsWith("disconnect")) {
      deliver({ for: "client", type: "T_Disconnect.con", peer, at: 5 });
    } else if (ask.startsWith("connect")) {
      deliver({ for: "client", type: gone ? "T_Disconnect.ind" : "T_Connect.con", peer, at: 5 });
    } else {
      const request = ask.replace(/^1\.1\.5 (co|cl) /, "");
      const answer = answers.get(request);
      const fault = left > 0 ? faults[request] : undefined;
      if (fault !== undefined) {
        left -= 1;
        gone = dead;
      }
      const says = fault === undefined ? answer : fault(answer ?? "");
      confirm(gone && ask.includes(" cl ") ? "no_ack" : "ok");
      if (says === "hang up") deliver({ for: "client", type: "T_Disconnect.ind", peer, at: 6 });
      else if (says !== null && says !== undefined) deliver(indication("1.1.5", "co", says));
    }
  }
  throw new Error("no end");
};
