import { crc32, createInflateRaw, constants as zlib } from "node:zlib";

/** A gzip member. `at`: octets before it in the file. */
export type Member = Readonly<{ at: number }> & Found;

type Found = Readonly<
  /** Its checksum holds. */
  | { is: "whole"; content: readonly Uint8Array[]; octets: number }
  /** The file ends in it, so that nothing says whether this is what was written. */
  | { is: "part"; content: readonly Uint8Array[] }
  /** `none`: what begins there is not gzipped. Either is the last. */
  | { is: "damaged" | "none"; problem: string }
>;

/**
 * What is in the members of a gzip file, one after the other, each when all of it is there. `createGunzip` gives what is in a member
 * before it comes to its checksum, and does not tell where one ends.
 * @see RFC 1952 GZIP file format specification version 4.3 §2.3
 */
export async function* gzipMembers(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Member> {
  let held = Buffer.alloc(0);
  let more: Uint8Array[] = [];
  let octets = 0;
  let at = 0;
  for await (const chunk of withEnd(chunks)) {
    if (chunk !== undefined) {
      more.push(chunk);
      octets += chunk.length;
      // A member is inflated from its beginning each time: with twice as much of it, it is not often.
      if (octets < held.length) continue;
    }
    held = Buffer.concat([held, ...more]);
    [more, octets] = [[], 0];
    while (held.length > 0) {
      const found = await firstOf(held);
      if (found.is === "part" && chunk !== undefined) break;
      yield { at, ...found };
      if (found.is !== "whole") return;
      held = held.subarray(found.octets);
      at += found.octets;
    }
  }
}

async function* withEnd(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array | undefined> {
  yield* chunks;
  yield undefined;
}

const firstOf = async (held: Buffer): Promise<Found> => {
  if (MAGIC.some((octet, index) => (held[index] ?? octet) !== octet))
    return { is: "none", problem: "not gzipped" };
  const begin = bodyOf(held);
  const content: Buffer[] = [];
  let size = 0;
  let sum = 0;
  // A lenient end: of a member that was cut short everything that is there comes out.
  const inflating = createInflateRaw({ finishFlush: zlib.Z_SYNC_FLUSH, chunkSize: PIECE });
  inflating.end(held.subarray(begin));
  try {
    for await (const piece of inflating) {
      content.push(piece);
      size += piece.length;
      sum = crc32(piece, sum);
      if (size > MOST) return { is: "damaged", problem: TOO_LONG };
    }
  } catch (error) {
    return { is: "damaged", problem: error instanceof Error ? error.message : String(error) };
  }
  const end = begin + inflating.bytesWritten;
  if (end + CHECK > held.length)
    return held.length > MOST ? { is: "damaged", problem: TOO_LONG } : { is: "part", content };
  return held.readUInt32LE(end) === sum && held.readUInt32LE(end + 4) === size
    ? { is: "whole", content, octets: end + CHECK }
    : { is: "damaged", problem: "its checksum does not hold" };
};

/** Where the compressed octets begin: other programs than this one put more into the header. RFC 1952 §2.3.1 */
const bodyOf = (held: Buffer): number => {
  const flags = held[3] ?? 0;
  const behindZero = (from: number): number => {
    const end = held.indexOf(0, from);
    return end < 0 ? held.length : end + 1;
  };
  let at = HEADER;
  if ((flags & FEXTRA) !== 0) at += 2 + (held[at] ?? 0) + ((held[at + 1] ?? 0) << 8);
  if ((flags & FNAME) !== 0) at = behindZero(at);
  if ((flags & FCOMMENT) !== 0) at = behindZero(at);
  if ((flags & FHCRC) !== 0) at += 2;
  return at;
};

const MAGIC = [0x1f, 0x8b, 0x08];
const HEADER = 10;
const FHCRC = 0x02;
const FEXTRA = 0x04;
const FNAME = 0x08;
const FCOMMENT = 0x10;
/** Octets at a time: most members have fewer. */
const PIECE = 128 * 1024;
/** CRC-32 and length. */
const CHECK = 8;
/**
 * Octets of a member. Most have 64 KiB, but what a crash leaves is one, with up to three states in it, 20 MB each where there are 60,000
 * objects, and messages that were not written yet.
 */
const MOST = 128 * 1024 * 1024;
const TOO_LONG = "longer than anything that knxpi writes";
