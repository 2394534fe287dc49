import { setTimeout as pause } from "node:timers/promises";
import { connect } from "mqtt";
import type { Broker } from "./broker.ts";
import { atEnd } from "./cleanup.ts";
import type { DayHouse } from "./day-house.ts";
import type { Journal } from "./journal.ts";
import type { Message } from "./mqtt-clients.ts";

type Result = Readonly<{ id: string; status: string; stage: string }>;

export type Commands = ReturnType<typeof commanding>;

/** Somebody who sets and reads one object after the other, about four times a second. */
export const commanding = (house: DayHouse, broker: Broker) => {
  const client = connect({ host: "127.0.0.1", port: broker.port, reconnectPeriod: 200 });
  atEnd(() => client.endAsync(true));
  client.on("error", () => {});
  const journals = new Set<Journal<Message>>();
  const asked: { id: string; at: number }[] = [];
  /** Nobody promises anything for what is asked shortly before or while somebody is away. */
  const away: { from: number; to: number }[] = [];
  let timer: NodeJS.Timeout | undefined;
  let count = 0;

  const say = (topic: string, payload: string, retain = false): void => {
    client.publish(topic, payload, { qos: 1, retain });
  };
  const ask = (): void => {
    const object = house.objects[(count * 7) % house.objects.length];
    if (object === undefined || !client.connected) return;
    const id = `c${++count}`;
    asked.push({ id, at: Date.now() });
    if (count % 4 === 0) say(`knx/ga/${object.ga}/get`, JSON.stringify({ id }));
    else
      say(
        `knx/ga/${object.ga}/set`,
        JSON.stringify({ id, value: house.wish(object), ttl_ms: 1_000 }),
      );
  };
  /** The first subscriber comes back by itself with the broker, and hears them too. */
  const all = (): readonly Result[] => {
    const payloads = [...journals]
      .flatMap((journal) => journal.all())
      .filter(({ topic }) => topic.endsWith("/result"))
      .map(({ payload }) => payload);
    return [...new Set(payloads)].map((payload) => JSON.parse(payload));
  };
  const stop = (): void => clearInterval(timer);
  atEnd(stop);
  return {
    say,
    stop,
    all: (journal: Journal<Message>): readonly Result[] => {
      journals.add(journal);
      return all();
    },
    begin(journal: Journal<Message>) {
      journals.add(journal);
      const last = away.at(-1);
      if (last?.to === Number.POSITIVE_INFINITY) last.to = Date.now();
      stop();
      timer = setInterval(ask, 250);
    },
    /** From now on somebody is away; asking goes on. */
    hold() {
      away.push({ from: Date.now() - 3_000, to: Number.POSITIVE_INFINITY });
    },
    /** No more questions, and an answer to each that was asked. */
    async end() {
      stop();
      await pause(2_000);
    },
    unanswered: (journal: Journal<Message>): readonly string[] => {
      journals.add(journal);
      const answers = new Map<string, number>();
      for (const { id } of all()) answers.set(id, (answers.get(id) ?? 0) + 1);
      return asked
        .filter(({ at }) => !away.some(({ from, to }) => at >= from && at <= to))
        .filter(({ id }) => answers.get(id) !== 1)
        .map(({ id }) => `${id}: ${answers.get(id) ?? 0} results`);
    },
  };
};
