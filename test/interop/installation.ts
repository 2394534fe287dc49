import { type Broker, startBroker } from "./broker.ts";
import type { Child } from "./child.ts";
import { isAcknowledged, LAST_TRY, type OpenHouse, openHouse, to } from "./house.ts";
import type { Journal } from "./journal.ts";
import { type Knxd, startKnxd } from "./knxd.ts";
import { startKnxpi } from "./knxpi.ts";
import { type Message, subscribe } from "./mqtt-clients.ts";
import { makeFolder } from "./workplace.ts";

/** knxpi on one chip of the line, knxd on another, and mosquitto: all of them real programs but the line. */
export type Installation = OpenHouse &
  Readonly<{
    folder: string;
    broker: Broker;
    /** All that mosquitto_sub has received from it. */
    messages: Journal<Message>;
    knxd: Knxd;
    bridge: Child;
  }>;

/** @returns when knxpi is online on both sides */
export const install = async (): Promise<Installation> => {
  const folder = makeFolder();
  const [house, broker] = await Promise.all([openHouse(folder), startBroker(folder)]);
  const messages = await subscribe(broker.port, "knx/#");
  const [knxd, bridge] = await Promise.all([
    startKnxd(folder, house.peerPty.path),
    startKnxpi(folder, { port: house.pty.path, broker: broker.url }),
  ]);
  await messages.until("bridge/bus online", isWord("bus", "online"));
  return { ...house, folder, broker, messages, knxd, bridge };
};

/**
 * Lets knxd send, and waits until its tries are over.
 * @returns whether the first one was acknowledged
 */
export const isHeard = async (
  { knxd, frames }: Pick<Installation, "knxd" | "frames">,
  ga: string,
  value: 0 | 1,
): Promise<boolean> => {
  const since = frames.now();
  const ours = to(ga, "knxd");
  await knxd.switch(ga, value);
  const first = await frames.until("the telegram of knxd", ours, { since });
  await frames.until(
    "its end",
    (frame) => ours(frame) && (isAcknowledged(frame) || frame.attempt === LAST_TRY),
    { since },
  );
  return isAcknowledged(first);
};

export const isWord =
  (leaf: "state" | "bus", word: "online" | "offline") =>
  ({ topic, payload }: Message): boolean =>
    topic === `knx/bridge/${leaf}` && payload === word;

/** What a JSON message says; nothing for other messages. */
export const fields = ({ payload }: Message): Readonly<Record<string, unknown>> =>
  payload.startsWith("{") ? JSON.parse(payload) : {};

/** Fits messages on `knx/ga/<ga>/<leaf>` with these fields. */
export const on =
  (
    ga: string,
    leaf: "state" | "event" | "result",
    wanted: Readonly<Record<string, unknown>> = {},
  ) =>
  (message: Message): boolean =>
    message.topic === `knx/ga/${ga}/${leaf}` && has(message, wanted);

/** Fits `knx/bridge/event` with these fields. */
export const bridgeEvent =
  (wanted: Readonly<Record<string, unknown>>) =>
  (message: Message): boolean =>
    message.topic === "knx/bridge/event" && has(message, wanted);

const has = (message: Message, wanted: Readonly<Record<string, unknown>>): boolean => {
  const said = fields(message);
  return Object.entries(wanted).every(([name, value]) => said[name] === value);
};
