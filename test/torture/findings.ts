/** What must never happen, and did: by kind, with the first few as they were. */
export type Findings = Readonly<{
  add(kind: string, text: string): void;
  all(): readonly Finding[];
}>;

export type Finding = Readonly<{ kind: string; count: number; examples: readonly string[] }>;

export const openFindings = (now: () => number): Findings => {
  const found = new Map<string, { count: number; examples: string[] }>();
  return {
    add(kind, text) {
      const one = found.get(kind) ?? { count: 0, examples: [] };
      found.set(kind, one);
      one.count += 1;
      if (one.examples.length < SHOWN) one.examples.push(`${hours(now())} ${text}`);
    },
    all: () => [...found].map(([kind, one]) => ({ kind, ...one })),
  };
};

/** `31:05:12.345`, hours of simulated time. */
export const hours = (ms: number): string => {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const seconds = (ms / 1_000) % 60;
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${seconds.toFixed(3).padStart(6, "0")}`;
};

const SHOWN = 5;
