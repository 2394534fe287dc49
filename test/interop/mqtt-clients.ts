import { startChild, tell } from "./child.ts";
import { createJournal, type Journal } from "./journal.ts";

export type Message = Readonly<{
  topic: string;
  payload: string;
  /** It was kept by the broker. */
  retained: boolean;
}>;

/** Starts a mosquitto_sub; `more` are arguments of its own. @returns what it receives, once it has subscribed */
export const subscribe = async (
  port: number,
  filter: string,
  more: readonly string[] = [],
): Promise<Journal<Message>> => {
  const how = ["-d", "-q", "1", "-t", filter, "-F", FORMAT];
  const client = ["mosquitto_sub", ...at(port), ...how, ...more];
  // Line by line, although it writes to a pipe.
  const { output } = startChild("stdbuf", ["-oL", ...client]);
  const messages = createJournal<Message>(({ topic, payload }) => `${topic} ${payload}`);
  output.each((line) => {
    const [, retained, topic = "", payload = ""] = MESSAGE.exec(line) ?? [];
    if (retained !== undefined) messages.push({ topic, payload, retained: retained === "1" });
  });
  await output.until(`subscription of ${filter}`, (line) => line.startsWith("Subscribed"));
  return messages;
};

/** With mosquitto_pub; `more` are arguments of its own. */
export const publish = (
  port: number,
  topic: string,
  payload: string,
  more: readonly string[] = [],
): Promise<void> => {
  const content = payload === "" ? ["-n"] : ["-m", payload];
  return tell("mosquitto_pub", [...at(port), "-q", "1", "-t", topic, ...content, ...more]);
};

const at = (port: number): readonly string[] => ["-h", "127.0.0.1", "-p", `${port}`];

const FORMAT = "message %r %t %p";
const MESSAGE = /^message ([01]) (\S+) (.*)$/;
