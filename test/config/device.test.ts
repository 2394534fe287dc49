import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { formatFinding } from "../../src/config/finding.ts";
import { type LoadOptions, loadConfig } from "../../src/config/load.ts";
import { toHex } from "../../src/core/octets.ts";

const load = (text: string, options: Partial<LoadOptions> = {}) =>
  loadConfig(`knx: {address: 1.1.250}\n${text}`, {
    path: "/home/house.yaml",
    env: {},
    readFile: () => "",
    machineId: "0123456789abcdef0123456789abcdef\n",
    ...options,
  });

const config = (text: string, options?: Partial<LoadOptions>): Config => {
  const loaded = load(text, options);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.errors));
  return loaded.config;
};

const errors = (text: string): readonly string[] => {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.errors.map((found) => formatFinding("f", found));
};

describe("device", () => {
  test("defaults: one connection, style 3, no keys, the address of knx", () => {
    const { tlsm, device } = config("").stack;
    expect(tlsm).toEqual({ style: "3", connections: 1 });
    expect(device.keys.map(toHex)).toEqual(["ff ff ff ff", "ff ff ff ff", "ff ff ff ff"]);
    expect(device).toMatchObject({ address: 0x11fa, programmingMode: false });
  });

  test.each([
    ['"3"', "3"],
    ["3", "3"],
    ["1", "1"],
    ['"1"', "1"],
    ["1r", "1r"],
  ])("style %s", (text, style) => {
    expect(config(`device: {style: ${text}, connections: 16}`).stack.tlsm).toEqual({
      style,
      connections: 16,
    });
  });

  test.each([
    ["00FA:12345679", "00 fa 12 34 56 79"],
    ["0083_4c1a050b", "00 83 4c 1a 05 0b"],
  ])("serial %s", (text, octets) => {
    expect(toHex(config(`device: {serial: "${text}"}`).stack.device.serial)).toBe(octets);
  });

  test("without a serial number: that of machine and instance, the same each time", () => {
    const serial = (text: string, options?: Partial<LoadOptions>) =>
      toHex(config(text, options).stack.device.serial);
    // printf 0123456789abcdef0123456789abcdefhouse | sha256sum
    expect(serial("")).toBe("00 fa 63 c9 53 99");
    const all = [
      serial("instance: house"),
      serial("instance: garage"),
      serial("", { machineId: "f".repeat(32) }),
      serial("", { machineId: "" }),
    ];
    expect(new Set(all).size).toBe(4);
    for (const one of all) expect(one).toMatch(/^00 fa /);
  });

  // biome-ignore format: read by column
  test.each([
    ["device: {connections: 17}", "f:2:23 device.connections: 17: the most is 16 (out_of_range)"],
    ["device: {connections: 0}",  "f:2:23 device.connections: 0: the least is 1 (out_of_range)"],
    ["device: {style: 2}",        'f:2:17 device.style: 2: style is "3", "1" or "1r", the machines of the standard (bad_value)'],
    ["device: {serial: 00FA:12}", 'f:2:18 device.serial: "00FA:12": a serial number is 6 octets in hex: 00FA:12345678 (bad_value)'],
    ["device: {conections: 2}",   'f:2:10 device.conections: unknown key "conections", did you mean "connections"? (unknown_key)'],
  ])("%s is refused", (text, line) => {
    expect(errors(text)).toEqual([line]);
  });
});

describe("control", () => {
  // biome-ignore format: read by column
  test.each([
    ["",                                          { mode: 0o660 }],
    ["control: {}",                               { mode: 0o660 }],
    ["control: {mode: 0600}",                     { mode: 0o600 }],
    ['control: {mode: "666"}',                    { mode: 0o666 }],
    ["control: {socket: /run/knxpi/a.sock}",      { socket: "/run/knxpi/a.sock", mode: 0o660 }],
    ["control: false",                            null],
  ])("%s", (text, control) => {
    expect(config(text).control).toEqual(control);
  });

  // biome-ignore format: read by column
  test.each([
    ["control: {mode: 0888}",     "0888"],
    ["control: {socket: a.sock}", "a path from the root is needed"],
    ["control: {sockt: /a}",      'did you mean "socket"?'],
    ["control: true",             "control"],
  ])("%s is refused", (text, part) => {
    const found = errors(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(part);
  });
});
