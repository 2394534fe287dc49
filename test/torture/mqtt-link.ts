import { requestLimit } from "../../src/core/app/bridge/requests/limits.ts";
import type { Publication } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import type { Cancel, Clock } from "../../src/sim/clock.ts";
import type { Random } from "../../src/sim/random.ts";
import type { Broker, Delivery, Session } from "./broker.ts";

/** The MQTT part of the shell in virtual time: what `src/shell/mqtt.ts` does with a real client, done with the broker here. */
export type MqttLink = Readonly<{
  publish(publication: Publication): void;
  subscribe(filters: readonly string[], retained: boolean): void;
  lookBack(filters: readonly string[]): void;
  unsubscribe(filters: readonly string[]): void;
  isConnected(): boolean;
  inFlight(): number;
  /**
   * The process ends. orderly: what is under way still arrives, and the broker is told · killed: the broker notices at once · power:
   * it does not
   */
  end(how: "orderly" | "killed" | "power"): void;
}>;

type Options = Readonly<{
  clock: Clock;
  random: Random;
  broker: Broker;
  version: 4 | 5;
  base: string;
  payloadLimit: number;
  lookBack: boolean;
  at(): number;
  /** Takes what a socket brings. */
  later(make: () => Impulse): void;
  /** A message reaches the process now. */
  received(message: Delivery): void;
}>;

export const openMqttLink = (options: Options): MqttLink => {
  const { clock, random, broker, version, at, later } = options;
  const unacknowledged = new Map<string, Publication>();
  let session: Session | undefined;
  let owed = false;
  let underWay = 0;
  let failures = 0;
  let connectedAt = 0;
  let cancelRetry: Cancel = () => {};
  let ended = false;

  const open = (): void => {
    if (ended) return;
    let freeAt = 0;
    const mine: Session = {
      version,
      filters: new Map(),
      // In order, however the delay changes.
      deliver(message) {
        freeAt = Math.max(freeAt, clock.now() + broker.delayMs());
        clock.at(freeAt, () => {
          if (session !== mine) return;
          options.received(message);
          later(() => indication(message));
        });
      },
      cut: () => leave(mine),
    };
    const refused = broker.connect(mine);
    if (refused !== undefined) {
      tryLater();
      return;
    }
    session = mine;
    underWay = 0;
    connectedAt = clock.now();
    owed = true;
    if (!options.lookBack) sendAgain();
    later(() => ({ for: "bridge", type: "broker.ind", connected: true, version, at: at() }));
  };

  const leave = (mine: Session): void => {
    if (session !== mine) return;
    session = undefined;
    if (ended) return;
    if (clock.now() - connectedAt >= STEADY_MS) failures = 0;
    later(() => ({ for: "bridge", type: "broker.ind", connected: false, at: at() }));
    tryLater();
  };

  const tryLater = (): void => {
    const pause = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 0;
    failures += 1;
    cancelRetry = clock.after(pause * (0.8 + 0.4 * random.next()), open);
  };

  const indication = (message: Delivery): Impulse => {
    const { topic, payload, retain, responseTopic, correlation, expiryMs } = message;
    const requests = `${options.base}/bridge/request/`;
    const limit = topic.startsWith(requests)
      ? requestLimit(topic.slice(requests.length), options.payloadLimit)
      : options.payloadLimit;
    const size = Buffer.byteLength(payload);
    return {
      for: "bridge",
      type: "message.ind",
      topic,
      payload: size > limit ? "" : payload,
      size,
      retain,
      ...(version === 5 && responseTopic !== undefined && { responseTopic }),
      ...(version === 5 && correlation !== undefined && { correlation }),
      ...(version === 5 && expiryMs !== undefined && { expiryMs }),
      at: at(),
    };
  };

  const sendAgain = (): void => {
    owed = false;
    for (const publication of unacknowledged.values()) send(publication);
  };

  let wireFree = 0;
  const send = (publication: Publication): void => {
    const mine = session;
    if (mine === undefined) return;
    const { topic, qos, retain } = publication;
    const kept = qos === 1 && retain;
    if (kept) unacknowledged.set(topic, publication);
    underWay += 1;
    if (underWay > MAX_UNDER_WAY) {
      unacknowledged.clear();
      broker.disconnect(mine, false);
      leave(mine);
      return;
    }
    wireFree = Math.max(wireFree, clock.now() + broker.delayMs());
    clock.at(wireFree, () => {
      // What is on its way when a connection breaks is lost.
      if (session !== mine || !broker.take(mine, publication)) return;
      clock.after(broker.delayMs(), () => {
        if (session !== mine) return;
        underWay -= 1;
        if (kept && unacknowledged.get(topic) === publication) unacknowledged.delete(topic);
      });
    });
  };

  cancelRetry = clock.after(FIRST_MS, open);
  return {
    publish(publication) {
      if (session !== undefined) send(publication);
    },
    subscribe(filters, retained) {
      if (session === undefined) return;
      if (owed) sendAgain();
      broker.subscribe(session, filters, retained);
    },
    lookBack(filters) {
      const mine = session;
      if (mine === undefined) return;
      clock.after(broker.delayMs(), () => {
        if (session !== mine) return;
        later(() => ({ for: "bridge", type: "look-back.con", granted: true, at: at() }));
        broker.subscribe(mine, filters, true);
      });
    },
    unsubscribe(filters) {
      if (session !== undefined) broker.unsubscribe(session, filters);
    },
    isConnected: () => session !== undefined,
    inFlight: () => underWay,
    end(how) {
      if (ended) return;
      ended = true;
      cancelRetry();
      const mine = session;
      if (mine === undefined) return;
      if (how !== "orderly") session = undefined;
      clock.after(UNNOTICED_MS[how], () => {
        session = undefined;
        broker.disconnect(mine, how === "orderly");
      });
    },
  };
};

/** As in `src/shell/mqtt.ts`. */
const BACK_OFF_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
const STEADY_MS = 10_000;
const MAX_UNDER_WAY = 4_000;
/** Until the broker knows; in order it takes until everything is acknowledged. */
const UNNOTICED_MS = { orderly: 2_000, killed: 0, power: 45_000 } as const;
/** From the start of the process to its first try. */
const FIRST_MS = 50;
