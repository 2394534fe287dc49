import { describe, expect, test } from "vitest";
import { groupValue } from "../../src/cli/group.ts";
import { show } from "../../src/cli/show.ts";
import { painter, rawLine, telegramLine } from "../../src/cli/telegram-line.ts";
import { knxpi } from "./program.ts";

describe("wrong usage ends with 2 before anything is opened, and says what is possible", () => {
  // biome-ignore format: read by column
  test.each([
    ["device info",                                   "missing required argument 'ia'"],
    ["device info 1.1",                               "1.1.5 is how they look"],
    ["device info 1.1.5 --key 0123",                  "4 octets in hex"],
    ["device scan 1",                                 "1.1 is how they look"],
    ["device scan 1.1 --from 9 --to 3",               "--from is above --to"],
    ["device scan 1.1 --to 256",                      "0 to 255"],
    ["device progmode",                               "missing argument 'ia'"],
    ["device progmode on",                            "missing argument 'ia'"],
    ["device progmode of 1.1.5",                      "neither on nor off"],
    ["device progmode on 1.1",                        "1.1.5 is how they look"],
    ["device progmode on 1.1.5 --self",               "--self takes no address"],
    ["device address 1.1.5",                          "--button, or --serial"],
    ["device address --button --serial 00FA:12345678 1.1.5", "--button, or --serial"],
    ["device address --serial 00FA:1234 1.1.5",       "6 octets"],
    ["device reset 1.1.5",                            "--erase"],
    ["device reset 1.1.5 --erase 9",                  "1 to 7"],
    ["prop read 1.1.5 0",                             "missing required argument 'pid'"],
    ["prop read 1.1.5 0 256",                         "1 to 255"],
    ["prop write 1.1.5 0 54",                         "missing required argument 'hex'"],
    ["prop write 1.1.5 0 54 0g",                      "octets in hex"],
    ["mem read 1.1.5 4000x 1",                        "address in hex"],
    ["mem read 1.1.5 4000 65537",                     "1 to 65536"],
    ["group read 0/0/0",                              "1/2/3 is how they look"],
    ["group write 1/2/3",                             "missing required argument 'value'"],
    ["group write 1/2/3 on",                          "--dpt"],
    ["group write 1/2/3 21 --dpt 99.001",             "9.001 is how they look"],
    ["group write 1/2/3 warm --dpt 9.001",            "error"],
    ["group listen 1/2/3 1/8/3",                      "1/2/3 is how they look"],
    ["transitions --machine brakes",                    "link, tlsm"],
    ["status --timeout never",                        "seconds"],
    ["status --port /dev/null --chip tpuart3",        "tpuart2"],
    ["state convert",                                 "--for VERSION or --format NUMBER"],
    ["state convert --for new",                       "no format is known for knxpi new"],
    ["state convert --format 9",                      "A format from 1 to 3"],
    ["backup restore",                                "missing required argument 'file'"],
    ["monitor now",                                   "too many arguments"],
  ])("%s", async (line, says) => {
    const { code, out, err } = await knxpi(...line.split(" "));
    expect(err).toContain(says);
    expect([code, out]).toEqual([2, []]);
  });
});

describe("every command helps", () => {
  test.each(
    [
      ...["status", "transitions", "monitor", "group read", "group write", "group listen"],
      ...["device info", "device scan", "device find", "device progmode", "device address"],
      ...["device restart", "device reset", "prop read", "prop write", "prop describe"],
      ...["mem read", "mem write"],
    ].map((command) => [command]),
  )("%s --help, with examples", async (command) => {
    const { code, err } = await knxpi(...command.split(" "), "--help");
    expect(code).toBe(0);
    expect(err).toMatch(new RegExp(`Examples:\n  knxpi ${command}`));
    for (const option of ["--socket", "--instance", "--port", "--json", "--timeout"])
      expect(err).toContain(option);
  });
});

test("without a running knxpi: 1, where it looked, and what to do", async () => {
  const { code, err } = await knxpi("status", "--instance", "no-such-instance");
  expect(code).toBe(1);
  expect(err).toContain("/run/knxpi/no-such-instance.sock");
  expect(err).toContain("--port");
});

test("a socket that is not there: 1", async () => {
  expect(await knxpi("status", "--socket", "/nowhere/a.sock")).toMatchObject({
    code: 1,
    err: expect.stringContaining("is knxpi run started?"),
  });
});

describe("what somebody types as a group value", () => {
  // biome-ignore format: read by column
  test.each([
    ["1",     undefined, { octets: "01", short: true }],
    ["63",    undefined, { octets: "3f", short: true }],
    ["0x01",  undefined, { octets: "01", short: false }],
    ["64",    undefined, { octets: "64", short: false }],
    ["0c1a",  undefined, { octets: "0c1a", short: false }],
    ["on",    "1.001",   { octets: "01", short: true }],
    ["21",    "9.001",   { octets: "0c1a", short: false }],
    ["40",    "5.001",   { octets: "66", short: false }],
  ] as const)("%s %s", (text, dpt, value) => {
    expect(groupValue(text, dpt)).toEqual(value);
  });
});

describe("lines for people", () => {
  const plain = painter(false, {});
  const telegram = {
    ...{ time: "2026-11-27T12:00:01.234Z", octets: "bc11050a03e100813e", own: false, ok: true },
    ...{ source: "1.1.5", destination: "1/2/3", destinationKind: "group", priority: "low" },
    ...{ tpci: "T_Data_Group", apci: "A_GroupValue_Write", data: "01", dpt: "1.001", value: true },
  };

  test("a telegram", () => {
    expect(telegramLine(telegram, plain).replace(/^\S+/, "TIME")).toBe(
      "TIME      1.1.5 → 1/2/3      A_GroupValue_Write  01  1.001 = true",
    );
    expect(telegramLine({ ...telegram, ok: false, reason: "dl.length" }, plain)).toContain(
      "dl.length  bc 11 05 0a 03 e1 00 81 3e",
    );
  });

  // biome-ignore format: read by column
  test.each([
    ["cc", "ACK"], ["0c", "NAK"], ["c0", "BUSY"], ["00", "NAK+BUSY"], [null, "-"], ["5a", "5a"],
  ])("acknowledge %s is shown as %s", (acknowledge, word) => {
    expect(rawLine({ ...telegram, acknowledge }, plain).split("  ")[2]).toBe(word);
  });

  test("colours are for terminals, and not with NO_COLOR", () => {
    const start = "\u001b[";
    expect(telegramLine(telegram, painter(true, {}))).toContain(start);
    for (const paint of [plain, painter(true, { NO_COLOR: "1" }), painter(true, { TERM: "dumb" })])
      expect(telegramLine(telegram, paint)).not.toContain(start);
  });

  test("a result: fields, tables, nested", () => {
    expect(
      show({
        maxApdu: 55,
        on: false,
        nothing: null,
        order: { text: "SW" },
        objects: [
          { index: 1, loadState: "loaded" },
          { index: 13, loadState: "error" },
        ],
      }),
    ).toEqual([
      "max apdu  55",
      "on        no",
      "order",
      "  text  SW",
      "objects",
      "  index  load state",
      "  1      loaded",
      "  13     error",
    ]);
  });
});
