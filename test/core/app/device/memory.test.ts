import { expect, test } from "vitest";
import type { DeviceState } from "../../../../src/core/app/device/state.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { allocate, ask, asked, opened, start } from "./rig.ts";

const KEYS = ["0A 1B 2C 3D", "41 52 63 74", "85 96 A7 B8"] as const;
const VERIFY = "03 D7 00 0E 10 01 04";

/** Object 4 in loading: 80 octets of 5A at 0100. */
const loading = (state: DeviceState): DeviceState =>
  asked(state, start(4), allocate(4, "00 00 00 50", "01", "5A"));

const verifying = asked(loading(opened()), VERIFY, "02 84 01 10 A1 B2 C3 D4");

/** `layers.md` D.5, in a connection, verify mode; PID_MAX_APDULENGTH 55. */
// biome-ignore format: read by column
test.each([
  { is: "read",                             asks: "02 05 01 0F",                      answer: "02 45 01 0F 5A A1 B2 C3 D4" },
  { is: "read nothing",                     asks: "02 00 01 0F",                      answer: "02 40 01 0F" },
  { is: "read 53, more than fits",          asks: "02 35 01 00",                      answer: "02 40 01 00" },
  { is: "read before it",                   asks: "02 01 00 FF",                      answer: "02 40 00 FF" },
  { is: "read, the last one",               asks: "02 01 01 4F",                      answer: "02 41 01 4F 5A" },
  { is: "read behind it",                   asks: "02 02 01 4F",                      answer: "02 40 01 4F" },
  { is: "write",                            asks: "02 82 01 4E 0B 0C",                answer: "02 42 01 4E 0B 0C" },
  { is: "write partly outside",             asks: "02 83 01 4E 0B 0C 0D",             answer: "02 40 01 4E" },
  { is: "write nothing",                    asks: "02 80 01 10",                      answer: "02 40 01 10" },
  { is: "write more than it says",          asks: "02 81 01 10 0B 0C",                answer: "02 40 01 10" },
  { is: "write 53",                         asks: `02 B5 01 00 ${"0B ".repeat(53)}`,  answer: "al.length" },
  { is: "user memory, read",                asks: "02 C0 03 01 10",                   answer: "02 C1 03 01 10 A1 B2 C3" },
  { is: "user memory, another 64 KiB",      asks: "02 C0 13 01 10",                   answer: "02 C1 10 01 10" },
  { is: "user memory, write",               asks: "02 C2 02 01 20 0B 0C",             answer: "02 C1 02 01 20 0B 0C" },
  { is: "user memory, a number that lies",  asks: "02 C2 03 01 20 0B 0C",             answer: "02 C1 00 01 20" },
  { is: "bits: and, then xor",              asks: "03 D0 02 01 10 F0 0F 05 A0",       answer: "02 42 01 10 A5 A2" },
  { is: "bits of 6 octets",                 asks: `03 D0 06 01 10 ${"FF ".repeat(12)}`, answer: "02 40 01 10" },
  { is: "bits outside",                     asks: "03 D0 01 01 50 FF 01",             answer: "02 40 01 50" },
  { is: "user memory, bits",                asks: "02 C4 01 01 11 00 77",             answer: "02 C1 01 01 11 77" },
  { is: "extended, read",                   asks: "01 FD 02 00 01 12",                answer: "01 FE 00 00 01 12 C3 D4" },
  { is: "extended, read nothing",           asks: "01 FD 00 00 01 12",                answer: "01 FE FD 00 01 12" },
  { is: "extended, read outside",           asks: "01 FD 01 01 01 12",                answer: "01 FE FD 01 01 12" },
  { is: "extended, write",                  asks: "01 FB 02 00 01 12 0B 0C",          answer: "01 FC 00 00 01 12" },
  { is: "extended, write 51",               asks: `01 FB 33 00 01 00 ${"0B ".repeat(51)}`, answer: "01 FC F4 00 01 00" },
])("$is", ({ asks, answer }) => {
  const [, out] = ask(verifying, "connected", asks);
  expect(out).toEqual([answer.includes(" ") ? `connected 11fa normal: ${toHex(hex(answer))}` : answer]);
});

test("without verify mode a write says nothing, and a failed one is counted", () => {
  const state = loading(opened());
  const [written, silent] = ask(state, "connected", "02 82 01 10 0B 0C");
  expect(silent).toEqual([]);
  expect(ask(written, "connected", "02 02 01 10")[1]).toEqual([
    "connected 11fa normal: 02 42 01 10 0b 0c",
  ]);
  expect(ask(state, "connected", "02 81 02 10 0B")).toEqual([state, ["device.memory"]]);
});

test("a locked device shows its memory, and lets nobody write it who may not", () => {
  const locked = loading(opened());
  const keys = { ...locked.record, keys: KEYS.map(hex) };
  const state = { ...locked, record: keys };
  expect(ask(state, "connected", "01 FB 01 00 01 10 0B")[1]).toEqual([
    "connected 11fa normal: 01 fc fc 00 01 10",
  ]);
  expect(ask(state, "connected", "02 81 01 10 0B")).toEqual([state, ["device.memory"]]);
  expect(ask(state, "connected", "02 01 01 10")[1]).toEqual([
    "connected 11fa normal: 02 41 01 10 5a",
  ]);
  const authorized = asked(state, "03 D1 00 85 96 A7 B8");
  expect(ask(authorized, "connected", "01 FB 01 00 01 10 0B")[1]).toEqual([
    "connected 11fa normal: 01 fc 00 00 01 10",
  ]);
});
