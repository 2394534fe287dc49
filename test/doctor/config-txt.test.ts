import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { type BootConfig, isOn, readBootConfig } from "../../src/doctor/config-txt.ts";
import { type Pi, piOf } from "../../src/doctor/pi.ts";

const pi = (revision: number): Pi | null => piOf(null, revision);
const PI_4B = pi(0xc03114);

const readAs = (board: Pi | null, text: string, files: Record<string, string> = {}): BootConfig =>
  readBootConfig(text, {
    pi: board,
    serial: "10000000abcdef01",
    include: (name) => files[name] ?? null,
  });

/** The overlays that hold. */
const overlays = (config: BootConfig): readonly string[] => config.overlays.map(({ name }) => name);

// Revision codes and sections as Raspberry Pi documents them.
// biome-ignore format: read by column
const BOARDS = [
  { revision: 0x900093, name: "Zero",     filters: ["pi0"],                 mb: 512 },
  { revision: 0x9000c1, name: "Zero W",   filters: ["pi0", "pi0w"],         mb: 512 },
  { revision: 0x902120, name: "Zero 2 W", filters: ["pi0", "pi0w", "pi02"], mb: 512 },
  { revision: 0xa01041, name: "2B",       filters: ["pi2"],                 mb: 1024 },
  { revision: 0xa02082, name: "3B",       filters: ["pi3"],                 mb: 1024 },
  { revision: 0xa020d3, name: "3B+",      filters: ["pi3", "pi3+"],         mb: 1024 },
  { revision: 0xc03114, name: "4B",       filters: ["pi4"],                 mb: 4096 },
  { revision: 0xc03130, name: "400",      filters: ["pi4", "pi400"],        mb: 4096 },
  { revision: 0xb03141, name: "CM4",      filters: ["pi4", "cm4"],          mb: 2048 },
  { revision: 0xd04170, name: "5",        filters: ["pi5"],                 mb: 8192 },
];

describe("which model it is", () => {
  test.each(BOARDS)("revision of a $name", ({ revision, name, filters, mb }) => {
    const board = pi(revision);
    expect([board?.name, board?.filters, board?.memoryMb]).toEqual([name, filters, mb]);
  });

  test.each([
    ["Raspberry Pi Model B Plus Rev 1.2", "1B+"],
    ["Raspberry Pi Zero 2 W Rev 1.0", "Zero 2 W"],
    ["Raspberry Pi 3 Model B Plus Rev 1.3", "3B+"],
    ["Raspberry Pi Compute Module 3 Plus Rev 1.0", "CM3+"],
    ["Raspberry Pi Compute Module 4S Rev 1.0", "CM4S"],
    ["Raspberry Pi Compute Module 4 Rev 1.1", "CM4"],
    ["Raspberry Pi 400 Rev 1.0", "400"],
    ["Raspberry Pi 5 Model B Rev 1.0", "5"],
    ["Raspberry Pi 500 Rev 1.0", "500"],
  ])("%s, by its name alone, with an old revision code", (model, name) => {
    expect(piOf(model, 0x10)?.name).toBe(name);
  });

  test("one of the future has its pins where the newest have them", () => {
    expect(piOf("Raspberry Pi 6 Model B Rev 1.0", 0xe05300)).toMatchObject({
      name: "6 Model B Rev 1.0",
      uarts: "rp1",
    });
  });

  test("another board is none", () => {
    expect(piOf("OrangePi Zero2 W", null)).toBeNull();
  });
});

describe("sections of config.txt", () => {
  const TEXT = [
    ["[pi3]", "dtoverlay=a"],
    ["[pi4]", "dtoverlay=b"],
    ["[cm4]", "dtoverlay=c"],
    ["[none]", "dtoverlay=d"],
    ["[board-type=0x11]", "dtoverlay=e"],
    ["[all]", "dtoverlay=f"],
    ["[HDMI:1]", "dtoverlay=g"],
  ]
    .flat()
    .join("\n");

  test.each([
    ["a Pi 3", 0xa02082, ["a", "f", "g"]],
    ["a Pi 4", 0xc03114, ["b", "e", "f", "g"]],
    ["a Compute Module 4", 0xb03141, ["b", "c", "f", "g"]],
    ["a Pi 5", 0xd04170, ["f", "g"]],
  ])("%s", (_, revision, expected) => {
    expect(overlays(readAs(pi(revision), TEXT))).toEqual(expected);
  });

  test("of different kinds they add up, of one kind they replace each other", () => {
    const text =
      "[0xabcdef01]\ndtoverlay=a\n[pi3]\ndtoverlay=b\n[pi4]\ndtoverlay=c\n[0x1]\ndtoverlay=d";
    expect(overlays(readAs(PI_4B, text))).toEqual(["a", "c"]);
  });

  test("what a pin or a monitor decides is set apart, with its place", () => {
    const { overlays, undecided } = readAs(PI_4B, "[gpio4=1]\ndtoverlay=a\n[EDID=X]\n[pi3]\nb=1");
    expect(overlays).toEqual([]);
    expect(undecided).toEqual([
      { place: "config.txt:2", text: "dtoverlay=a", section: "[gpio4=1]" },
    ]);
  });

  test("what is for another model is set apart as well", () => {
    expect(readAs(PI_4B, "\n[pi3]\nenable_uart=1").elsewhere).toEqual([
      { place: "config.txt:3", text: "enable_uart=1", section: "[pi3]" },
    ]);
  });
});

describe("lines of config.txt", () => {
  test("settings, overlays with parameters, parameters of the base tree", () => {
    const { settings, overlays, params } = readAs(
      PI_4B,
      "enable_uart=0\nenable_uart=1\n#core_freq=250\ndtoverlay=uart2,txd1_pin=32,ctsrts\ndtparam=uart0=on,i2c_arm\ndtoverlay=",
    );
    expect(settings).toEqual({ enable_uart: "1" });
    expect(overlays).toEqual([{ name: "uart2", params: { txd1_pin: "32", ctsrts: "" } }]);
    expect(params).toEqual({ uart0: "on", i2c_arm: "" });
    expect([isOn(params["uart0"]), isOn(params["i2c_arm"]), isOn(params["spi"])]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test("names of former times", () => {
    const text = "dtoverlay=pi3-disable-bt\ndtoverlay=pi3-miniuart-bt";
    expect(overlays(readAs(PI_4B, text))).toEqual(["disable-bt", "miniuart-bt"]);
  });

  test("an included file goes on in the section that includes it, and leaves its own behind", () => {
    const files = {
      "a.txt": "dtoverlay=a\n[pi3]\ninclude b.txt\ndtoverlay=b",
      "b.txt": "dtoverlay=x",
    };
    const config = readAs(PI_4B, "[pi4]\ninclude a.txt\ndtoverlay=c\n[all]\ndtoverlay=d", files);
    expect(overlays(config)).toEqual(["a", "d"]);
    expect(config.elsewhere.map(({ place }) => place)).toEqual(["a.txt:4", "config.txt:3"]);
  });

  test("a file that includes itself comes to an end", () => {
    expect(
      overlays(readAs(PI_4B, "include a.txt", { "a.txt": "dtoverlay=a\ninclude a.txt" })),
    ).toHaveLength(8);
  });

  test("what is beyond 98 characters is not read", () => {
    const line = `dtparam=a=1,${"x".repeat(86)},uart0=on`;
    expect(readAs(PI_4B, line).params["uart0"]).toBeUndefined();
  });

  property.prop([fc.string({ unit: "binary" }), fc.option(fc.constant(PI_4B))])(
    "any text has a meaning",
    (text, board) => {
      expect(() => readAs(board, text, { x: text })).not.toThrow();
    },
  );
});
