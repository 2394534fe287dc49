import { describe, expect, test } from "vitest";
import { device } from "../../../../src/core/app/device/device.ts";
import type { DeviceState } from "../../../../src/core/app/device/state.ts";
import type { DeviceImpulse } from "../../../../src/core/app-impulse.ts";
import { allocate, arrival, completed, opened, start, unload } from "./rig.ts";

/** What people are told after each impulse. */
const newsAfter = (
  state: DeviceState,
  ...impulses: readonly DeviceImpulse[]
): readonly (readonly string[])[] => {
  let current = state;
  return impulses.map((impulse) => {
    const [after, out] = device(current, impulse);
    current = after;
    return out.flatMap((item) =>
      item.type === "device.ind" ? [`${item.what} ${item.on} at ${item.at}`] : [],
    );
  });
};

const write = (octets: string): DeviceImpulse => arrival("connected", octets);
const button = (at: number): DeviceImpulse => ({ for: "device", type: "button.ind", at });

describe("what the device tells people", () => {
  test("programming mode, whoever began and ended it", () => {
    const on: DeviceImpulse = { for: "device", type: "programming-mode.req", on: true, at: 7 };
    expect(
      newsAfter(
        opened(),
        button(5),
        on,
        write("03 D7 00 36 10 01 00"),
        write("03 D7 00 36 10 01 00"),
      ),
    ).toEqual([["programming_mode true at 5"], [], ["programming_mode false at 31"], []]);
  });

  test("that it is on from the start", () => {
    const began: DeviceImpulse = { for: "device", type: "start.ind", at: 3 };
    expect(newsAfter(opened(), began)).toEqual([[]]);
    expect(newsAfter(opened({ programmingMode: true }), began)).toEqual([
      ["programming_mode true at 3"],
    ]);
  });

  test("a download, from the first object that is being filled to the last one that was", () => {
    expect(
      newsAfter(
        opened(),
        ...[start(1), start(2), allocate(1, "00 00 00 04"), unload(2), completed(1)].map(write),
      ),
    ).toEqual([["download true at 31"], [], [], [], ["download false at 31"]]);
  });

  test("that somebody else has our address, as often as it is noted; not that this is over", () => {
    const seen = (at: number): DeviceImpulse => ({ for: "device", type: "own-address.ind", at });
    expect(newsAfter(opened(), seen(77), seen(78), seen(3_600_077), write("03 80"))).toEqual([
      ["address_conflict true at 77"],
      [],
      ["address_conflict true at 3600077"],
      [],
    ]);
  });
});
