import { describe, expect, test } from "vitest";
import type { Image } from "../../../../src/core/app/client/image.ts";
import type { Procedure } from "../../../../src/core/app/client/procedure.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { ia, type Row, talk } from "./rig.ts";
import { type Fault, FULL, FULL_EXTENDED, IMAGE, type Line, play, rowsOf } from "./script.ts";

const peer = ia("1.1.5");
const program = (image: Image): Procedure => ({ name: "device.program", peer, image });

/** Until T_Disconnect, 3 s after the restart. */
const END: readonly Row[] = [["", "3000 ms"], ["disconnect 1.1.5"]];

describe("7.2 full application download", () => {
  test("plain, in verify mode", () => {
    const { result, progress } = talk(program(IMAGE), [["connect 1.1.5"], ...rowsOf(FULL), ...END]);
    expect(result).toEqual({
      address: "1.1.5",
      loaded: [5, 4, 3, 2, 1],
      unchanged: [],
      octets: 93,
      acknowledged: true,
    });
    expect(progress.at(0)).toBe("34/475");
    expect(progress.at(-1)).toBe("475/475");
  });

  test("with the extended memory services", () => {
    const { result } = talk(program({ ...IMAGE, extended: true }), [
      ["connect 1.1.5"],
      ...rowsOf(FULL_EXTENDED),
      ...END,
    ]);
    expect(result).toMatchObject({ loaded: [5, 4, 3, 2, 1], octets: 93 });
  });

  test("a restart that is not acknowledged is one all the same", () => {
    const { result } = talk(program(IMAGE), [
      ["connect 1.1.5"],
      ...rowsOf(FULL.slice(0, -1)),
      ["1.1.5 co 03 80", "2900 ms"],
      ["disconnect 1.1.5"],
    ]);
    expect(result).toMatchObject({ acknowledged: false });
  });
});

describe("partial download", () => {
  const image: Image = {
    application: {
      octets: hex("11 22 33 44 55 66 77 88"),
      fill: 0xee,
      programVersion: hex("00 07 08 07 70"),
    },
    groupAddresses: [0x0902, 0x0a03],
    associations: [
      [1, 1],
      [2, 2],
    ],
    groupObjects: [0xd700, 0x4703],
    partial: true,
  };
  const ask = (request: string, answer: string): Row => [
    `1.1.5 co ${request}`,
    `1.1.5 co ${answer}`,
  ];
  const loaded = (object: number): Row =>
    ask(`03 d5 0${object} 05 10 01`, `03 d6 0${object} 05 10 01 01`);
  const stamp = (object: number, octets: string): Row =>
    ask(`03 d5 0${object} 1b 10 01`, `03 d6 0${object} 1b 10 01 ${octets}`);
  const event = (object: number, octets: string, state: string): Row =>
    ask(`03 d7 0${object} 05 10 01 ${octets}`, `03 d6 0${object} 05 10 01 ${state}`);
  const place = (object: number, address: string): Row =>
    ask(`03 d5 0${object} 07 10 01`, `03 d6 0${object} 07 10 01 00 00 ${address}`);
  const START = "01 00 00 00 00 00 00 00 00 00";
  const COMPLETED = "02 00 00 00 00 00 00 00 00 00";
  const FOUND: readonly Row[] = [
    ["connect 1.1.5"],
    ...rowsOf(FULL.slice(0, 9)),
    loaded(4),
    stamp(4, "00 00 00 08 00 ff 07 09"),
    place(4, "02 00"),
    ask("02 08 02 00", "02 48 02 00 11 22 39 44 55 66 77 88"),
    loaded(3),
    stamp(3, "00 00 00 06 00 ff 28 ab"),
    loaded(2),
    stamp(2, "00 00 00 0a 00 ff 07 09"),
    place(2, "06 00"),
    ask("02 0a 06 00", "02 4a 06 00 00 02 00 01 00 01 00 02 00 01"),
    loaded(1),
    stamp(1, "00 00 00 06 00 ff 37 02"),
    event(4, START, "02"),
    event(4, "03 0b 00 00 00 08 00 00 00 00", "02"),
    event(2, START, "02"),
    event(2, "03 0b 00 00 00 0a 00 00 00 00", "02"),
  ];
  const VERIFY = [
    ask("03 d5 00 0e 10 01", "03 d6 00 0e 10 01 03"),
    ask("03 d7 00 0e 10 01 07", "03 d6 00 0e 10 01 07"),
  ];
  const DONE: readonly Row[] = [
    ask("03 d7 04 0d 10 01 00 07 08 07 70", "03 d6 04 0d 10 01 00 07 08 07 70"),
    event(4, COMPLETED, "01"),
    event(2, COMPLETED, "01"),
    stamp(1, "00 00 00 06 00 ff 37 02"),
    stamp(2, "00 00 00 0a 00 ff 1e 8c"),
    stamp(3, "00 00 00 06 00 ff 28 ab"),
    stamp(4, "00 00 00 08 00 ff 8d b2"),
    ["1.1.5 co 03 80"],
    ...END,
  ];

  test("what differs and the last octet of a segment; unchanged segments are left alone", () => {
    const { result, progress } = talk(program(image), [
      ...FOUND,
      place(4, "02 00"),
      ...VERIFY,
      ask("02 86 02 02 33 44 55 66 77 88", "02 46 02 02 33 44 55 66 77 88"),
      place(2, "06 00"),
      ask("02 81 06 09 02", "02 41 06 09 02"),
      ...DONE,
    ]);
    expect(result).toEqual({
      address: "1.1.5",
      loaded: [4, 2],
      unchanged: [3, 1],
      octets: 7,
      acknowledged: true,
    });
    expect(progress.at(-1)).toBe("54/60");
  });

  test("a segment that has moved is written whole", () => {
    const { result } = talk(program(image), [
      ...FOUND,
      place(4, "03 00"),
      ...VERIFY,
      ask("02 88 03 00 11 22 33 44 55 66 77 88", "02 48 03 00 11 22 33 44 55 66 77 88"),
      place(2, "06 00"),
      ask("02 81 06 09 02", "02 41 06 09 02"),
      ...DONE,
    ]);
    expect(result).toMatchObject({ octets: 9 });
  });
});

describe("the device does not do as it is told", () => {
  const unloadsOf = (asked: readonly string[]): readonly string[] =>
    asked.filter((ask) => / 03 d7 0\d 05 10 01 04 /.test(ask)).map((ask) => ask.slice(15, 17));
  // The version of the application is written in step 20, and here not by the product as well.
  const image: Image = { ...IMAGE, properties: (IMAGE.properties ?? []).slice(0, 5) };
  const answered = FULL.filter(
    ([step, request, answer]) =>
      answer !== undefined && !(step === 9 && request.startsWith("03 d7 04 0d")),
  );
  const at = ([step, request]: Line): string => `step ${step}: ${request.slice(0, 40)}`;

  /** As the answer to each service says no. */
  const refusal = (answer: string): string => {
    const octets = answer.split(" ");
    if (answer.startsWith("03 d6")) return [...octets.slice(0, 4), "00", "01"].join(" ");
    if (/^02 [4-7]/.test(answer)) return ["02", "40", ...octets.slice(2, 4)].join(" ");
    if (answer.startsWith("01 fc")) return ["01", "fc", "fb", ...octets.slice(3, 6)].join(" ");
    if (answer.startsWith("03 40")) return "03 7f";
    return answer;
  };
  /** The last octet is another one: a state, an echo, a checksum. */
  const wrong = (answer: string): string =>
    answer.replace(/..$/, (octet) =>
      (Number.parseInt(octet, 16) ^ 0x03).toString(16).padStart(2, "0"),
    );
  /** Whatever is asked for, and is no more than a word about the device. */
  const isNeedless = ([step, request]: Line): boolean =>
    step === 3 || step === 4 || (step === 5 && !/ 0[bc] 10 01$/.test(request));

  const fails = (line: Line, fault: Fault, lines = FULL, loaded = image) => {
    const course = play(program(loaded), lines, { [line[1]]: fault });
    const { ending, asked } = course;
    expect(ending.type).toBe("failure");
    if (ending.type !== "failure") throw new Error("it claims success");
    const [step, request] = line;
    expect(ending.error.message).toMatch(new RegExp(`^Step ${step}, `));
    if (step < 6) {
      expect(unloadsOf(asked)).toEqual([]);
      expect(ending.error.message).not.toContain("unloaded");
    } else if (/05 10 01 04/.test(request)) {
      expect(ending.error.message).toContain("It could not be unloaded after that");
    } else {
      expect(unloadsOf(asked).slice(-5)).toEqual(["05", "04", "03", "02", "01"]);
      expect(ending.error.message).toMatch(/The device is unloaded now: program it again\.$/);
      // After the last unload nothing is loaded any more.
      const last = asked.findLastIndex((ask) => / 05 10 01 0[123] /.test(ask));
      expect(asked.findLastIndex((ask) => / 05 10 01 04 /.test(ask))).toBeGreaterThan(last);
    }
    if (step !== 23) expect(asked).not.toContain("1.1.5 co 03 80");
    return ending.error;
  };

  test.each(
    answered
      .filter((line) => line[0] > 5 || line[0] === 1)
      .map((line) => [at(line), line] as const),
  )("it says no, %s", (_, line) => {
    expect(fails(line, refusal).code).toBe("refused");
  });

  test.each(
    answered
      .filter(([step]) => step > 5 && ![13].includes(step))
      .filter(([, request]) => !/ (07|0e) 10 01$/.test(request))
      .map((line) => [at(line), line] as const),
  )("it says something else, %s", (_, line) => {
    expect(["refused", "verify_failed"]).toContain(fails(line, wrong).code);
  });

  test.each(answered.map((line) => [at(line), line] as const))("it says nothing, %s", (_, line) => {
    expect(fails(line, () => null).code).toBe("no_answer");
  });

  test.each(answered.map((line) => [at(line), line] as const))("it hangs up, %s", (_, line) => {
    expect(fails(line, () => "hang up").code).toBe("disconnected");
  });

  test.each(answered.filter(([step]) => step > 1).map((line) => [at(line), line] as const))(
    "it hangs up once, and the same is said again, %s",
    (_, line) => {
      const { ending, asked } = play(
        program(image),
        FULL,
        { [line[1]]: () => "hang up" },
        { times: 1 },
      );
      expect(ending.type).toBe("result");
      expect(asked.filter((ask) => ask === "connect 1.1.5")).toHaveLength(2);
    },
  );

  test.each(answered.filter(([step]) => step > 5).map((line) => [at(line), line] as const))(
    "it is gone for good, %s",
    (_, line) => {
      const { ending } = play(program(image), FULL, { [line[1]]: () => "hang up" }, { dead: true });
      expect(ending).toMatchObject({ type: "failure" });
      expect(ending.type === "failure" && ending.error.message).toContain(
        "Do not trust this device",
      );
    },
  );

  test.each(
    FULL_EXTENDED.filter(([, request]) => request.startsWith("01 fb")).map(
      (line) => [at(line), line] as const,
    ),
  )("extended memory is refused, %s", (_, line) => {
    expect(fails(line, refusal, FULL_EXTENDED, { ...image, extended: true }).code).toBe("refused");
  });

  test("what it does not tell of itself is no matter", () => {
    for (const line of answered.filter(isNeedless)) {
      const { ending } = play(program(image), FULL, { [line[1]]: refusal });
      expect([line[1], ending.type]).toEqual([line[1], "result"]);
    }
  });

  // biome-ignore format: read by column
  test.each([
    { is: "hardware type", checks: { hardwareType: hex("00 00 a0 13 21 00") }, says: "hardware type" },
    { is: "manufacturer",  checks: { manufacturer: 0x0083 },                   says: "manufacturer 00 07" },
  ])("another $is: nothing is changed", ({ checks, says }) => {
    const { ending, asked } = play(program({ ...image, checks }), FULL, {});
    expect(ending).toMatchObject({ type: "failure", error: { code: "refused" } });
    expect(ending.type === "failure" && ending.error.message).toMatch(/^Step 5, identity: /);
    expect(ending.type === "failure" && ending.error.message).toContain(says);
    expect(unloadsOf(asked)).toEqual([]);
  });

  test("a device that takes its time to unload and to complete is looked at until it has", () => {
    const slow =
      (octet: string): Fault =>
      (answer) =>
        answer.replace(/..$/, octet);
    const lines: readonly Line[] = [
      ...FULL,
      [6, "03 d5 04 05 10 01", "03 d6 04 05 10 01 00"],
      [21, "03 d5 01 05 10 01", "03 d6 01 05 10 01 01"],
    ];
    const { ending, asked } = play(program(image), lines, {
      "03 d7 04 05 10 01 04 00 00 00 00 00 00 00 00 00": slow("04"),
      "03 d7 01 05 10 01 02 00 00 00 00 00 00 00 00 00": slow("05"),
    });
    expect(ending.type).toBe("result");
    expect(asked).toContain("1.1.5 co 03 d5 01 05 10 01");
  });
});

describe("an image that does not fit together is refused before anything is sent", () => {
  // biome-ignore format: read by column
  test.each([
    { is: { groupAddresses: [0x0a03, 0x0902] },   says: "groupAddresses[1] is not above" },
    { is: { groupAddresses: [0, 0x0902] },        says: "groupAddresses[0] is no group address" },
    { is: { associations: [[1, 1], [3, 1]] },     says: "associations[1] has a TSAP" },
    { is: { associations: [[1, 35]] },            says: "associations[0] has a number" },
    { is: { groupObjects: [0xd700, 0x1_0000] },   says: "groupObjects[1] is no word" },
    { is: { application: { octets: [], fill: 0, programVersion: [0, 7, 8, 7, 112] } },     says: "application has 1" },
    { is: { application: { octets: [1], fill: 256, programVersion: [0, 7, 8, 7, 112] } },  says: "fill of application" },
    { is: { application: { octets: [1], fill: 0, programVersion: [7] } },                  says: "version of application" },
    { is: { properties: [{ object: 0, pid: 52, octets: [] }] },                            says: "properties[0]" },
    { is: { checks: { hardwareType: [1] } },      says: "hardware type has 6" },
  ] as const)("$says", ({ is, says }) => {
    const { failure } = talk(program({ ...IMAGE, ...is }), []);
    expect(failure).toMatchObject({ code: "refused", message: expect.stringContaining(says) });
  });
});
