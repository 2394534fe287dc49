import { connect } from "mqtt";
import type { Random } from "../../src/sim/random.ts";
import type { Findings } from "./findings.ts";
import { BASE, COMMANDED, PROVIDED } from "./installation.ts";

/** Somebody who commands the house through a real broker, about three times a second. */
export type RealClients = Readonly<{
  say(topic: string, payload: string, retain?: boolean): void;
  /** From here to the next call nobody promises anything. */
  away(on: boolean): void;
  /** Resolves with the payload of the next message on this topic; undefined: none came. */
  next(topic: string, ms: number): Promise<string | undefined>;
  /** What the broker keeps of the group addresses. */
  retained(): Promise<ReadonlyMap<string, string>>;
  stopAsking(): void;
  onResult(listener: (topic: string, payload: string) => void): void;
  settle(findings: Findings): Readonly<Record<string, number>>;
  close(): Promise<void>;
}>;

export const openRealClients = (port: number, random: Random): RealClients => {
  const client = connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 300 });
  const asked = new Map<string, { at: number; results: number }>();
  const aways: { from: number; to: number }[] = [];
  const listeners = new Set<(topic: string, payload: string) => void>();
  let count = 0;
  client.on("error", () => undefined);
  client.subscribe(`${BASE}/#`, { qos: 1 });
  client.on("message", (topic, payload, { retain }) => {
    const text = payload.toString();
    for (const listener of listeners) listener(topic, text);
    if (retain || !topic.endsWith("/result")) return;
    const id = OWN_ID.exec(text)?.[1];
    const one = id === undefined ? undefined : asked.get(id);
    if (one !== undefined) one.results += 1;
  });
  const say = (topic: string, payload: string, retain = false): void => {
    client.publish(topic, payload, { qos: 1, retain });
  };
  const ask = (): void => {
    const object = COMMANDED[random.below(COMMANDED.length)];
    if (object === undefined || object.ga === PROVIDED || !client.connected) return;
    const id = `c${++count}`;
    asked.set(id, { at: performance.now(), results: 0 });
    const isGet = random.chance(0.3);
    const value = object.dpt.startsWith("1.")
      ? random.chance(0.5)
      : object.dpt.startsWith("3.")
        ? { control: "increase", step: 1 }
        : random.below(100);
    const content = isGet ? { id, timeout_ms: 1_000 } : { id, value, ttl_ms: 1_000 };
    say(`${BASE}/ga/${object.ga}/${isGet ? "get" : "set"}`, JSON.stringify(content));
  };
  const timer = setInterval(ask, ASK_MS);

  return {
    say,
    away(on) {
      const now = performance.now();
      const last = aways.at(-1);
      if (on && last?.to !== Number.POSITIVE_INFINITY)
        aways.push({ from: now - BEFORE_MS, to: Number.POSITIVE_INFINITY });
      if (!on && last?.to === Number.POSITIVE_INFINITY) last.to = now;
    },
    next: (topic, ms) =>
      new Promise((resolve) => {
        const listener = (at: string, payload: string): void => {
          if (at === topic) end(payload);
        };
        const end = (payload?: string): void => {
          clearTimeout(late);
          listeners.delete(listener);
          resolve(payload);
        };
        const late = setTimeout(end, ms);
        listeners.add(listener);
      }),
    async retained() {
      const kept = new Map<string, string>();
      const own = connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 300 });
      own.on("error", () => undefined);
      own.on("message", (topic, payload, { retain }) => {
        if (retain) kept.set(topic, payload.toString());
      });
      own.subscribe(`${BASE}/#`, { qos: 1 });
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      await own.endAsync(true);
      return kept;
    },
    stopAsking: () => clearInterval(timer),
    onResult: (listener) => {
      listeners.add(listener);
    },
    settle(findings) {
      let answered = 0;
      let excused = 0;
      for (const [id, { at, results }] of asked) {
        if (results === 1) answered += 1;
        else if (results > 1) findings.add("command with several results", `${id}: ${results}`);
        else if (aways.some(({ from, to }) => at >= from && at <= to)) excused += 1;
        else findings.add("command without a result", `${id} at ${(at / 1_000).toFixed(1)} s`);
      }
      return { asked: asked.size, answered, excused };
    },
    async close() {
      clearInterval(timer);
      await client.endAsync(true);
    },
  };
};

const OWN_ID = /"id":"(c\d+)"/;
const ASK_MS = 350;
/** The longest time to live of these commands, with a read after it. */
const BEFORE_MS = 4_000;
const LOOK_MS = 1_500;
