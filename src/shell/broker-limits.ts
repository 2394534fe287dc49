import type { Duplex } from "node:stream";
import type { Logger } from "pino";

/**
 * Ends a connection whose next message is longer than the broker takes, before it has been received: the broker itself would
 * collect it first.
 * @param refuse is told the length of that message, octets
 */
export const limitMessages = (
  stream: Duplex,
  limit: number,
  refuse: (octets: number) => void,
): Duplex => {
  const meter = openMeter();
  const read = stream.read.bind(stream);
  stream.read = (size?: number) => {
    const chunk: unknown = read(size);
    const longest = chunk instanceof Uint8Array ? meter(chunk) : 0;
    if (longest <= limit) return chunk;
    refuse(longest);
    stream.destroy();
    return null;
  };
  return stream;
};

/**
 * Follows the packets in a stream of octets, however it is cut: type, then the remaining length in 7 bits an octet, least first,
 * then as many octets. MQTT 3.1.1 §2.2.3
 * @returns of the octets given: the longest length that was announced in them
 */
export const openMeter = (): ((octets: Uint8Array) => number) => {
  let body = 0;
  let length = 0;
  let place = 0;
  let inLength = false;
  return (octets) => {
    let longest = 0;
    for (let index = 0; index < octets.length; ) {
      if (body > 0) {
        const taken = Math.min(body, octets.length - index);
        body -= taken;
        index += taken;
        continue;
      }
      const octet = octets[index] ?? 0;
      index += 1;
      if (!inLength) {
        inLength = true;
        length = 0;
        place = 1;
        continue;
      }
      length += (octet & 0x7f) * place;
      place *= 0x80;
      longest = Math.max(longest, length);
      if ((octet & 0x80) !== 0 && place < 0x80 ** 4) continue;
      inLength = false;
      body = length;
    }
    return longest;
  };
};

/** Lets through what comes in order, and not more than so many a second; the rest waits, and with it whoever sends it. */
export const openPacer = (perSecond: number): Pacer => {
  const waiting: (() => void)[] = [];
  let since = Number.NEGATIVE_INFINITY;
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  const letThrough = (): void => {
    timer = undefined;
    const now = performance.now();
    if (now - since >= SECOND_MS) {
      since = now;
      count = 0;
    }
    while (count < perSecond) {
      const next = waiting.shift();
      if (next === undefined) return;
      count += 1;
      next();
    }
    if (waiting.length > 0) timer = setTimeout(letThrough, since + SECOND_MS - now).unref();
  };
  return {
    pass(next) {
      waiting.push(next);
      if (timer === undefined) letThrough();
    },
  };
};

export type Pacer = Readonly<{ pass(next: () => void): void }>;

/** A warning about somebody: the first at once, then one a minute, with how many there were in all. */
export const openWarnings = (log: Logger) => {
  const seen = new Map<string, { at: number; held: number }>();
  return (message: string, who: string, fields: Readonly<Record<string, unknown>>): void => {
    const key = `${message} ${who}`;
    const last = seen.get(key);
    const now = performance.now();
    if (last !== undefined && now - last.at < WARNING_MS) {
      last.held += 1;
      return;
    }
    // Whoever comes under ever new names is not remembered for ever.
    if (seen.size >= REMEMBERED) seen.clear();
    seen.set(key, { at: now, held: 0 });
    log.warn({ ...fields, ...(last && last.held > 0 && { suppressed: last.held }) }, message);
  };
};

export type Warn = ReturnType<typeof openWarnings>;

const SECOND_MS = 1_000;
const WARNING_MS = 60_000;
const REMEMBERED = 1_000;
