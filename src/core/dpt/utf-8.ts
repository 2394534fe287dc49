import type { Octets } from "../octets.ts";

/*
 * UTF-8 without the platform's coders, which the core does not have. RFC 3629.
 *
 *   0xxxxxxx · 110xxxxx 10xxxxxx · 1110xxxx 10xxxxxx 10xxxxxx · 11110xxx 10xxxxxx 10xxxxxx 10xxxxxx
 */

/** Half of a pair of surrogates is no character and becomes U+FFFD, as everywhere. */
export const toUtf8 = (text: string): readonly number[] => {
  const octets: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const point = isSurrogate(code) ? 0xfffd : code;
    const more = FIRST.findIndex(({ below }) => point < below);
    const { lead } = FIRST[more] ?? LEAD;
    octets.push(lead | (point >> (6 * more)));
    for (let rest = more - 1; rest >= 0; rest--) octets.push(0x80 | ((point >> (6 * rest)) & 0x3f));
  }
  return octets;
};

/** @returns undefined for what is no UTF-8: cut short, longer than needed, a surrogate, above U+10FFFF */
export const fromUtf8 = (octets: Octets): string | undefined => {
  let text = "";
  for (let index = 0; index < octets.length; ) {
    const first = octets[index] ?? 0;
    const more = first < 0x80 ? 0 : first < 0xc0 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    const { lead, below } = FIRST[more] ?? LEAD;
    if (more < 0 || first > 0xf7 || index + more >= octets.length) return undefined;
    let point = first - lead;
    for (let rest = 1; rest <= more; rest++) {
      const next = octets[index + rest] ?? 0;
      if (next >> 6 !== 2) return undefined;
      point = point * 64 + (next & 0x3f);
    }
    const least = FIRST[more - 1]?.below ?? 0;
    if (point < least || point >= below || isSurrogate(point)) return undefined;
    text += String.fromCodePoint(point);
    index += more + 1;
  }
  return text;
};

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

/** By the number of octets that follow. */
const LEAD = { lead: 0, below: 0x80 } as const;
const FIRST: readonly Readonly<{ lead: number; below: number }>[] = [
  LEAD,
  { lead: 0xc0, below: 0x800 },
  { lead: 0xe0, below: 0x10000 },
  { lead: 0xf0, below: 0x110000 },
];
