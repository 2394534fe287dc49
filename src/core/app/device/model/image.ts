import type { Octets } from "../../../octets.ts";

/**
 * Octets of a segment, in pages. States share the pages that did not change, so that a write copies one page and the list,
 * whatever the size of the segment.
 */
export type Image = Readonly<{
  /** In octets. */
  size: number;
  /** What stands where nothing was written. */
  fill: number;
  /** PAGE octets each; null: nothing but `fill`. */
  pages: readonly (readonly number[] | null)[];
}>;

/** Octets in a page. */
export const PAGE = 256;

/** @param fill 0…255 */
export const emptyImage = (size: number, fill: number): Image => ({
  size,
  fill,
  pages: new Array<null>(Math.ceil(size / PAGE)).fill(null),
});

/** An image with exactly these octets. */
export const imageOf = (octets: Octets): Image =>
  writeImage(emptyImage(octets.length, 0), 0, octets);

/** All of it. */
export const octetsOf = (image: Image): Octets => readImage(image, 0, image.size);

/** @returns `count` octets from `offset` on, less where the image ends */
export const readImage = (image: Image, offset: number, count: number): Octets => {
  const end = Math.min(offset + count, image.size);
  const octets: number[] = [];
  for (let at = offset; at < end; at++) octets.push(octetAt(image, at));
  return octets;
};

/** @returns the octet there; 0 outside */
export const octetAt = ({ size, fill, pages }: Image, offset: number): number =>
  offset < size ? (pages[offset >> 8]?.[offset & 0xff] ?? fill) : 0;

/** @returns the 16 bits there, high octet first; outside there are zeros */
export const wordAt = (image: Image, offset: number): number =>
  (octetAt(image, offset) << 8) | octetAt(image, offset + 1);

/** @returns the image with these octets from `offset` on; what would stand outside is left out */
export const writeImage = (image: Image, offset: number, octets: Octets): Image => {
  const end = Math.min(offset + octets.length, image.size);
  if (end <= offset) return image;
  const pages = image.pages.slice();
  for (let index = offset >> 8; index <= (end - 1) >> 8; index++) {
    const page = (pages[index] ?? new Array<number>(PAGE).fill(image.fill)).slice();
    const first = index * PAGE;
    const last = Math.min(end, first + PAGE);
    for (let at = Math.max(offset, first); at < last; at++)
      page[at - first] = octets[at - offset] ?? 0;
    pages[index] = page;
  }
  return { ...image, pages };
};
