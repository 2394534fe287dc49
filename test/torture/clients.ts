import type { Publication } from "../../src/core/effect.ts";
import type { Clock } from "../../src/sim/clock.ts";
import type { Random } from "../../src/sim/random.ts";
import type { Broker, Delivery } from "./broker.ts";
import { BASE, COMMANDED, LINK_SOURCE, PROVIDED } from "./installation.ts";

/** Somebody on MQTT who commands the house, and keeps a book on what became of each command. */
export type Clients = Readonly<{
  /** From now on about so many commands a second. */
  pace(perSecond: number): void;
  stop(): void;
  /** More than anybody may send: so many at once. */
  flood(count: number): void;
  /** What no client should send. */
  garbage(count: number): void;
  /** A command that the broker keeps. */
  retained(): void;
  get(ga: string): void;
  say(topic: string, payload: string, retain?: boolean): void;
  received(message: Delivery): void;
  published(publication: Publication): void;
  /** Whoever is asked now may never answer: no process, no broker. */
  interrupted(): void;
  settle(all?: boolean): void;
  sums(): Readonly<{
    commands: number;
    delivered: number;
    answered: number;
    excused: number;
    unanswered: readonly string[];
    twice: readonly string[];
  }>;
}>;

type Asked = { readonly id: string; readonly at: number; results: number };

export const openClients = (clock: Clock, random: Random, broker: Broker): Clients => {
  let perSecond = 0;
  let count = 0;
  let planned = 0;
  const asked = new Map<string, Asked>();
  const interruptions: number[] = [];
  let limitedUntil = 0;
  const inSecond = { since: 0, count: 0 };
  let commands = 0;
  let delivered = 0;
  let answered = 0;
  let excused = 0;
  const unanswered: string[] = [];
  const twice: string[] = [];

  const say = (topic: string, payload: string, retain = false): void => {
    commands++;
    broker.publish({ topic, payload, retain });
  };
  const pick = <T>(from: readonly T[]): T | undefined => from[random.below(from.length)];
  const wish = (dpt: string): unknown => {
    if (dpt.startsWith("1.")) return random.chance(0.5);
    if (dpt.startsWith("3.")) return { control: "increase", step: 1 + random.below(7) };
    return random.below(100);
  };

  const one = (): void => {
    const object = pick(COMMANDED);
    if (object === undefined) return;
    const id = `c${++count}`;
    const kind = random.next();
    if (kind < 0.55) {
      // What we provide waits for as long as it takes, unless somebody says otherwise.
      const ttl =
        random.chance(0.3) || object.ga === PROVIDED ? { ttl_ms: 500 + random.below(20_000) } : {};
      const how = random.chance(0.1) ? { confirm: "queued" } : {};
      say(
        `${BASE}/ga/${object.ga}/set`,
        JSON.stringify({ id, value: wish(object.dpt), ...ttl, ...how }),
      );
    } else if (kind < 0.8) {
      const from = pick(["bus", "cache", "fresh"]);
      say(`${BASE}/ga/${object.ga}/get`, JSON.stringify({ id, from }));
    } else if (kind < 0.88)
      say(
        `${BASE}/entity/dining/set`,
        JSON.stringify({ id, state: "ON", brightness: random.below(100) }),
      );
    else if (kind < 0.92)
      say(`${BASE}/entity/blind/set`, JSON.stringify({ id, position: random.below(100) }));
    else if (kind < 0.97) {
      const request = pick(["ping", "health", "objects/unknown", "telegrams/history", "info"]);
      say(`${BASE}/bridge/request/${request}`, JSON.stringify({ id }));
    } else say(LINK_SOURCE, JSON.stringify({ temperature: random.below(300) / 10 - 5 }), true);
  };

  const plan = (): void => {
    const plan = ++planned;
    if (perSecond <= 0) return;
    const next = (): void => {
      if (plan !== planned) return;
      one();
      clock.after(random.around(1_000 / perSecond), next);
    };
    clock.after(random.around(1_000 / perSecond), next);
  };

  const settle = (all = false): void => {
    const limit = all ? Number.POSITIVE_INFINITY : clock.now() - PATIENCE_MS;
    for (const [id, { at, results }] of asked) {
      if (at > limit) break;
      asked.delete(id);
      const isExcused =
        all ||
        limitedUntil >= at ||
        interruptions.some((time) => time >= at && time <= at + PATIENCE_MS);
      if (results === 1) answered++;
      else if (results > 1) add(twice, `${id} at ${at.toFixed(0)}: ${results} results`);
      else if (isExcused) excused++;
      else add(unanswered, `${id} at ${at.toFixed(0)}`);
    }
    while ((interruptions[0] ?? Number.POSITIVE_INFINITY) < clock.now() - 3 * PATIENCE_MS)
      interruptions.shift();
  };

  return {
    pace(rate) {
      perSecond = rate;
      plan();
    },
    stop() {
      perSecond = 0;
      plan();
    },
    flood(times) {
      for (let n = 0; n < times; n++) one();
    },
    garbage(times) {
      for (let n = 0; n < times; n++) say(garbageTopic(random), garbagePayload(random));
    },
    retained() {
      const object = pick(COMMANDED);
      const topic = `${BASE}/ga/${object?.ga}/set`;
      say(topic, JSON.stringify({ value: 1, id: `r${++count}` }), true);
      // Whoever put it there clears it some time.
      clock.after(120_000 * (1 + random.next()), () =>
        broker.publish({ topic, payload: "", retain: true }),
      );
    },
    get: (ga) => say(`${BASE}/ga/${ga}/get`, ""),
    say,
    received({ topic, payload, retain }) {
      const now = clock.now();
      if (now - inSecond.since >= 1_000) Object.assign(inSecond, { since: now, count: 0 });
      inSecond.count += 1;
      // A second of the bridge may have begun at any moment of ours.
      if (inSecond.count > MESSAGES_PER_SECOND / 2) limitedUntil = now + PATIENCE_MS;
      if (retain || !topic.startsWith(`${BASE}/`)) return;
      const id = OWN_ID.exec(payload)?.[1];
      if (id === undefined) return;
      delivered++;
      asked.set(id, { id, at: now, results: 0 });
    },
    published({ topic, payload }) {
      if (!ANSWER.test(topic)) return;
      const id = OWN_ID.exec(payload)?.[1];
      const waiting = id === undefined ? undefined : asked.get(id);
      if (waiting !== undefined) waiting.results += 1;
    },
    interrupted: () => {
      if (interruptions.at(-1) !== clock.now()) interruptions.push(clock.now());
    },
    settle,
    sums: () => ({ commands, delivered, answered, excused, unanswered, twice }),
  };
};

const add = (list: string[], text: string): void => {
  if (list.length < 20) list.push(text);
};

const ANSWER = new RegExp(`^${BASE}/(ga|entity)/.*/result$|^${BASE}/bridge/response/`);
const OWN_ID = /"id":"(c\d+)"/;
/** The longest time to live of these commands, a read after it, and room. */
const PATIENCE_MS = 75_000;
const MESSAGES_PER_SECOND = 1_000;

const TOPICS = [
  "ga/1/1/10/set",
  "ga/6/0/1/set",
  "ga/6/0/1/get",
  "ga/0/0/0/set",
  "ga/99/9/999/set",
  "ga/01/1/10/set",
  "ga/30/7/255/set",
  "entity/dining/set",
  "entity/dining/set/brightness",
  "entity/nobody/set",
  "bridge/request/ping",
  "bridge/request/group/batch",
  "bridge/request/config/validate",
  "bridge/request/config/apply",
  "bridge/request/telegrams/stream",
  "bridge/request/../../x",
  "bridge/request/",
];
const garbageTopic = (random: Random): string =>
  `${BASE}/${TOPICS[random.below(TOPICS.length)] ?? ""}`;

const garbagePayload = (random: Random): string => {
  const octets = (length: number): string =>
    String.fromCharCode(...Array.from({ length }, () => random.below(0xffff)));
  const kinds: readonly (() => string)[] = [
    () => "",
    () => octets(1 + random.below(200)),
    () => "x".repeat(1 + random.below(70_000)),
    () => `${"[".repeat(5_000)}`,
    () => `{"value":${"9".repeat(400)}}`,
    () => '{"value":null}',
    () => '{"value":{"__proto__":{"a":1}}}',
    () => '{"raw":"zz","bits":99}',
    () => '{"id":17,"value":[1,2,3]}',
    () => '{"value":1,"ttl_ms":-1}',
    () => '{"value":1,"ttl_ms":1e308,"priority":"system"}',
    () => `{"yaml":${JSON.stringify(octets(50))}}`,
    () => '{"items":[{"ga":"1/1/10","value":1},{"ga":"x"},null]}',
    () => JSON.stringify({ id: "x".repeat(65), value: 1 }),
    () => "NaN",
    () => "\u0000\ufeff",
    () => "-1e999",
  ];
  return (kinds[random.below(kinds.length)] ?? (() => ""))();
};
