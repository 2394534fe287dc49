/** When a child is started again. */
export type Strategy = Readonly<{
  /** Before each try, ms; the last one for ever. */
  pausesMs: readonly number[];
  /** Share of a pause that is random, either way: many bridges of one broker must not come back as one. */
  jitter: number;
  /** Up for so long, the next pause is the shortest again. */
  goodAfterMs: number;
  /** More failures than these: given up, and tried again seldom. null: never given up. */
  limit: Limit | null;
  /** More throws than these are a bug that starting again does not mend. */
  throws: Readonly<{
    most: number;
    withinMs: number;
    /** Given up like others, or the process ends with 70: a fresh one may do better. */
    meaning: "give up" | "end";
  }>;
}>;

export type Limit = Readonly<{ most: number; withinMs: number; retryMs: number }>;

/** What a child has been through. */
export type Past = Readonly<{
  /** In a row, without a good life in between: which pause comes next. */
  failures: number;
  /** When it failed and when it threw, ms, as far back as the limits look. */
  failedAt: readonly number[];
  threwAt: readonly number[];
  /** Since then no life was a good one. */
  givenUp: boolean;
}>;

export const CLEAN: Past = { failures: 0, failedAt: [], threwAt: [], givenUp: false };

/** After a good life, or when somebody has changed something. */
export const forgiven = (past: Past): Past =>
  past.failures === 0 && !past.givenUp ? past : { ...past, failures: 0, givenUp: false };

export type Verdict = Readonly<
  | { is: "broke"; pauseMs: number }
  | { is: "broke too often"; pauseMs: number }
  | { is: "broke for good" }
>;

/**
 * What becomes of a child that broke.
 * @param at now, ms, monotonic
 * @param random 0 ≤ random < 1
 */
export const judge = (
  strategy: Strategy,
  before: Past,
  { threw, at, random }: Readonly<{ threw: boolean; at: number; random: number }>,
): readonly [after: Past, verdict: Verdict] => {
  const { pausesMs, jitter, limit, throws } = strategy;
  const threwAt = since(at - throws.withinMs, threw ? [...before.threwAt, at] : before.threwAt);
  const failedAt = limit === null ? [] : since(at - limit.withinMs, [...before.failedAt, at]);
  const after = { ...before, failures: before.failures + 1, failedAt, threwAt };
  const threwTooOften = threw && threwAt.length > throws.most;
  if (threwTooOften && throws.meaning === "end") return [after, { is: "broke for good" }];
  if (threwTooOften || before.givenUp || (limit !== null && failedAt.length > limit.most))
    return [
      { ...after, givenUp: true },
      { is: "broke too often", pauseMs: limit?.retryMs ?? SELDOM_MS },
    ];
  const pause = pausesMs[Math.min(before.failures, pausesMs.length - 1)] ?? 0;
  return [after, { is: "broke", pauseMs: pause * (1 + jitter * (2 * random - 1)) }];
};

const since = (from: number, times: readonly number[]): readonly number[] =>
  times.filter((time) => time > from);

const MINUTE_MS = 60_000;
const SELDOM_MS = 10 * MINUTE_MS;
/** A few in ten minutes may be bad luck. */
const SOME_THROWS = { most: 4, withinMs: 10 * MINUTE_MS, meaning: "give up" } as const;

/**
 * The port is what the process is for: tried for ever, and an octet of it proves it good. Whoever throws twice there needs a fresh
 * process.
 */
export const SERIAL: Strategy = {
  pausesMs: [1_000, 2_000, 5_000, 10_000, 30_000],
  jitter: 0,
  goodAfterMs: Number.POSITIVE_INFINITY,
  limit: null,
  throws: { most: 1, withinMs: 10 * MINUTE_MS, meaning: "end" },
};

/** MQTT interface §3: never given up. A connection that lasted ten seconds was a good one. */
export const MQTT: Strategy = {
  pausesMs: [1_000, 2_000, 4_000, 8_000, 15_000, 30_000],
  jitter: 0.2,
  goodAfterMs: 10_000,
  limit: null,
  throws: SOME_THROWS,
};

/** Whoever has its port may give it back any time. */
export const BROKER: Strategy = {
  pausesMs: [1_000, 2_000, 5_000, 10_000, 30_000, 60_000],
  jitter: 0,
  goodAfterMs: MINUTE_MS,
  limit: null,
  throws: SOME_THROWS,
};

/** Also of the recorder. A full disk stays full for a while, and every try wears a memory card. */
export const STORE: Strategy = {
  pausesMs: [10_000, 30_000, MINUTE_MS, 10 * MINUTE_MS],
  jitter: 0,
  goodAfterMs: MINUTE_MS,
  limit: null,
  throws: SOME_THROWS,
};

/** For people and tools beside the bridge (web, control, gpio): a minute of tries, then one every ten minutes. */
export const HELPER: Strategy = {
  pausesMs: [1_000, 5_000, 30_000],
  jitter: 0,
  goodAfterMs: MINUTE_MS,
  limit: { most: 4, withinMs: 10 * MINUTE_MS, retryMs: SELDOM_MS },
  throws: SOME_THROWS,
};
