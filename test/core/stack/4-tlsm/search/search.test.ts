import { describe, expect, test } from "vitest";
import { tlsm } from "../../../../../src/core/stack/4-tlsm/tlsm.ts";
import { boundsOf, CONFIGURATIONS, type Configuration } from "./bounds.ts";
import * as broken from "./broken.ts";
import { explore } from "./explore.ts";
import {
  closesAlone,
  confirmedWasDelivered,
  everyRequestEndsOnce,
  type Invariant,
  inOrderForEver,
  inOrderForEverAtTheServer,
  inOrderInOneConnection,
  timersFitTheState,
  withinBounds,
} from "./invariants.ts";
import type { Reduce, Sides } from "./machine.ts";
import type { Bounds } from "./model.ts";

const { KNXPI_SEARCH } = process.env;
const LONG = KNXPI_SEARCH === "long";
const STYLES = ["3", "1", "1r"] as const;

const DELIVERED = "confirmed was delivered";

/** What holds whatever happens. */
const always = (sides: Sides): Readonly<Record<string, Invariant>> => ({
  "timers fit the state": timersFitTheState,
  "every request ends once": everyRequestEndsOnce,
  "in order in one connection": inOrderInOneConnection,
  "within bounds": withinBounds,
  "closes alone": closesAlone(sides),
});

const promised =
  ({ onlyOneConnection, onlyOneClient }: Configuration) =>
  (sides: Sides): Readonly<Record<string, Invariant>> => ({
    ...always(sides),
    ...(onlyOneClient ? { "in order for ever at the server": inOrderForEverAtTheServer } : {}),
    ...(onlyOneConnection
      ? { "in order for ever": inOrderForEver, [DELIVERED]: confirmedWasDelivered }
      : {}),
  });

describe("every state two machines can reach within the bounds", () => {
  test.each(
    CONFIGURATIONS.flatMap((configuration) => STYLES.map((style) => ({ style, ...configuration }))),
  )("style $style: $is", { timeout: LONG ? 3_600_000 : 60_000 }, ({ style, ...configuration }) => {
    const bounds = boundsOf(configuration, style, LONG);
    const cells = new Set<string>();
    const reduce: Reduce = (state, impulse) => {
      const [after, out] = tlsm(state, impulse);
      for (const one of out)
        if (one.for === "transitions") cells.add(`${one.transition.state} ${one.transition.event}`);
      return [after, out];
    };
    const { states, steps, depth, full, finding } = explore(
      bounds,
      reduce,
      promised(configuration),
    );
    process.stdout.write(
      `search: style ${style}, ${configuration.is}: ${states} states, ${steps} steps, ${cells.size} cells of the table, farthest ${depth}, ${full} steps held back by a full line\n`,
    );
    expect(finding).toBeNull();
    expect(states).toBeGreaterThan(100);
  });
});

const user = { connects: 0, disconnects: 0, requests: 0, answers: false } as const;
const STILL: Omit<Bounds, "a" | "b"> = {
  style: "3",
  losses: 0,
  repeats: 0,
  restarts: 0,
  flight: 3,
  line: "quick",
};
const ONE_REQUEST: Bounds = { ...STILL, a: { ...user, connects: 1, requests: 1 }, b: user };

type Mistake = Readonly<{ is: string; reduce: Reduce; bounds: Bounds; invariant: string }>;

// biome-ignore format: one mistake a line
const MISTAKES: readonly Mistake[] = [
  { is: "A2 forgets to count", reduce: broken.forgetsToCount, bounds: { ...ONE_REQUEST, repeats: 1 }, invariant: "in order in one connection" },
  { is: "E05 delivers again", reduce: broken.deliversAgain, bounds: { ...ONE_REQUEST, losses: 1 }, invariant: "in order in one connection" },
  { is: "A5 forgets the timers", reduce: broken.forgetsTimers, bounds: { ...ONE_REQUEST, losses: 1 }, invariant: "timers fit the state" },
  { is: "A8 confirms twice", reduce: broken.confirmsTwice, bounds: ONE_REQUEST, invariant: "every request ends once" },
  { is: "A8 never confirms", reduce: broken.neverConfirms, bounds: ONE_REQUEST, invariant: "every request ends once" },
  { is: "A8 forgets to number", reduce: broken.forgetsToNumber, bounds: { ...ONE_REQUEST, a: { ...user, connects: 1, requests: 2 } }, invariant: DELIVERED },
  { is: "A8 counts to 16", reduce: broken.countsToSixteen, bounds: { ...ONE_REQUEST, flight: 1, a: { ...user, connects: 1, requests: 16 } }, invariant: "within bounds" },
  { is: "A9 stops the acknowledge timer", reduce: broken.stopsWhenRepeating, bounds: { ...ONE_REQUEST, losses: 1 }, invariant: "timers fit the state" },
  { is: "A9 forgets to count", reduce: broken.repeatsForEver, bounds: ONE_REQUEST, invariant: "closes alone" },
  { is: "A11 has one place only", reduce: broken.keepsOneOnly, bounds: { ...ONE_REQUEST, a: { ...user, connects: 1, requests: 3 } }, invariant: "every request ends once" },
  { is: "E20 stays in connecting", reduce: broken.staysConnecting, bounds: { ...ONE_REQUEST, losses: 1 }, invariant: "timers fit the state" },
  { is: "E06 stays in connecting, as published", reduce: broken.asPublished, bounds: { ...STILL, line: "slow", a: { ...user, connects: 2, disconnects: 1, requests: 2 }, b: { ...user, answers: true } }, invariant: "timers fit the state" },
];

const find = ({ reduce, bounds, invariant }: Mistake) =>
  explore(bounds, reduce, (sides) => ({
    ...always(sides),
    ...(invariant === DELIVERED ? { [DELIVERED]: confirmedWasDelivered } : {}),
  })).finding;

describe("a mistake is found", () => {
  test.each(MISTAKES)("$is: $invariant", (mistake) => {
    expect(find(mistake)?.invariant).toBe(mistake.invariant);
  });

  test("by a shortest way, told in `found.trace`", async () => {
    const told = MISTAKES.map((mistake) => {
      const { wrong, trace } = find(mistake) ?? { wrong: "not found", trace: [] };
      return [`# ${mistake.is}`, ...trace, `→ ${mistake.invariant}: ${wrong}`, ""].join("\n");
    });
    await expect(told.join("\n")).toMatchFileSnapshot("found.trace");
  });
});

describe("what the standard does not promise, because a connection has no name of its own", () => {
  const again = { ...STILL, a: { ...user, connects: 2, disconnects: 1, requests: 2 }, b: user };

  test.each(STYLES)("style %s: an old T_ACK confirms what was never delivered", (style) => {
    const bounds = { ...again, style, repeats: 1, line: "slow" } as const;
    const { finding } = explore(bounds, tlsm, () => ({ confirmedWasDelivered }));
    expect(finding?.wrong).toBe("A: request 2 is confirmed, but B never delivered it");
    expect(finding?.trace.at(-1)).toMatch(/^T_ACK 0 of B arrives: A T_Data_Connected.con 2 ok/);
  });

  test("style 3: nor is it when B never heard that the connection before has ended", () => {
    const bounds = { ...again, losses: 1 };
    const { finding } = explore(bounds, tlsm, () => ({ confirmedWasDelivered }));
    expect(finding?.trace).toContain("T_Disconnect of A lost [A closed, B openIdle]");
  });

  test.each([
    { style: "3", wrong: "A delivers 1 after 1" },
    { style: "1", wrong: "A delivers 1 after 1" },
    { style: "1r", wrong: undefined }, // it never sends anything again
  ] as const)("style $style: an answer comes again in the next connection", ({ style, wrong }) => {
    const bounds = { ...again, style, b: { ...user, answers: true }, losses: 1 } as const;
    const { finding } = explore({ ...bounds, line: "slow" }, tlsm, () => ({ inOrderForEver }));
    expect(finding?.wrong).toBe(wrong);
  });
});
