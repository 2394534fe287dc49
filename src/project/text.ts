/**
 * Octets of a text file → text, whatever wrote it: UTF-8 and UTF-16 with or without a mark in front, else Windows-1252, which
 * is Latin-1 with more letters.
 */
export const decodeText = (octets: Uint8Array): string => {
  const encoding = marked(octets) ?? unmarked(octets);
  if (encoding !== undefined) return new TextDecoder(encoding).decode(octets);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    return windows1252(octets);
  }
};

/** Not by `TextDecoder`: that of Node 20 takes it for Latin-1, in which € and quotes are control characters. */
const windows1252 = (octets: Uint8Array): string =>
  Buffer.from(octets)
    .toString("latin1")
    .replace(/[\u0080-\u009f]/g, (letter) => BEYOND_LATIN_1[letter.charCodeAt(0) - 0x80] ?? letter);

/** 80 to 9F; five are not used. */
const BEYOND_LATIN_1 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

const marked = ([a, b]: Uint8Array): string | undefined =>
  a === 0xff && b === 0xfe ? "utf-16le" : a === 0xfe && b === 0xff ? "utf-16be" : undefined;

/** Every text of ours has separators or brackets, which have a zero beside them in UTF-16 and none in any other encoding. */
const unmarked = (octets: Uint8Array): string | undefined => {
  const head = octets.subarray(0, 4096);
  const zeros = [0, 0];
  head.forEach((octet, index) => {
    if (octet === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  if (even + odd < head.length / 4) return undefined;
  return odd > even ? "utf-16le" : "utf-16be";
};
