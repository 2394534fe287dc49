import type { Readable } from "node:stream";
import { ByteLengthParser } from "@serialport/parser-byte-length";
import type { Impulse } from "../core/impulse.ts";

/**
 * Every octet of the stream becomes an impulse, in the turn of the event loop in which its chunk was read: the parser
 * flows from the first octet on, and a flowing transform stream hands on what it is given before `write` returns. So the
 * octets of one chunk are the only ones waiting, `behind` counts them exactly, and they share its time of arrival.
 * @returns stops it: octets of the stream are no longer delivered
 */
export const readOctets = (stream: Readable, deliver: (impulse: Impulse) => void): (() => void) => {
  let behind = 0;
  let at = 0;
  const chunkRead = (chunk: Buffer): void => {
    behind += chunk.length;
    at = performance.now();
  };
  const octetRead = (one: Buffer): void => {
    behind -= 1;
    deliver({ for: "dl", type: "octet.ind", octet: one[0] ?? 0, behind, at });
  };
  const parser = new ByteLengthParser({ length: 1 });
  parser.on("data", octetRead);
  stream.on("data", chunkRead);
  stream.pipe(parser);
  return () => {
    stream.unpipe(parser);
    stream.off("data", chunkRead);
    parser.off("data", octetRead);
    // The stream goes on, so that its end is still noticed.
    stream.resume();
  };
};
