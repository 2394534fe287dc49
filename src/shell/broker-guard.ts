import type { AedesOptions, AedesPublishPacket, AuthenticateError, Client } from "aedes";
import type { ListenConfig } from "../config/config.ts";
import type { Counter } from "../core/counter.ts";
import { openPacer, type Pacer, type Warn } from "./broker-limits.ts";
import { openLogin } from "./broker-login.ts";
import { mayPublish, mayRead, maySubscribe, type Own, requestName } from "./broker-rights.ts";

export type GuardOptions = Readonly<{
  own: Own;
  /** Client id of the bridge, which nobody else may take: the broker would end the bridge. */
  bridge: string;
  listen: Pick<ListenConfig, "users" | "messages">;
  /** Came in by the door of the bridge. */
  isInside(client: Client): boolean;
  /** What the bridge says there. */
  login: Readonly<{ username: string; password: string }>;
  warn: Warn;
  count(counter: Counter): void;
  /** Tells somebody that the bridge may not be asked. */
  answer(topic: string, payload: string): void;
}>;

/** Who gets in, and who may do what, once the broker listens beyond its default. Without users everybody may do everything. */
export const guardOf = (options: GuardOptions) => {
  const { own, bridge, listen, login, isInside, warn, count } = options;
  const openToAll = listen.users.length === 0;
  const userOf = openLogin(listen.users);
  const isBridge = openLogin([{ name: login.username, password: login.password }]);
  const guests = new WeakMap<Client, Guest>();

  const refuse = (
    done: Parameters<NonNullable<AedesOptions["authenticate"]>>[3],
    code: 2 | 4,
  ): void => {
    count("broker.login-refused");
    // Guessing is slow. Whoever has left meanwhile is not answered.
    setTimeout(() => done(refusal(code), false), REFUSAL_MS).unref();
  };

  const authenticate: NonNullable<AedesOptions["authenticate"]> = (
    client,
    name,
    password,
    done,
  ) => {
    if (isInside(client)) {
      if (isBridge(name, password)) done(null, true);
      else refuse(done, BAD_LOGIN);
      return;
    }
    const address = addresses.get(client) ?? "";
    const user = openToAll ? EVERYBODY : userOf(name, password);
    if (user === undefined) {
      warn(LOGIN_REFUSED, address, { address, user: name ?? "" });
      return refuse(done, BAD_LOGIN);
    }
    if (client.id === bridge) {
      warn(ID_REFUSED, address, { address, user: user.name, client: client.id });
      return refuse(done, BAD_CLIENT_ID);
    }
    guests.set(client, { ...user, pacer: openPacer(listen.messages) });
    done(null, true);
  };

  /** A message that must not be is acknowledged and thrown away: to close the connection would punish the messages after it. */
  const authorizePublish = (client: Client | null, packet: Packet): void => {
    const guest = client && guests.get(client);
    if (!guest || openToAll) return;
    const { topic } = packet;
    const verdict = mayPublish(own, guest, topic);
    if (verdict === "yes") return;
    count("broker.publish-refused");
    warn(PUBLISH_REFUSED[verdict], guest.name, { user: guest.name, topic });
    if (verdict === "admin") answerForbidden(options, packet);
    discard(packet);
  };

  return {
    authenticate,
    authorizePublish,
    /** Runs `next` when it is the client's turn. */
    paced(client: Client | null, next: () => void): void {
      const guest = client && guests.get(client);
      if (guest) guest.pacer.pass(next);
      else next();
    },
    authorizeSubscribe: ((client, subscription, done) => {
      const guest = guests.get(client);
      if (!guest || maySubscribe(guest, subscription.topic)) return done(null, subscription);
      warn(SUBSCRIBE_REFUSED, guest.name, { user: guest.name, filter: subscription.topic });
      // The code of a failure in SUBACK: MQTT 3.1.1 §3.9.3.
      done(null, null);
    }) satisfies NonNullable<AedesOptions["authorizeSubscribe"]>,
    mayRead: (client: Client, topic: string): boolean => {
      const guest = guests.get(client);
      return !guest || mayRead(guest, topic);
    },
  };
};

type Guest = ListenConfig["users"][number] & Readonly<{ pacer: Pacer }>;
type Packet = Pick<AedesPublishPacket, "topic" | "payload" | "retain">;

/** Where a client comes from, known when its connection is made. */
export const addresses = new WeakMap<Client, string>();

/** Nobody reads there: an own topic, so that the broker acknowledges the message and does nothing else with it. */
export const discard = (packet: Packet): void => {
  packet.topic = "$SYS/refused";
  packet.payload = Buffer.of();
  packet.retain = false;
};

/** The same words as the bridge's own for a request that is not allowed. */
const answerForbidden = ({ own, answer }: GuardOptions, { topic, payload }: Packet): void => {
  const name = requestName(own.base, topic) ?? "";
  const message = `${name} needs a user with admin: true in mqtt.listen.users`;
  const error = { code: "forbidden", message };
  answer(
    `${own.base}/bridge/response/${name}`,
    JSON.stringify({ ...idOf(payload), status: "error", error, ms: 0 }),
  );
};

const idOf = (payload: string | Buffer): Readonly<{ id?: unknown }> => {
  try {
    const asked: unknown = JSON.parse(payload.toString());
    return typeof asked === "object" && asked !== null && "id" in asked ? { id: asked.id } : {};
  } catch {
    return {};
  }
};

const refusal = (returnCode: 2 | 4): AuthenticateError =>
  Object.assign(new Error("refused"), { returnCode });

/** Who comes without a name to a broker without users. */
const EVERYBODY = { name: "", password: "", read: ["#", "$SYS/#"], write: ["#"], admin: true };
/** MQTT 3.1.1 §3.2.2.3 */
const BAD_CLIENT_ID = 2;
const BAD_LOGIN = 4;
const REFUSAL_MS = 1_000;

const LOGIN_REFUSED = "embedded broker: user name or password refused";
const ID_REFUSED =
  "embedded broker: refused, this client id is that of the bridge; give the client another one";
const SUBSCRIBE_REFUSED =
  "embedded broker: subscription refused; mqtt.listen.users[].read does not allow any of it";
const PUBLISH_REFUSED = {
  own: "embedded broker: message refused; on this topic the bridge alone publishes",
  write: "embedded broker: message refused; mqtt.listen.users[].write does not allow this topic",
  admin: "embedded broker: admin request refused; the user has no admin: true",
} as const;
