import type { Publication } from "../../src/core/effect.ts";
import type { Octets } from "../../src/core/octets.ts";
import type { Clock } from "../../src/sim/clock.ts";

/** A message as a subscriber gets it. */
export type Delivery = Readonly<{
  topic: string;
  payload: string;
  retain: boolean;
  responseTopic?: string;
  correlation?: Octets;
  expiryMs?: number;
}>;

/** One connection of the bridge, seen from the broker. */
export type Session = Readonly<{
  version: 4 | 5;
  /** What it subscribed to, and whether what is kept was wanted as well. */
  filters: Map<string, boolean>;
  deliver(message: Delivery): void;
  /** The broker, or the network, ends it. */
  cut(): void;
}>;

/** A broker in virtual time, with one bridge; everybody else is here. */
export type Broker = Readonly<{
  /** @returns why there is no connection; undefined: there is one */
  connect(session: Session): "away" | "refused" | undefined;
  /** @param orderly with a DISCONNECT: its will is not published */
  disconnect(session: Session, orderly: boolean): void;
  /** From the bridge. @returns whether the broker is there to take it */
  take(session: Session, publication: Publication): boolean;
  subscribe(session: Session, filters: readonly string[], retained: boolean): void;
  unsubscribe(session: Session, filters: readonly string[]): void;
  /** From somebody else. @returns whether the bridge is sent it */
  publish(message: Delivery): boolean;
  onPublish(listener: (message: Delivery, from: "bridge" | "others") => void): void;
  retained(): ReadonlyMap<string, string>;
  stop(keeps: boolean): void;
  start(): void;
  refuse(on: boolean): void;
  /** Either way of each message, ms. */
  delay(ms: number): void;
  delayMs(): number;
  /** The network to the bridge breaks: connections are gone, and no new one comes about. */
  network(on: boolean): void;
  isReachable(): boolean;
}>;

export const createBroker = (clock: Clock, base: string): Broker => {
  const retained = new Map<string, string>();
  const listeners = new Set<(message: Delivery, from: "bridge" | "others") => void>();
  let current: Session | undefined;
  let up = true;
  let refusing = false;
  let connected = true;
  let delayMs = USUAL_MS;

  const spread = (message: Delivery, from: "bridge" | "others"): void => {
    if (message.retain) {
      if (message.payload === "") retained.delete(message.topic);
      else retained.set(message.topic, message.payload);
    }
    for (const listener of listeners) listener(message, from);
  };
  const will = (): void =>
    spread({ topic: `${base}/bridge/state`, payload: "offline", retain: true }, "bridge");
  const isFor = (session: Session, topic: string): boolean =>
    [...session.filters.keys()].some((filter) => matches(filter, topic));
  const drop = (after: number | null): void => {
    const gone = current;
    current = undefined;
    if (gone === undefined) return;
    gone.cut();
    if (after !== null)
      clock.after(after, () => {
        if (up && current === undefined) will();
      });
  };

  return {
    connect(session) {
      if (!up || !connected) return "away";
      if (refusing) return "refused";
      if (current !== undefined) {
        drop(null);
        will();
      }
      current = session;
      return undefined;
    },
    disconnect(session, orderly) {
      if (session !== current) return;
      current = undefined;
      if (!orderly) will();
    },
    take(session, { topic, payload, retain }) {
      if (session !== current) return false;
      spread({ topic, payload, retain }, "bridge");
      return true;
    },
    subscribe(session, filters, wanted) {
      for (const filter of filters) {
        session.filters.set(filter, wanted);
        if (!wanted && session.version === 5) continue;
        for (const [topic, payload] of retained)
          if (matches(filter, topic)) session.deliver({ topic, payload, retain: true });
      }
    },
    unsubscribe(session, filters) {
      for (const filter of filters) session.filters.delete(filter);
    },
    publish(message) {
      if (!up) return false;
      spread(message, "others");
      if (current === undefined || !isFor(current, message.topic)) return false;
      current.deliver(current.version === 5 ? message : { ...message, retain: false });
      return true;
    },
    onPublish: (listener) => {
      listeners.add(listener);
    },
    retained: () => retained,
    stop(keeps) {
      up = false;
      drop(null);
      if (!keeps) retained.clear();
    },
    start() {
      if (up) return;
      up = true;
      // A broker that keeps its messages publishes the wills of those it had.
      if (retained.size > 0) will();
    },
    refuse: (on) => {
      refusing = on;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    delayMs: () => delayMs,
    network(on) {
      connected = on;
      if (!on) drop(KEEPALIVE_MS);
    },
    isReachable: () => up && connected && !refusing,
  };
};

/** MQTT 3.1.1 §4.7, for the filters that are used here. */
export const matches = (filter: string, topic: string): boolean => {
  if (filter === topic) return true;
  const levels = topic.split("/");
  const parts = filter.split("/");
  for (const [index, part] of parts.entries()) {
    if (part === "#") return true;
    if (levels[index] === undefined || (part !== "+" && part !== levels[index])) return false;
  }
  return parts.length === levels.length;
};

const USUAL_MS = 2;
/** One and a half times 30 s. */
const KEEPALIVE_MS = 45_000;
