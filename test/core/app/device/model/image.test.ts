import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import {
  emptyImage,
  type Image,
  imageOf,
  octetAt,
  octetsOf,
  PAGE,
  readImage,
  wordAt,
  writeImage,
} from "../../../../../src/core/app/device/model/image.ts";

const anyOctets = fc.array(fc.nat({ max: 255 }), { maxLength: 600 });
const anyWrites = fc.array(fc.tuple(fc.nat({ max: 2000 }), anyOctets), { maxLength: 12 });

describe("an image", () => {
  prop.prop([fc.nat({ max: 1500 }), fc.nat({ max: 255 }), anyWrites])(
    "reads like one array that was written to",
    (size, fill, writes) => {
      const flat = new Array<number>(size).fill(fill);
      let image = emptyImage(size, fill);
      for (const [offset, octets] of writes) {
        for (const [index, octet] of octets.entries())
          if (offset + index < size) flat[offset + index] = octet;
        image = writeImage(image, offset, octets);
      }
      expect(octetsOf(image)).toEqual(flat);
      expect(JSON.parse(JSON.stringify(image))).toStrictEqual(image);
      for (const [offset] of writes) {
        expect(readImage(image, offset, 7)).toEqual(flat.slice(offset, offset + 7));
        expect(octetAt(image, offset)).toBe(flat[offset] ?? 0);
        expect(wordAt(image, offset)).toBe(((flat[offset] ?? 0) << 8) | (flat[offset + 1] ?? 0));
      }
    },
  );

  prop.prop([anyOctets])("has the octets it is made of", (octets) => {
    expect(octetsOf(imageOf(octets))).toEqual(octets);
  });

  test("a write leaves the image before as it was, and shares the pages it does not touch", () => {
    const before = imageOf(Array.from({ length: 5 * PAGE }, (_, index) => index % 251));
    const copy: Image = JSON.parse(JSON.stringify(before));
    const after = writeImage(before, 2 * PAGE - 1, [0xa1, 0xb2]);
    expect(before).toEqual(copy);
    const shared = after.pages.map((page, index) => page === before.pages[index]);
    expect(shared).toEqual([true, false, false, true, true]);
  });

  test("without a write it has no pages", () => {
    expect(emptyImage(2 * PAGE + 3, 0x5a)).toEqual({
      size: 515,
      fill: 0x5a,
      pages: [null, null, null],
    });
  });
});
