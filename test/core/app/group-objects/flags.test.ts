import { describe, expect, test } from "vitest";
import { server, single } from "./rig.ts";

type Server = ReturnType<typeof server>;

const BITS = { C: 0x0400, R: 0x0800, W: 0x1000, T: 0x4000, U: 0x8000, I: 0x2000 } as const;

/** Low priority, 1 octet, and these flags. */
const loaded = (flags: number): Server => {
  const it = server();
  it.load(single((0x0307 | flags).toString(16).padStart(4, "0")));
  it.rest();
  return it;
};

const took = (it: Server) => it.object(1) === "updated 5a";
const sends = (it: Server, telegram: string) => it.telegrams().join() === telegram;

/** `device-model.md` §5.1: what each direction needs; the other flags change nothing. */
// biome-ignore format: read by column
const DIRECTIONS = [
  //                                                C    R    W    T    U    I
  { is: "the application writes",          needs: ["C", "",  "",  "T", "",  ""],  works: (it: Server) => { it.write(1, "5A"); return sends(it, "0a03 low 00 80 5a"); } },
  { is: "the application reads",           needs: ["C", "",  "",  "T", "",  ""],  works: (it: Server) => { it.read(1); return sends(it, "0a03 low 00 00"); } },
  { is: "A_GroupValue_Write arrives",      needs: ["C", "",  "W", "",  "",  ""],  works: (it: Server) => { it.receive("1/2/3", "00 80 5A"); return took(it); } },
  { is: "A_GroupValue_Response arrives",   needs: ["C", "",  "",  "",  "U", ""],  works: (it: Server) => { it.receive("1/2/3", "00 40 5A"); return took(it); } },
  { is: "A_GroupValue_Read arrives",       needs: ["C", "R", "",  "",  "",  ""],  works: (it: Server) => { valued(it); it.receive("1/2/3", "00 00"); return sends(it, "0a03 low 00 40 5a"); } },
  { is: "start",                           needs: ["C", "",  "",  "T", "",  "I"], works: (it: Server) => { it.advance(60_000); return sends(it, "0a03 low 00 00"); } },
] as const;

/** Whatever its flags: the object holds a value, and nothing of that is to be seen. */
const valued = (it: Server): void => {
  it.write(1, "5A");
  if (it.telegrams().length > 0) it.confirm();
};

const COMBINATIONS = Array.from({ length: 64 }, (_, index) => {
  const letters = (["C", "R", "W", "T", "U", "I"] as const).filter((_, bit) => (index >> bit) & 1);
  return { letters, flags: letters.reduce((word, letter) => word | BITS[letter], 0) };
});

describe.each(DIRECTIONS)("$is", ({ needs, works }) => {
  const needed: readonly string[] = needs.filter((letter) => letter !== "");

  test.each(COMBINATIONS)("$letters", ({ letters, flags }) => {
    const allowed = needed.every((letter) => letters.some((one) => one === letter));
    expect(works(loaded(flags))).toBe(allowed);
  });
});

describe("what a flag does not allow", () => {
  test("a write of the application: the value is held, the status is error, no telegram", () => {
    const it = loaded(BITS.C | BITS.R);
    it.write(1, "3B");
    expect(it.object(1)).toBe("error 3b");
    expect(it.telegrams()).toEqual([]);
    expect(it.drops()).toEqual(["objects.flags"]);
    it.receive("1/2/3", "00 00");
    expect(it.telegrams()).toEqual(["0a03 low 00 40 3b"]);
  });

  test("a read of the application: the status is error", () => {
    const it = loaded(BITS.C);
    it.read(1);
    expect([it.object(1), it.drops()]).toEqual(["error -", ["objects.flags"]]);
  });

  test("what others write is ignored without a word", () => {
    const it = loaded(BITS.C | BITS.U);
    it.receive("1/2/3", "00 80 5A");
    expect([it.object(1), it.drops(), it.updates()]).toEqual(["uninitialized -", [], 0]);
  });
});
