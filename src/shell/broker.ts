import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Aedes, AedesPublishPacket, Client } from "aedes";
import type { Logger } from "pino";
import type { ListenConfig } from "../config/config.ts";
import type { Counter } from "../core/counter.ts";
import { addresses, discard, guardOf } from "./broker-guard.ts";
import { limitMessages, openWarnings, type Warn } from "./broker-limits.ts";
import { inventLogin } from "./broker-login.ts";
import { openRetained } from "./broker-retained.ts";
import { isCommand } from "./broker-rights.ts";
import { makeServers } from "./broker-server.ts";
import { listen } from "./listen.ts";
import type { Life } from "./supervise/child.ts";

export type BrokerOptions = Readonly<{
  /** Base topic of the bridge. */
  base: string;
  /** Absent: this machine only, on `port` or a free one after it, and nobody is asked for a name. */
  house?: HouseOptions;
  port?: number;
}>;

/** For a broker that is told where to listen. */
export type HouseOptions = Readonly<{
  listen: ListenConfig;
  /** Client id and instance of the bridge. */
  clientId: string;
  instance: string;
  /** Prefix of discovery topics. */
  discovery: string;
  count(counter: Counter): void;
}>;

export type Broker = Readonly<{
  /** For the bridge. */
  url: string;
  port: number;
  /** What the bridge says there; nothing where nobody is asked. */
  login: Readonly<{ username?: string; password?: string }>;
  /** The protocol version it speaks: 4 is MQTT 3.1.1. */
  version: 4;
  /** Every message published on topics that fit the filter. */
  watch(filter: string, see: (topic: string, payload: string) => void): void;
  close(): Promise<void>;
}>;

/**
 * A broker of our own, for those who have none: MQTT 3.1.1, nothing on disk, sessions that end with their connection. A retained
 * command below `base` is not kept, and reaches the bridge with its retain flag, which MQTT 3.1.1 would hide, so that the
 * bridge refuses it.
 * @param life of the child that it is: for what goes wrong later
 * @throws when none of the ports is free, or one that the configuration names is not
 */
export const openBroker = async (
  log: Logger,
  options: BrokerOptions,
  life: Pick<Life, "broke" | "guarded"> = LONE,
): Promise<Broker> => {
  const { base } = options;
  const { Aedes } = await import("aedes");
  const warn = openWarnings(log);
  const house = options.house && openHouse(base, options.house, warn, () => aedes);
  const keep = openRetained(warn);
  const forward = life.guarded((client: Client, packet: AedesPublishPacket) => {
    if (house && !house.guard.mayRead(client, packet.topic)) return null;
    if (packet.properties?.userProperties === WAS_RETAINED) packet.retain = true;
    return packet;
  });
  const aedes: Aedes = await Aedes.createBroker({
    connectTimeout: CONNECT_MS,
    drainTimeout: DRAIN_MS,
    // A client id of any length, as everywhere else.
    maxClientsIdLength: 65_535,
    preConnect(_client, packet, done) {
      // What waits for those who may never return would fill the memory.
      packet.clean = true;
      done(null, true);
    },
    ...(house && { authenticate: life.guarded(house.guard.authenticate) }),
    ...(house && { authorizeSubscribe: life.guarded(house.guard.authorizeSubscribe) }),
    authorizePublish: life.guarded((client, packet, done) => {
      house?.guard.authorizePublish(client, packet);
      // `$SYS` is how the broker talks to itself.
      if (packet.topic.startsWith("$")) discard(packet);
      if (packet.retain && packet.payload.length > 0 && isCommand(base, packet.topic)) {
        packet.retain = false;
        packet.properties = { userProperties: WAS_RETAINED };
      }
      if (packet.retain && !(client && house?.isInside(client))) keep(packet);
      if (house) house.guard.paced(client, () => done(null));
      else done(null);
    }),
    authorizeForward: (client, packet) => forward(client, packet) ?? null,
  });
  const emitter: NodeJS.EventEmitter = aedes;
  emitter.on("error", life.broke);
  const sockets = new Set<Socket>();
  const track = (server: Server): Server =>
    server.on("connection", (socket) => {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
  const enter: (socket: Socket) => unknown = house?.takeBridge ?? aedes.handle;
  const ours = track(createServer(life.guarded(enter)));
  const servers = [ours];
  const closeAll = async (): Promise<void> => {
    for (const server of servers) server.close();
    await new Promise<void>((resolve) => aedes.close(resolve));
    for (const socket of sockets) socket.destroy();
  };
  try {
    const port = house ? await listen(ours, HOST, 0) : await listenLocally(ours, options, log);
    for (const { server, port: wanted } of house?.servers ?? []) {
      servers.push(track(server));
      await listen(server, house?.host ?? HOST, wanted);
    }
    // From here on: until now it was the answer to `listen`.
    for (const server of servers) server.on("error", life.broke);
    house?.announce(log);
    return {
      url: `mqtt://${HOST}:${port}`,
      port: options.house?.listen.port ?? port,
      login: house?.login ?? {},
      version: 4,
      watch(filter, see) {
        aedes.subscribe(
          filter,
          ({ topic, payload }, done) => {
            see(topic, payload.toString());
            done();
          },
          () => undefined,
        );
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
};

/** What a broker needs that is told where to listen: a door for the bridge alone, those of the others, and who guards them. */
const openHouse = (
  base: string,
  { listen: config, clientId, instance, discovery, count }: HouseOptions,
  warn: Warn,
  aedes: () => Aedes,
) => {
  const login = inventLogin();
  const inside = new WeakSet<Client>();
  const isInside = (client: Client): boolean => inside.has(client);
  const guard = guardOf({
    own: { base, discovery: `${discovery}/device/knx_${instance}_` },
    bridge: clientId,
    listen: config,
    login,
    isInside,
    warn,
    count,
    answer: (topic, payload) =>
      aedes().publish(
        { cmd: "publish", topic, payload, qos: 1, dup: false, retain: false },
        () => undefined,
      ),
  });
  const servers = makeServers(config, {
    handle(stream: Duplex, address) {
      const tooLong = (octets: number): void => {
        count("broker.message-refused");
        warn(TOO_LONG, address, { address, octets, limit: config.payload });
      };
      // The topic, its length and the packet id come on top of the payload.
      const limited = limitMessages(stream, config.payload + HEADER, tooLong);
      addresses.set(aedes().handle(limited), address);
    },
    refused(why, address, error) {
      count("broker.connection-refused");
      warn(NOT_IN[why], address, { address, ...(error && { error: error.message }) });
    },
  });
  const { host, port, websocket, tls, users } = config;
  return {
    guard,
    login,
    servers,
    host,
    isInside,
    takeBridge: (socket: Socket): void => {
      inside.add(aedes().handle(socket));
    },
    announce: (log: Logger): void =>
      log.info(
        {
          host,
          port,
          ...(websocket !== undefined && { websocket }),
          tls: tls !== undefined,
          users: users.length,
        },
        "embedded broker listening (MQTT 3.1.1)",
      ),
  };
};

const listenLocally = async (
  server: Server,
  { port: wanted = PORT }: BrokerOptions,
  log: Logger,
): Promise<number> => {
  for (let port = wanted; ; port++) {
    try {
      const found = await listen(server, HOST, port);
      const url = `mqtt://${HOST}:${found}`;
      if (found === wanted || wanted === 0)
        log.info({ url }, "embedded broker listening (MQTT 3.1.1, this machine only)");
      else log.warn({ url, wanted }, "embedded broker listening on the next free port");
      return found;
    } catch (error) {
      const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!taken || port >= wanted + PORTS_TRIED) throw error;
    }
  }
};

/** Nobody supervises it. */
const LONE: Pick<Life, "broke" | "guarded"> = {
  broke(error) {
    throw error;
  },
  guarded: (act) => act,
};
/** Travels with the message inside the broker only: MQTT 3.1.1 knows no properties. */
const WAS_RETAINED = { retained: "refused" };
const HOST = "127.0.0.1";
const PORT = 1883;
const PORTS_TRIED = 50;
/** Between the connection and its CONNECT. */
const CONNECT_MS = 10_000;
/** A client that does not read for so long is cut off: others wait for it. */
const DRAIN_MS = 10_000;
/** Topic of at most 65,535 octets with its length, packet id. */
const HEADER = 65_539;
const TOO_LONG = "embedded broker: message longer than mqtt.listen.payload, connection closed";
const NOT_IN = {
  full: "embedded broker: more connections than mqtt.listen.connections, refused",
  tls: "embedded broker: no TLS connection came about",
} as const;
