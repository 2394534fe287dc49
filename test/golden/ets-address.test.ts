import { expect, test } from "vitest";
import { IndividualAddress } from "../../src/core/address.ts";
import { hex } from "../../src/testing.ts";
import { ets, type Row } from "./ets.ts";
import { UNLOAD } from "./ets-rows.ts";

/*
 * `device-model.md` §7.1: a new device, 15.15.255, becomes 1.1.5. Steps are numbered as there; those of the two other ways are
 * in their order.
 */

const OPTIONS = {
  dl: { address: IndividualAddress(0xffff) },
  device: { serial: hex("00 07 00 d0 b8 2f") },
} as const;

/** Until the device is found under its new address. */
// biome-ignore format: read by column
const BY_BUTTON: readonly Row[] = [
  ["1", "T_Connect, where nobody is",    "nobody",     "80"],
  ["1", "is the address free?",          "nobody",     "43 00"],
  ["1", "T_Disconnect",                  "nobody",     "81"],
  ["2", "who is in programming mode?",   "all",        "01 00"],
  ["2", "until it is asked again",       "wait",       "3000"],
  ["2", "the button is pressed",         "press",      ""],
  ["2", "who is in programming mode?",   "all",        "01 00",              "ff ff: 01 40"],
  ["3", "take the address 1.1.5",        "all",        "00 c0 11 05"],
  ["4", "who is in programming mode?",   "all",        "01 00",              "11 05: 01 40"],
  ["5", "connect",                       "connect",    ""],
  ["5", "device descriptor",             "ask",        "03 00",              "03 40 07 b0"],
  ["6", "longest APDU",                  "ask",        "03 d5 00 38 10 01",  "03 d6 00 38 10 01 00 37"],
  ["6", "serial number",                 "ask",        "03 d5 00 0b 10 01",  "03 d6 00 0b 10 01 00 07 00 d0 b8 2f"],
];

// biome-ignore format: read by column
const AFTER_RESTART: readonly Row[] = [
  ["8", "pause",                         "wait",       "3000"],
  ["8", "disconnect",                    "disconnect", ""],
  ["",  "who is in programming mode?",   "all",        "01 00"],
  ["",  "connect again",                 "connect",    ""],
  ["",  "programming mode is over",      "ask",        "03 d5 00 36 10 01",  "03 d6 00 36 10 01 00"],
  ["",  "disconnect",                    "disconnect", ""],
];

// biome-ignore format: read by column
const RESTARTS = [
  { is: "basic restart",  file: "ets-address.trace",         row: ["7", "restart",      "ask", "03 80"] },
  { is: "master reset 1", file: "ets-address-confirmed.trace", row: ["7", "master reset", "ask", "03 81 01 00", "03 a1 00 00 00"] },
] as const satisfies readonly Readonly<{ is: string; file: string; row: Row }>[];

test.each(RESTARTS)("by the programming button, $is", async ({ file, row }) => {
  const script = [...BY_BUTTON, row, ...AFTER_RESTART];
  const tool = ets(OPTIONS);
  expect(tool.play(script)).toEqual(script);
  expect(tool.faults()).toEqual([]);
  expect(tool.record()?.address).toBe(0x1105);
  await expect(tool.trace()).toMatchFileSnapshot(file);
});

// biome-ignore format: read by column
const BY_SERIAL: readonly Row[] = [
  ["1", "take the address 1.1.5",        "all",        "03 de 00 07 00 d0 b8 2f 11 05 00 00 00 00"],
  ["2", "which address have you?",       "all",        "03 dc 00 07 00 d0 b8 2f",  "11 05: 03 dd 00 07 00 d0 b8 2f 00 00 00 00"],
  ["3", "another serial number",         "all",        "03 dc 00 07 00 d0 b8 2e"],
];

test("by serial number; then the device is unloaded", async () => {
  const script = [...BY_SERIAL, ...UNLOAD];
  const tool = ets(OPTIONS);
  expect(tool.play(script)).toEqual(script);
  expect(tool.faults()).toEqual([]);
  expect(tool.record()?.address).toBe(0xffff);
  await expect(tool.trace()).toMatchFileSnapshot("ets-address-serial.trace");
});
