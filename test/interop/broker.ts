import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Child, startChild, tell } from "./child.ts";
import { createJournal, type Journal } from "./journal.ts";
import { freePort } from "./workplace.ts";

export type Message = Readonly<{
  topic: string;
  payload: string;
  /** It was kept by the broker. */
  retained: boolean;
}>;

/** A mosquitto of our own. */
export type Broker = Readonly<{
  port: number;
  url: string;
  /** What it has to say, over all its lives. */
  log: Journal<string>;
  /** With a mosquitto_sub of its own, subscribed when this returns. */
  watch(filter?: string, version?: 4 | 5): Promise<Journal<Message>>;
  /** With mosquitto_pub; more arguments are its own. */
  publish(topic: string, payload: string, more?: readonly string[]): Promise<void>;
  kill(): Promise<void>;
  /** On the same port, without any memory. */
  restart(): Promise<void>;
}>;

export const startBroker = async (folder: string): Promise<Broker> => {
  const port = await freePort();
  const file = join(folder, "mosquitto.conf");
  writeFileSync(
    file,
    [
      `listener ${port} 127.0.0.1`,
      "allow_anonymous true",
      "persistence false",
      "log_dest stderr",
      "log_type all",
      "",
    ].join("\n"),
  );
  const log = createJournal<string>((line) => line);
  let watchers = 0;
  const start = async (): Promise<Child> => {
    const since = log.now();
    const child = startChild("mosquitto", ["-c", file]);
    child.output.each(log.push);
    await log.until("mosquitto runs", (line) => / running$/.test(line), { since });
    return child;
  };
  let current = await start();

  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    log,
    async watch(filter = "knx/#", version = 5) {
      const id = `watcher-${++watchers}`;
      const since = log.now();
      const where = ["-h", "127.0.0.1", "-p", `${port}`, "-V", version === 5 ? "5" : "311"];
      const how = ["-i", id, "-q", "1", "-t", filter, "-F", FORMAT];
      const { output } = startChild("mosquitto_sub", [...where, ...how]);
      const messages = createJournal<Message>(({ topic, payload }) => `${topic} ${payload}`);
      output.each((line) => messages.push(read(line)));
      await log.until(`${id} has subscribed`, (line) => line.includes(`Sending SUBACK to ${id}`), {
        since,
      });
      return messages;
    },
    publish: (topic, payload, more = []) =>
      tell("mosquitto_pub", [
        ...["-h", "127.0.0.1", "-p", `${port}`, "-q", "1", "-t", topic],
        ...(payload === "" ? ["-n"] : ["-m", payload]),
        ...more,
      ]),
    async kill() {
      current.kill("SIGKILL");
      await current.ended();
    },
    async restart() {
      current = await start();
    },
  };
};

const FORMAT = "%r %t %p";

const read = (line: string): Message => {
  const [, retained = "", topic = "", payload = ""] = /^([01]) (\S+) (.*)$/.exec(line) ?? [];
  return { topic, payload, retained: retained === "1" };
};
