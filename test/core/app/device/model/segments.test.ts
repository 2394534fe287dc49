import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { octetsOf } from "../../../../../src/core/app/device/model/image.ts";
import type {
  LoadableIndex,
  Model,
  Segment,
} from "../../../../../src/core/app/device/model/model.ts";
import { allocate, allocationOf } from "../../../../../src/core/app/device/model/segments.ts";
import { openModel } from "../../../../../src/core/app/device/model/stored.ts";
import { hex } from "../../../../../src/testing/watch.ts";

const withSegment = (model: Model, index: LoadableIndex, segment: Segment | null): Model => ({
  ...model,
  loadables: { ...model.loadables, [index]: { ...model.loadables[index], segment } },
});

/** Sizes one after the other for these objects; where they went. */
const placed = (...wanted: readonly (readonly [LoadableIndex, number])[]): readonly string[] => {
  let model = openModel([]);
  return wanted.map(([index, size]) => {
    const segment = allocate(model, index, { size, cleared: true, fill: 0 });
    if (segment === undefined) return "no room";
    model = withSegment(model, index, segment);
    return segment.address.toString(16);
  });
};

describe("where a segment goes", () => {
  // biome-ignore format: read by column
  test.each([
    { is: "as the captured device has it",         wanted: [[5, 0x22], [4, 0x163], [3, 0x46], [1, 6], [2, 10]], at: ["100", "200", "400", "500", "600"] },
    { is: "a size of 0 has an address",            wanted: [[5, 0], [4, 3]],                                    at: ["100", "200"] },
    { is: "into a gap that is wide enough",        wanted: [[1, 300], [2, 300], [3, 5], [1, 5], [4, 256]],      at: ["100", "300", "500", "100", "200"] },
    { is: "up to the end of what A_Memory_* has",  wanted: [[1, 0xff00], [2, 5]],                               at: ["100", "10000"] },
    { is: "beyond it, never across",               wanted: [[1, 0xff01], [2, 5]],                               at: ["10000", "100"] },
    { is: "all group addresses and associations",  wanted: [[4, 355], [1, 131_072], [2, 262_142]],              at: ["100", "10000", "30000"] },
    { is: "too long",                              wanted: [[1, 0x4_0001], [2, 0xffff_ffff]],                   at: ["no room", "no room"] },
  ] as const)("$is", ({ wanted, at }) => {
    expect(placed(...wanted)).toEqual(at);
  });

  const anyStep = fc.record({
    index: fc.constantFrom(1, 2, 3, 4, 5),
    size: fc.oneof(fc.nat({ max: 700 }), fc.nat({ max: 0x4_0005 })),
    cleared: fc.boolean(),
    fill: fc.nat({ max: 255 }),
    frees: fc.boolean(),
  });

  prop.prop([fc.array(anyStep, { maxLength: 25 })])(
    "never where another one is, never across 10000, aligned, the same place for the same size",
    (steps) => {
      let model = openModel([]);
      for (const { index, frees, ...allocation } of steps) {
        const before = model.loadables[index].segment;
        const segment = frees ? null : allocate(model, index, allocation);
        if (segment === undefined) continue;
        if (segment !== null) {
          const { address, image } = segment;
          const end = address + image.size;
          expect(image.size).toBe(allocation.size);
          expect(address % 0x100).toBe(0);
          expect(address).toBeGreaterThan(0);
          expect(end <= 0x1_0000 || (address >= 0x1_0000 && end <= 0x100_0000)).toBe(true);
          if (before?.image.size === image.size) {
            expect(address).toBe(before.address);
            if (!allocation.cleared) expect(image).toBe(before.image);
          }
          for (const other of [1, 2, 3, 4, 5] as const) {
            const there = model.loadables[other].segment;
            if (other !== index && there !== null)
              expect(end <= there.address || there.address + there.image.size <= address).toBe(
                true,
              );
          }
        }
        model = withSegment(model, index, segment);
      }
    },
  );
});

describe("the same size once more", () => {
  const stored = {
    index: 4,
    state: "loaded",
    address: 0x0300,
    octets: hex("0A 0B 0C"),
    programVersion: hex("00 FA 12 34 05"),
  } as const;

  // biome-ignore format: read by column
  test.each([
    { is: "keeps the content",            size: 3, cleared: false, at: 0x0300, octets: "0A 0B 0C" },
    { is: "filled when that is asked",    size: 3, cleared: true,  at: 0x0300, octets: "5A 5A 5A" },
    { is: "another size is a new one",    size: 2, cleared: false, at: 0x0100, octets: "5A 5A" },
  ])("$is", ({ size, cleared, at, octets }) => {
    const segment = allocate(openModel([stored]), 4, { size, cleared, fill: 0x5a });
    expect(segment?.address).toBe(at);
    expect(segment && octetsOf(segment.image)).toEqual(hex(octets));
  });
});

// biome-ignore format: read by column
test.each([
  { control: "03 0B 00 00 01 63 01 00 00 00", is: { size: 355, cleared: true, fill: 0 } },
  { control: "03 0B 00 00 00 46 00 A5 00 00", is: { size: 70, cleared: false, fill: 0xa5 } },
  { control: "03 0B FF 01 02 03 FE 07 12 34", is: { size: 0xff010203, cleared: false, fill: 7 } },
  { control: "03 0A 00 00 01 63 01 00 00 00", is: undefined },
  { control: "03 00 01 00 00 05 33 03 80 00", is: undefined },
  { control: "03",                            is: undefined },
])("$control", ({ control, is }) => {
  expect(allocationOf(hex(control))).toEqual(is);
});
