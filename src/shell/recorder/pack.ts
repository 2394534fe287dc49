import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip, gzipSync, type ZlibOptions } from "node:zlib";
import type { StackState } from "../../core/stack/stack.ts";
import { hashText } from "../../record/format.ts";
import { jsonPieces } from "../../record/pieces.ts";
import { createSlices } from "./slices.ts";

/** Lines of a recording, gzipped: what memory, disk and whoever asks share. */
export type Pack = Readonly<{
  octets: Uint8Array;
  impulses: number;
  /** Times of the first and of the last impulse. */
  from: number;
  to: number;
}>;

/** Between two impulses: the state there, and when the one before it was. */
export type Boundary = Readonly<{ at: number; state: StackState }>;

/** Where a recording can begin. */
export type Start = Boundary & Readonly<{ /** Impulses before it that nobody has. */ gap: number }>;

/** On the threads of zlib. */
export const packed = async (text: string): Promise<Uint8Array> =>
  // A copy: what zlib gives may be a small part of a large buffer, which would stay as long.
  new Uint8Array(await pack(text, OPTIONS));

/** Here and now: when the process ends. */
export const packedNow = (text: string): Uint8Array => gzipSync(text, OPTIONS);

/** One gzip member after the other, of a text that comes in pieces. */
export async function* packedPieces(pieces: Iterable<string>): AsyncGenerator<Uint8Array> {
  const slices = createSlices();
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length >= LETTERS) {
      yield await packed(text);
      text = "";
    }
    if (slices.isOver()) await slices.rest();
  }
  if (text !== "") yield await packed(text);
}

/** `stateHash`, without keeping anybody waiting. */
export const hashInSlices = async (state: StackState): Promise<string> => {
  const slices = createSlices();
  const hash = createHash("sha256");
  for (const piece of jsonPieces(state)) {
    hash.update(piece);
    if (slices.isOver()) await slices.rest();
  }
  return hashText(hash);
};

const pack = promisify<string, ZlibOptions, Buffer>(gzip);
const OPTIONS = { level: 6 };
/** Of a gzip member: more would save little, less would cost. */
export const LETTERS = 64 * 1024;
