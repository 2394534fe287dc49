import { PassThrough } from "node:stream";
import { fc, test as propTest } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import type { Impulse } from "../../src/core/impulse.ts";
import { readOctets } from "../../src/shell/octets.ts";

/** What the core gets of chunks that are read one after the other, each as `octet<behind`. */
const delivered = async (chunks: readonly Uint8Array[]): Promise<readonly string[]> => {
  const stream = new PassThrough();
  const seen: string[] = [];
  const stop = readOctets(stream, (impulse) => {
    if (impulse.type === "octet.ind") seen.push(`${impulse.octet}<${impulse.behind}`);
  });
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await new Promise((resolve) => stream.on("end", resolve));
  stop();
  return seen;
};

const expected = (chunks: readonly Uint8Array[]): readonly string[] =>
  chunks.flatMap((chunk) =>
    [...chunk].map((octet, index) => `${octet}<${chunk.length - 1 - index}`),
  );

describe("octets of a stream", () => {
  test("behind counts the octets of the same read that are still to come", async () => {
    const chunks = [Buffer.of(0xbc), Buffer.of(0x11, 0x05, 0x0a), Buffer.of(0x03, 0xe1)];
    expect(await delivered(chunks)).toEqual(["188<0", "17<2", "5<1", "10<0", "3<1", "225<0"]);
  });

  propTest.prop([
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 20 }),
  ])("however the octets are cut into reads", async (chunks) => {
    expect(await delivered(chunks)).toEqual(expected(chunks));
  });

  test("reads far longer than the parser's buffer keep order and count", async () => {
    const chunks = [new Uint8Array(70_000).map((_, index) => index), Buffer.of(1, 2, 3)];
    expect(await delivered(chunks)).toEqual(expected(chunks));
  });

  test("all octets of a read arrive in its turn, with its time of arrival", async () => {
    const stream = new PassThrough();
    const seen: Impulse[] = [];
    readOctets(stream, (impulse) => seen.push(impulse));
    stream.write(Buffer.of(9));
    await new Promise((resolve) => setImmediate(resolve));
    const before = performance.now();
    stream.write(Buffer.of(1, 2, 3));
    const after = performance.now();
    expect(seen).toHaveLength(4);
    const [, ...read] = seen.flatMap((impulse) => ("at" in impulse ? [impulse.at] : []));
    expect(new Set(read).size).toBe(1);
    expect(read[0]).toBeGreaterThanOrEqual(before);
    expect(read[0]).toBeLessThanOrEqual(after);
  });

  test("nothing arrives any more once it was stopped, not even the rest of a read", async () => {
    const stream = new PassThrough();
    const seen: Impulse[] = [];
    const stop = readOctets(stream, (impulse) => {
      seen.push(impulse);
      if (seen.length === 2) stop();
    });
    stream.write(Buffer.of(1, 2, 3, 4));
    stream.end();
    await new Promise((resolve) => stream.on("end", resolve));
    expect(seen).toHaveLength(2);
  });
});
