/** A decoder that is given whatever there may be. */
export type Target = Readonly<{
  name: string;
  /** How its corpus is written down: hex, or JSON strings. */
  is: "octets" | "text";
  /** What is good: chance begins with it. */
  seeds: readonly Uint8Array[];
  /** Pieces that mean something to it. */
  words?: readonly Uint8Array[];
  /** Octets of the longest input. */
  most: number;
  /** Throws, or rejects, when something does not hold that must. */
  run(input: Uint8Array): void | Promise<void>;
}>;

/** @throws Error what does not hold */
export const hold = (what: string, holds: boolean): void => {
  if (!holds) throw new Error(`does not hold: ${what}`);
};

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textIn = (input: Uint8Array): string => new TextDecoder().decode(input);
