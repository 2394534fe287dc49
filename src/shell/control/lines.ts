/**
 * Cuts a stream of octets into lines of UTF-8 text.
 * @param limit octets of a line; longer ones are not kept
 * @returns takes the next chunk; gives its lines, or undefined when one was too long
 */
export const createLines = (limit: number): ((chunk: Buffer) => readonly string[] | undefined) => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const lines: string[] = [];
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      if (rest.length + to - from > limit) return undefined;
      lines.push(Buffer.concat([rest, chunk.subarray(from, to)]).toString("utf8"));
      rest = Buffer.alloc(0);
      from = to + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    return rest.length > limit ? undefined : lines;
  };
};

const NEWLINE = 0x0a;
