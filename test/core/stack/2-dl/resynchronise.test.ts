import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { toHex } from "../../../../src/core/octets.ts";
import { seededRandom } from "../../../../src/sim/random.ts";
import { hex } from "../../../../src/testing/watch.ts";
import { dataLink } from "./data-link.ts";

/** Telegrams of other devices to 1/2/3, each different, as on a busy line. Check octets by hand, see `tp-uart.md` §4.5. */
const TELEGRAMS = [
  "BC 11 14 0A 03 E1 00 80 2E",
  "BC 11 15 0A 03 E1 00 81 2E",
  "B0 11 16 0A 03 E1 00 00 A0",
  "BC 11 17 0A 03 E3 00 80 0C 35 16",
  "BC 11 18 0A 03 E2 00 80 03 22",
] as const;
const tpdus = ["00 80", "00 81", "00 00", "00 80 0c 35", "00 80 03"];

/** Frame end to the start of the next frame: acknowledge, then 53 bit times of idle line. */
const PAUSE_MS = (15 + 11 + 53) / 9.6;

const delivered = (link: ReturnType<typeof dataLink>): readonly string[] =>
  link.up().map((line) => line.slice(line.indexOf(": ") + 2));

type Damage = (octets: readonly number[]) => readonly number[];
const lose =
  (at: number): Damage =>
  (octets) =>
    octets.toSpliced(at % octets.length, 1);
const double =
  (at: number): Damage =>
  (octets) => {
    const index = at % octets.length;
    return octets.toSpliced(index, 0, octets[index] ?? 0);
  };
const flip =
  (at: number, mask: number): Damage =>
  (octets) =>
    octets.map((octet, index) => (index === at % octets.length ? octet ^ mask : octet));

/**
 * Of all these damages one: another length, with which the check octet fits, a few octets into the next telegram. Only silence tells it
 * from a frame, and a port that holds octets back makes silence as well.
 */
const LENGTH_THAT_FITS: Damage = flip(5, 0xe3 ^ 0x56);
const fits = (victim: number, damaged: Damage): boolean => {
  const octets = hex(TELEGRAMS[victim] ?? "");
  return victim === 3 && toHex(damaged([...octets])) === toHex(LENGTH_THAT_FITS([...octets]));
};

const position = fc.nat({ max: 10 });
const damage = fc.oneof(
  position.map(lose),
  position.map(double),
  fc.tuple(position, fc.integer({ min: 1, max: 255 })).map(([at, mask]) => flip(at, mask)),
);
const how = fc.constantFrom("one by one", "together" as const);

describe("damage costs at most the telegram it was in", () => {
  test.prop([fc.nat({ max: TELEGRAMS.length - 2 }), damage, how], { numRuns: 500 })(
    "one octet lost, doubled or flipped",
    (victim, damaged, arrival) => {
      fc.pre(arrival === "one by one" || !fits(victim, damaged));
      const link = dataLink();
      for (const [index, telegram] of TELEGRAMS.entries()) {
        const octets = [...hex(telegram)];
        link.receive(toHex(index === victim ? damaged(octets) : octets), arrival);
        link.clock.advance(PAUSE_MS);
      }
      link.clock.advance(100);
      const others = tpdus.filter((_, index) => index !== victim);
      expect(delivered(link).filter((tpdu) => tpdu !== tpdus[victim])).toEqual(others);
    },
  );

  test.prop([fc.nat({ max: TELEGRAMS.length - 2 }), damage], { numRuns: 300 })(
    "and the telegram after it is acknowledged, when octets come one by one",
    (victim, damaged) => {
      const link = dataLink();
      for (const [index, telegram] of TELEGRAMS.entries()) {
        const octets = [...hex(telegram)];
        link.written();
        link.receive(toHex(index === victim ? damaged(octets) : octets));
        if (index !== victim) expect(link.written()).toEqual(["11"]);
        link.clock.advance(PAUSE_MS);
      }
    },
  );
});

/** When the octets of the line are read, each as [time, octets read at once]; `times` are those on the line. */
type Port = (times: readonly number[]) => readonly (readonly [at: number, count: number])[];

/** Late by up to `ms`, each octet in a read of its own; none overtakes another. */
const late =
  (ms: number, seed: number): Port =>
  (times) => {
    const random = seededRandom(seed);
    let last = 0;
    return times.map((time) => {
      last = Math.max(last, time + random.next() * ms);
      return [last, 1];
    });
  };

/** All that is there at each tick, as USB adapters do. */
const ticks =
  (ms: number): Port =>
  (times) => {
    const reads = new Map<number, number>();
    for (const time of times) {
      const tick = Math.ceil(time / ms) * ms;
      reads.set(tick, (reads.get(tick) ?? 0) + 1);
    }
    return [...reads];
  };

/** At the trigger level of the FIFO, or when 1.67 ms have passed without an octet, as a PL011 does. */
const fifo =
  (trigger: number): Port =>
  (times) => {
    const reads: [number, number][] = [];
    let held = 0;
    for (const [index, time] of times.entries()) {
      held++;
      const pause = (times[index + 1] ?? Number.POSITIVE_INFINITY) - time;
      if (held < trigger && pause <= 1.67) continue;
      reads.push([held < trigger ? time + 1.67 : time, held]);
      held = 0;
    }
    return reads;
  };

describe("damage costs at most the telegram it was in, however the port delivers", () => {
  const ports = {
    "up to 1 ms late": (seed: number) => late(1, seed),
    "up to 2.5 ms late": (seed: number) => late(2.5, seed),
    "5 ms ticks": () => ticks(5),
    "16 ms ticks": () => ticks(16),
    "FIFO, trigger 8": () => fifo(8),
    "FIFO, trigger 16": () => fifo(16),
  } as const;

  describe.each(Object.keys(ports) as (keyof typeof ports)[])("%s", (name) => {
    test.prop([fc.nat({ max: TELEGRAMS.length - 2 }), damage, fc.nat()], { numRuns: 150 })(
      "one octet lost, doubled or flipped",
      (victim, damaged, seed) => {
        fc.pre(!fits(victim, damaged));
        const link = dataLink();
        const octets: number[] = [];
        const times: number[] = [];
        let time = link.clock.now();
        for (const [index, telegram] of TELEGRAMS.entries()) {
          const sent = index === victim ? damaged([...hex(telegram)]) : [...hex(telegram)];
          for (const octet of sent) {
            time += 13 / 9.6;
            octets.push(octet);
            times.push(time);
          }
          time += PAUSE_MS;
        }
        let next = 0;
        for (const [at, count] of ports[name](seed)(times)) {
          link.clock.advance(Math.max(0, at - link.clock.now()));
          link.atOnce(toHex(octets.slice(next, next + count)));
          next += count;
        }
        link.clock.advance(100);
        const others = tpdus.filter((_, index) => index !== victim);
        const heard = delivered(link);
        expect(others.filter((tpdu) => !heard.includes(tpdu))).toEqual([]);
        // A flipped control field can be a Reset.ind, at a boundary, like a true one; a check octet can where it is read by itself.
        const sent = damaged([...hex(TELEGRAMS[victim] ?? "")]);
        const isReset = sent[0] === 0x03;
        const mayBeReset = sent.at(-1) === 0x03;
        expect([
          ...(isReset ? [] : ["online"]),
          ...(isReset || mayBeReset ? ["checking"] : []),
        ]).toContain(link.state().link.state);
      },
    );
  });
});

describe("noise", () => {
  const noise = fc.uint8Array({ maxLength: 300 });

  test.prop([noise, how], { numRuns: 300 })(
    "after any octets and silence the next frame is delivered and acknowledged",
    (octets, arrival) => {
      const link = dataLink();
      if (octets.length > 0) link.receive(toHex([...octets]), arrival);
      link.clock.advance(100);
      while (link.state().link.state !== "online") {
        link.receive("03");
        link.clock.advance(10);
        link.receive("07");
        link.clock.advance(10);
      }
      link.forget();
      link.receive(TELEGRAMS[0]);
      expect(link.written()).toContain("11");
      expect(delivered(link)).toContain("00 80");
    },
  );

  test.prop([fc.array(noise, { maxLength: 20 }), how], { numRuns: 100 })(
    "the state stays bounded and is one JSON value",
    (pieces, arrival) => {
      const link = dataLink();
      for (const piece of pieces) if (piece.length > 0) link.receive(toHex([...piece]), arrival);
      const { rx, tx, recent } = link.state();
      expect(JSON.stringify([rx, tx, recent]).length).toBeLessThan(20_000);
      expect(JSON.parse(JSON.stringify(link.state()))).toEqual(link.state());
    },
  );

  test("a frame is found directly behind noise, without any silence", () => {
    const link = dataLink();
    link.receive(`2A BC 11 ${TELEGRAMS[3]}`, "together");
    expect(delivered(link)).toEqual(["00 80 0c 35"]);
    expect(link.state().rx.mode).toBe("boundary");
  });
});

describe("a doubled first octet, closed by the first octet of its neighbour, in one read", () => {
  test("the phantom is not believed, both telegrams are delivered", () => {
    const link = dataLink();
    link.receive("BC BC 11 14 0A 03 E1 00 80 2E BC 11 15 0A 03 E1 00 81 2E", "together");
    expect(delivered(link)).toEqual(["00 80", "00 81"]);
  });
});

describe("another length, closed by the first octets of its neighbour", () => {
  const heard = (arrival: "one by one" | "together"): readonly string[] => {
    const link = dataLink();
    for (const [index, telegram] of TELEGRAMS.entries()) {
      const octets = [...hex(telegram)];
      link.receive(toHex(index === 3 ? LENGTH_THAT_FITS(octets) : octets), arrival);
      link.clock.advance(PAUSE_MS);
    }
    link.clock.advance(PAUSE_MS);
    link.receive(TELEGRAMS[0], arrival);
    return delivered(link).slice(3);
  };

  test("is not believed where octets come one by one", () => {
    expect(heard("one by one")).toEqual(["00 80 03", "00 80"]);
  });

  test("costs its neighbour as well where they come together, and nothing more", () => {
    expect(heard("together")).toEqual(["00 80 0c 35 16 bc 11", "00 80"]);
  });
});

describe("splitting the stream into reads changes no delivery", () => {
  test.prop([fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 20, maxLength: 20 })])(
    "any split",
    (sizes) => {
      const link = dataLink();
      let rest = TELEGRAMS.flatMap((telegram) => [...hex(telegram)]);
      for (const size of sizes) {
        if (rest.length === 0) break;
        link.receive(toHex(rest.slice(0, size)), "together");
        rest = rest.slice(size);
      }
      if (rest.length > 0) link.receive(toHex(rest), "together");
      expect(delivered(link)).toEqual(tpdus);
    },
  );
});

test("a pause in front of the TPCI, which looks like a break, does not cost an acknowledged telegram", () => {
  const link = dataLink();
  link.receive("BC 11 14 0A 03 E1");
  expect(link.written()).toEqual(["11"]);
  link.clock.advance(8);
  link.receive("00 80 2E");
  expect(delivered(link)).toEqual(["00 80"]);
});

describe("this program was not listening for a while", () => {
  const TELEGRAM_WITH_RESETS = "BC 11 14 0A 05 E5 00 80 03 03 07 8B A0";

  test.prop([fc.integer({ min: 1, max: 11 }), fc.double({ min: 5, max: 40, noNaN: true })])(
    "the octets that waited meanwhile are no new frame, whatever they look like",
    (index, pause) => {
      const link = dataLink();
      const octets = TELEGRAM_WITH_RESETS.split(" ");
      link.receive(octets.slice(0, index).join(" "));
      link.clock.advance(pause);
      link.receive(octets[index] ?? "");
      const rest = octets.slice(index + 1);
      if (rest.length > 0) link.atOnce(rest.join(" "));
      expect(link.drops()).toEqual([]);
      expect(delivered(link)).toEqual(["00 80 03 03 07 8b"]);
    },
  );
});

describe("payload of a damaged frame that looks like services, behind a late read", () => {
  test.each(["9F", "47", "03", "8B", "2B"])("%s is not believed", (octet) => {
    const link = dataLink();
    link.receive("BC 11 14 0A 05 E5 01 80");
    link.clock.advance(1);
    link.receive(`${octet} 00 00 00 55`);
    link.clock.advance(100);
    expect(link.drops()[0]).toBe("dl.check-octet");
    const counters = link
      .effects()
      .flatMap((effect) =>
        effect.for === "counters" && effect.type === "count" ? [effect.counter] : [],
      );
    expect(counters.filter((name) => name.startsWith("chip."))).toEqual([]);
    expect(link.written()).toEqual(["11"]);
  });
});

describe("reset inside a frame (vector 15)", () => {
  test("a check octet that was turned into one, read by itself, is taken for it: the chip is asked, no other telegram suffers", () => {
    const link = dataLink();
    link.receive("BC 11 15 0A 03 E1 00 81");
    link.clock.advance(5);
    link.receive("03");
    link.clock.advance(100);
    expect(link.drops()).toContain("dl.check-octet");
    expect(link.state().link.state).toBe("checking");
    link.receive("07");
    expect(link.state().link.state).toBe("online");
    link.clock.advance(100);
    link.receive(TELEGRAMS[0]);
    expect(delivered(link)).toEqual(["00 80"]);
  });

  test("after a pause: the partial frame is dropped, 00 skipped, the chip configured again", () => {
    const link = dataLink();
    link.receive("BC 11 14 0A");
    link.clock.advance(5);
    link.receive("00 03", "together");
    link.clock.advance(100);
    expect(link.drops()).toContain("dl.truncated");
    expect(link.written()).toEqual(["02"]);
  });

  test("without a pause nothing is believed until the line has fallen silent", () => {
    const link = dataLink();
    link.receive("BC 11 14 0A 00 03", "together");
    link.clock.advance(20);
    expect(link.written()).toEqual([]);
    link.clock.advance(100);
    expect(link.written()).toEqual(["02"]);
  });
});
