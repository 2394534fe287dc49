import type { Octets } from "../../octets.ts";
import { isRepetition, sameTelegram } from "./frame.ts";

/** The last telegram of each of the sources heard last, newest first. */
export type Recent = readonly Readonly<{ source: number; octets: Octets; at: number }>[];

/** Sources remembered: between a frame and its repetition only few others can come through. */
const REMEMBERED = 16;
/**
 * A repetition comes at once; later the same octets are news. `mqtt-interface.md` §12.2. It is seen when its last octet is
 * there, so the time its octets take comes on top.
 */
const REPETITION_MS = 200;
/** 13 bit times at 9600 bit/s. */
const OCTET_MS = 13 / 9.6;

/**
 * Is this frame the repetition of one that was received already? A repetition whose original was lost is news.
 * @param octets a whole frame, check octet closing
 * @returns what to remember from now on, and the answer
 * @see `tp-uart.md` §4.6
 */
export const noteTelegram = (
  recent: Recent,
  source: number,
  octets: Octets,
  at: number,
): readonly [Recent, repetition: boolean] => {
  const entry = { source, octets, at };
  const place = recent.findIndex((other) => other.source === source);
  const last = recent[place];
  const repetition =
    last !== undefined &&
    isRepetition(octets) &&
    at - last.at <= REPETITION_MS + octets.length * OCTET_MS &&
    last.octets.length === octets.length &&
    sameTelegram(octets, last.octets);
  if (place === 0) return [[entry, ...recent.slice(1)], repetition];
  const others = place < 0 ? recent.slice(0, REMEMBERED - 1) : recent.toSpliced(place, 1);
  return [[entry, ...others], repetition];
};
