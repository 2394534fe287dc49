import { describe, expect, test } from "vitest";
import {
  CLIENT,
  contents,
  expected,
  installation,
  LOADABLES,
  program,
  started,
} from "./download.ts";
import { atEveryPlace, type Cut, cutsOf, distrust, NEW, NEXT, OLD } from "./download-cut.ts";

/*
 * The process lives, and the connection or the bus does not. What the disk has to say is in `test/shell/kill/`.
 */

type Installation = ReturnType<typeof installation>;

const DOWNLOADS = [
  { is: "full", image: NEW, all: true },
  { is: "extended", image: { ...NEW, extended: true }, all: false },
  { is: "partial", image: { ...NEW, partial: true }, all: false },
];

/** A dip of which nothing is noticed but a reset of the chip; and long enough for the link to go down. */
const DIP_MS = 40;
const OUTAGE_MS = 20_000;
/** Longer than the link needs to come up, and the connection to time out. */
const AFTERWARDS_MS = 12_000;

/** Whatever is not right once it is over, and what the operator was not told. */
const wrongWith = ({ device, kept }: Installation, told: readonly string[]): readonly string[] => {
  const { tlsm, dl } = device.state;
  const notes = device
    .effects()
    .flatMap((effect) => (effect.for === "log" ? [effect.note.message] : []));
  return [
    ...distrust(device.state, [OLD, NEW]),
    ...distrust(started(kept()), [OLD, NEW]).map((what) => `after a start: ${what}`),
    ...(tlsm.connections.length > 0 ? ["a connection is left"] : []),
    ...(["online", "polling"].includes(dl.link.state) ? [] : [`the link is ${dl.link.state}`]),
    ...told.flatMap((note) => (notes.includes(note) ? [] : [`not told: ${note}`])),
  ];
};

const UNFINISHED = "a connection ended in the middle of a download";

/** The next download, of everything. @returns whether it is there as a whole, and would be after a start */
const isWholeAfter = ({ perform, device, kept, clock }: Installation): boolean => {
  const result = JSON.stringify(perform(program(NEXT)));
  clock.advance(5_000);
  return (
    result.includes('"loaded":[5,4,3,2,1]') &&
    distrust(device.state, [NEXT]).length === 0 &&
    [device.state, started(kept())].every((state) => `${contents(state)}` === `${expected(NEXT)}`)
  );
};

describe.each(DOWNLOADS)("a $is download over an older one", ({ image, all }) => {
  const cuts = cutsOf(image);
  const telegrams = cuts.filter(({ place }) => place === "in the silence after it");
  // Of every telegram one at least, at another place each time.
  const powers = cuts.filter(({ telegram }, index) => all || index % 6 === telegram % 6);
  const outcomes = new Map<string, Installation>();

  /** The device goes on from the moment of the cut, with its timers; the first one of each outcome is remembered. */
  const cut = (
    { telegram, place, moment }: Cut,
    happens: (it: Installation) => readonly string[],
  ): readonly string[] => {
    const it = installation({ moment });
    const told = happens(it);
    const { state } = it.device;
    const { loadables } = state.device.model;
    const loading = LOADABLES.some((index) => loadables[index].state === "loading");
    const left = loading && moment.state.device.access.length > 0;
    const wrong = wrongWith(it, left ? [UNFINISHED, ...told] : told);
    const outcome = JSON.stringify([
      contents(state),
      contents(started(it.kept())),
      LOADABLES.map((index) => loadables[index].segment?.address),
    ]);
    if (!outcomes.has(outcome)) outcomes.set(outcome, it);
    return wrong.map((what) => `telegram ${telegram}, ${place}: ${what}`);
  };

  test(`${telegrams.length} telegrams are cut at six places each`, () => {
    expect(telegrams.length).toBeGreaterThan(190);
    expect(cuts.length).toBe(telegrams.length * 6);
    expect(new Set(powers.map(({ telegram }) => telegram)).size).toBe(telegrams.length);
    const states = [cuts[0], cuts.at(-1)].flatMap((one) => (one ? [one.moment.state] : []));
    expect(states.map(contents)).toEqual([expected(OLD), expected(NEW)]);
  });

  test(`T_Disconnect after each of ${telegrams.length} telegrams`, { timeout: 60_000 }, () => {
    const wrong = telegrams.flatMap((one) =>
      cut(one, ({ device, clock }) => {
        const tpdu = { kind: "T_Disconnect" } as const;
        const at = clock.now();
        device.deliver({ for: "tlsm", type: "tpdu.ind", source: CLIENT, tpdu, at });
        clock.advance(1_000);
        return [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test(`the partner vanishes after each of ${telegrams.length}`, { timeout: 60_000 }, () => {
    const wrong = telegrams.flatMap((one) =>
      cut(one, ({ clock }) => {
        clock.advance(AFTERWARDS_MS);
        return [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test(`loss of bus power at ${powers.length} places in all of them`, { timeout: 60_000 }, () => {
    const wrong = powers.flatMap((one, index) =>
      cut(one, ({ line, clock }) => {
        const isLong = index % 7 === 0;
        line.power(false);
        clock.advance(isLong ? OUTAGE_MS : DIP_MS);
        line.power(true);
        clock.advance(AFTERWARDS_MS);
        return isLong ? ["link down", "link up"] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("a full download after each different outcome of these", { timeout: 60_000 }, () => {
    const wrong = [...outcomes].filter(([, it]) => !isWholeAfter(it));
    expect(wrong.map(([outcome]) => outcome)).toEqual([]);
    expect(outcomes.size).toBeGreaterThan(5);
  });
});

const CHIPS = [
  { kind: "tpuart2", chip: {} },
  { kind: "ncn5120", chip: { supply: "own" } },
  { kind: "tpuart2", chip: { resetBreak: true } },
  { kind: "ncn5120", chip: {} },
] as const;

/*
 * The same with everything that was on its way between the chips and the line: played anew for each cut, so for some of them.
 */
describe.each(CHIPS)("bus power on a line of $kind, $chip", (chips) => {
  const before = (() => {
    const it = installation(chips);
    it.perform(program(OLD));
    const kept = it.kept();
    let places = 0;
    const end = atEveryPlace(it, () => {
      places += 1;
    });
    it.perform(program(NEW));
    end();
    return { kept, places };
  })();
  /** Prime to the six places of a telegram. */
  const STEP = 89;

  test("lost for long, or for a moment while the tool goes on", { timeout: 60_000 }, () => {
    const { kept, places } = before;
    const wrong: string[] = [];
    for (let at = 5; at < places; at += STEP) {
      const it = installation({ ...chips, kept });
      const isLong = (at - 5) % 2 === 0;
      const id = it.start(program(NEW));
      let reached = 0;
      const end = atEveryPlace(it, () => {
        reached += 1;
        if (reached !== at) return;
        it.line.power(false);
        if (isLong) it.cancel(id);
      });
      it.clock.runUntil(() => reached >= at, 60_000);
      end();
      it.clock.advance(isLong ? OUTAGE_MS : DIP_MS);
      it.line.power(true);
      it.clock.runUntil(() => isLong || it.ended(id) !== undefined, 600_000);
      it.clock.advance(AFTERWARDS_MS);
      wrong.push(
        ...wrongWith(it, isLong ? ["link down", "link up"] : []).map((what) => `${at}: ${what}`),
        ...(isWholeAfter(it) ? [] : [`${at}: the next download`]),
      );
    }
    expect(wrong).toEqual([]);
    expect(places).toBeGreaterThan(STEP * 10);
  });
});
