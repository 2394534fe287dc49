import { expect, test } from "vitest";
import type { StoredLoadable } from "../../../../src/core/app/device/model/model.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { ask, opened } from "./rig.ts";

/*
 * A_Link_Read, `layers.md` D.7: group object number; start index → sending entry and start index, up to six addresses.
 */

const table = (index: 1 | 2 | 3, octets: string): StoredLoadable => ({
  index,
  state: "loaded",
  address: 0x100 * index,
  octets: hex(octets),
  programVersion: hex("00 00 00 00 00"),
});

/** Addresses 1/0/1 … 1/0/8; object 1 at 1/0/2 and 1/0/1, object 2 at all of them, object 3 at none. */
const DEVICE = opened({
  loaded: [
    table(1, "00 08 08 01 08 02 08 03 08 04 08 05 08 06 08 07 08 08"),
    table(
      2,
      "00 0A 00 02 00 01 00 01 00 01 00 01 00 02 00 02 00 02 00 03 00 02 00 04 00 02 00 05 00 02 00 06 00 02 00 07 00 02 00 08 00 02",
    ),
    table(3, "00 03 17 00 17 00 17 00"),
  ],
});

// biome-ignore format: read by column
test.each([
  { is: "two, the one it sends to first",  asks: "03 E5 01 01", answer: "03 e6 01 11 08 02 08 01" },
  { is: "from the second on",              asks: "03 E5 01 02", answer: "03 e6 01 12 08 01" },
  { is: "no more than six",                asks: "03 E5 02 01", answer: "03 e6 02 11 08 01 08 02 08 03 08 04 08 05 08 06" },
  { is: "the rest of eight",               asks: "03 E5 02 07", answer: "03 e6 02 17 08 07 08 08" },
  { is: "none from the ninth on",          asks: "03 E5 02 09", answer: "03 e6 02 00" },
  { is: "none at start 0",                 asks: "03 E5 01 00", answer: "03 e6 01 00" },
  { is: "none of an object without links", asks: "03 E5 03 01", answer: "03 e6 03 00" },
  { is: "none of object 0",                asks: "03 E5 00 01", answer: "03 e6 00 00" },
  { is: "none of one that is not there",   asks: "03 E5 04 01", answer: "03 e6 04 00" },
])("$is", ({ asks, answer }) => {
  for (const mode of ["connectionless", "connected"] as const) {
    const [, out] = ask(DEVICE, mode, asks);
    expect(out).toEqual([`${mode} 11fa normal: ${answer}`]);
  }
});

test("nothing is loaded: there are no links", () => {
  const [, out] = ask(opened(), "connectionless", "03 E5 01 01");
  expect(out).toEqual(["connectionless 11fa normal: 03 e6 01 00"]);
});
