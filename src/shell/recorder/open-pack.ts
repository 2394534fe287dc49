import { LETTERS, type Pack, packed, packedNow } from "./pack.ts";

/** A pack that is being made of text. */
export type OpenPack = Readonly<{
  add(text: string): void;
  /** The line of an impulse is complete. */
  count(at: number): void;
  isEmpty(): boolean;
  /** There is enough text for a member of its own, in the middle of a line too. */
  isLong(): boolean;
  /** There is enough of it. */
  isFull(): boolean;
  /** The text so far becomes a gzip member. */
  squeeze(): Promise<void>;
  /** What was added until now, whole; the next one begins. */
  close(): Promise<Pack>;
  /** The same at once, whatever is under way. */
  rest(): Readonly<{ octets: readonly Uint8Array[]; impulses: number }>;
  /** Forgets it. @returns how many impulses there were */
  drop(): number;
}>;

export const createOpenPack = (): OpenPack => {
  let members: Uint8Array[] = [];
  /** Being gzipped now. */
  let squeezing = "";
  let parts: string[] = [];
  let letters = 0;
  let impulses = 0;
  let from: number | undefined;
  let to = 0;

  const clear = (): void => {
    [members, parts, letters, impulses, from] = [[], [], 0, 0, undefined];
  };
  const squeeze = async (): Promise<void> => {
    squeezing = parts.join("");
    [parts, letters] = [[], 0];
    const member = await packed(squeezing);
    squeezing = "";
    members.push(member);
  };

  return {
    add(text) {
      parts.push(text);
      letters += text.length;
    },
    count(at) {
      impulses += 1;
      from ??= at;
      to = at;
    },
    isEmpty: () => impulses === 0 && parts.length === 0 && members.length === 0,
    isLong: () => letters >= 2 * LETTERS,
    isFull: () => letters >= LETTERS || members.length > 0,
    squeeze,
    async close() {
      if (letters > 0) await squeeze();
      const pack = { octets: joined(members), impulses, from: from ?? to, to };
      clear();
      return pack;
    },
    rest() {
      const text = squeezing + parts.join("");
      return { octets: text === "" ? members : [...members, packedNow(text)], impulses };
    },
    drop() {
      const dropped = impulses;
      clear();
      squeezing = "";
      return dropped;
    },
  };
};

const joined = (members: readonly Uint8Array[]): Uint8Array => {
  const [only, ...others] = members;
  return only !== undefined && others.length === 0 ? only : Buffer.concat(members);
};
