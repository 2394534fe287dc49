import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { GroupAddress } from "../../../../src/core/address.ts";
import type { ChipKind } from "../../../../src/core/config.ts";
import type { DlImpulse } from "../../../../src/core/impulse.ts";
import { dl } from "../../../../src/core/stack/2-dl/dl.ts";
import { type DlState, openDl } from "../../../../src/core/stack/2-dl/state.ts";
import { testConfig } from "../../../../src/testing/config.ts";
import { hex } from "../../../../src/testing/watch.ts";

type Setting = Readonly<{ chip: ChipKind; baud: number }>;

/**
 * The link layer in a program as Node runs it: what is due is done first, then what came in is read, all of it at once. What
 * it writes leaves at the pace of the host interface.
 */
const program = ({ chip, baud }: Setting) => {
  const characterMs = 11_000 / baud;
  let state: DlState = openDl(testConfig({ dl: { chip, baud }, objects: { "1/2/3": true } }).dl);
  let now = 0;
  let due: number | undefined;
  let free = 0;
  const arriving: { at: number; octet: number }[] = [];
  const written: Written[] = [];
  const deliver = (impulse: DlImpulse): void => {
    const [next, out] = dl(state, impulse);
    state = next;
    for (const effect of out) {
      if (effect.for === "serial" && effect.type === "write") {
        const before = Math.max(0, free - now);
        free = now + before + effect.octets.length * characterMs;
        written.push({ at: now, octets: [...effect.octets], before, left: free });
      }
      if (effect.for !== "timer" || effect.timer.for !== "dl" || effect.timer.name !== "upload")
        continue;
      due = effect.type === "start" ? now + effect.ms : undefined;
    }
  };
  const it = {
    written,
    now: () => now,
    /** From the line, one every 13 bit times from now on and `ms`. */
    arrive: (text: string, ms = 0): void => {
      const begin = Math.max(now, arriving.at(-1)?.at ?? 0) + ms;
      for (const [index, octet] of [...hex(text)].entries())
        arriving.push({ at: begin + (index * 13) / 9.6, octet });
    },
    /** One turn, when there is something to do, but not before `heldUp` ms have passed. */
    turn: (heldUp = 0): boolean => {
      const next = Math.min(due ?? Number.POSITIVE_INFINITY, arriving[0]?.at ?? Infinity);
      if (next === Infinity) return false;
      now = Math.max(now + heldUp, next);
      if (due !== undefined && due <= now) {
        due = undefined;
        deliver({ for: "dl", type: "timeout", timer: { for: "dl", name: "upload" }, at: now });
      }
      const count = arriving.filter(({ at }) => at <= now).length;
      for (const [index, { octet }] of arriving.splice(0, count).entries())
        deliver({ for: "dl", type: "octet.ind", octet, behind: count - 1 - index, at: now });
      return true;
    },
    send: (length: number): void =>
      deliver({
        for: "dl",
        type: "L_Data.req",
        frame: {
          destination: { to: "group", address: GroupAddress(0x0a05) },
          priority: "low",
          hops: 6,
          tpdu: [0x00, 0x80, ...Array.from({ length: length - 2 }, (_, index) => index & 0xff)],
        },
        ref: 1,
        at: now,
      }),
  };
  deliver({ for: "dl", type: "port-opened.ind", at: now });
  for (const answer of ["03", "07"]) {
    it.arrive(answer, 10);
    while (it.turn());
  }
  if (chip === "ncn5120") {
    it.arrive("4b fb", 10);
    while (it.turn());
  }
  written.splice(0);
  return it;
};

/** `before`: ms that it has to wait behind others; `left`: when it has left the host interface. */
type Written = Readonly<{ at: number; octets: readonly number[]; before: number; left: number }>;

const ACKNOWLEDGE = 0x11;
const isAcknowledge = ({ octets }: Written): boolean => octets[0] === ACKNOWLEDGE;

describe("an upload takes what its characters take, and one ms at most: roundings do not add up", () => {
  // biome-ignore format: read by column
  const UPLOADS = [ //                      octets of the TPDU, characters: two an octet of the frame
    { chip: "tpuart2", baud: 19_200,  length: 2,   characters: 2 * 9 },
    { chip: "tpuart2", baud: 19_200,  length: 16,  characters: 2 * 23 },
    { chip: "tpuart2", baud: 19_200,  length: 56,  characters: 2 * 64 },
    { chip: "ncn5120", baud: 38_400,  length: 56,  characters: 2 * 64 },
    { chip: "ncn5120", baud: 38_400,  length: 255, characters: 2 * 263 + 4 },
    { chip: "ncn5120", baud: 115_200, length: 16,  characters: 2 * 23 },
    { chip: "ncn5120", baud: 115_200, length: 255, characters: 2 * 263 + 4 },
    { chip: "e981",    baud: 19_200,  length: 255, characters: 3 * 263 - 1 },
  ] as const;
  test.each(UPLOADS)("$chip, $baud Bd, $length", ({ chip, baud, length, characters }) => {
    const it = program({ chip, baud });
    const begun = it.now();
    it.send(length);
    while (it.turn());
    expect(it.written.flatMap(({ octets }) => octets)).toHaveLength(characters);
    const took = (it.written.at(-1)?.left ?? 0) - begun;
    expect(took).toBeGreaterThanOrEqual((characters * 11_000) / baud - 1e-6);
    expect(took).toBeLessThanOrEqual((characters * 11_000) / baud + 1);
  });
});

/** Two that are ours, one that is not; the shortest of them is the hardest. */
const FRAMES = [
  "bc 11 14 0a 03 e1 00 80 2e",
  "b0 11 01 11 05 60 80 ab",
  "bc 11 14 0a 04 e1 00 81 28",
] as const;
const LINE = fc.array(
  fc.tuple(fc.constantFrom(...FRAMES), fc.double({ min: 6, max: 40, noNaN: true })),
  {
    maxLength: 12,
  },
);
/** How long each turn lasts, ms; most of them are short. */
const TURNS = fc.infiniteStream(
  fc.oneof({ weight: 9, arbitrary: fc.constant(0.1) }, fc.double({ min: 0, max: 30, noNaN: true })),
);

describe.each([
  { chip: "tpuart2", baud: 19_200, length: 56 },
  { chip: "ncn5120", baud: 38_400, length: 255 },
  { chip: "ncn5120", baud: 115_200, length: 255 },
  { chip: "e981", baud: 19_200, length: 200 },
] as const)("$chip, $baud Bd: whatever holds the program up", ({ chip, baud, length }) => {
  const characters = chip === "e981" ? 6 : 4;
  const twoOctets = (characters * 11_000) / baud;

  prop.prop([LINE, TURNS, fc.nat(20)])(
    "an acknowledge waits behind no upload but its first slice",
    (line, turns, first) => {
      const it = program({ chip, baud });
      for (const [text, ms] of line) it.arrive(text, ms);
      for (let turn = 0; it.turn(turns.next().value); turn++) if (turn === first) it.send(length);
      for (const [index, one] of it.written.entries()) {
        if (!isAcknowledge(one)) continue;
        const uploaded = it.written.slice(0, index).findLast((each) => !isAcknowledge(each));
        const isFirst = uploaded?.octets[0] === 0x80;
        expect(one.before).toBeLessThanOrEqual((isFirst ? twoOctets : 0) + 1e-6);
      }
    },
  );

  prop.prop([LINE, TURNS, fc.nat(20)])(
    "never is more under way than two octets at 19200 Bd take, and all of the frame goes",
    (line, turns, first) => {
      const it = program({ chip, baud });
      for (const [text, ms] of line) it.arrive(text, ms);
      let turn = 0;
      for (; it.turn(turns.next().value); turn++) if (turn === first) it.send(length);
      if (turn <= first) it.send(length);
      while (it.turn());
      const uploaded = it.written.filter((one) => !isAcknowledge(one));
      for (const { at, left } of uploaded)
        expect(left - at).toBeLessThanOrEqual(Math.max(2.3, twoOctets) + 11_000 / baud + 1e-6);
      const last = uploaded.at(-1)?.octets ?? [];
      expect(uploaded[0]?.octets[0]).toBe(0x80);
      expect((last.at(chip === "e981" ? -3 : -2) ?? 0) & 0xc0).toBe(chip === "e981" ? 0xc0 : 0x40);
    },
  );
});
