import { createServer, type Server, type Socket } from "node:net";
import type { Logger } from "pino";

export type Broker = Readonly<{
  url: string;
  port: number;
  /** The protocol version it speaks: 4 is MQTT 3.1.1. */
  version: 4;
  /** Every message published on topics that fit the filter. */
  watch(filter: string, see: (topic: string, payload: string) => void): void;
  close(): Promise<void>;
}>;

/**
 * A broker of our own, for those who have none: reachable from this machine only, nothing on disk, MQTT 3.1.1.
 * @param base topic of the bridge: a retained command below it is not kept, and reaches the bridge with its retain flag,
 *   which MQTT 3.1.1 would hide, so that the bridge refuses it
 * @throws when none of the ports is free
 */
export const openBroker = async (log: Logger, base: string, wanted = 1883): Promise<Broker> => {
  const { Aedes } = await import("aedes");
  const aedes = await Aedes.createBroker({
    authorizePublish(_client, packet, done) {
      if (packet.retain && packet.payload.length > 0 && isCommand(base, packet.topic)) {
        packet.retain = false;
        packet.properties = { userProperties: WAS_RETAINED };
      }
      done(null);
    },
    authorizeForward({ clean }, packet) {
      // A session that outlives its connection, never ours, cannot confirm what is marked as retained.
      if (clean && packet.properties?.userProperties === WAS_RETAINED) packet.retain = true;
      return packet;
    },
  });
  const server = createServer(aedes.handle);
  const port = await listen(server, wanted);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  const url = `mqtt://${HOST}:${port}`;
  if (port === wanted)
    log.info({ url }, "embedded broker listening (MQTT 3.1.1, this machine only)");
  else log.warn({ url, wanted }, "embedded broker listening on the next free port");
  return {
    url,
    port,
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
    close: () =>
      new Promise((resolve) => {
        server.close();
        aedes.close(() => {
          for (const socket of sockets) socket.destroy();
          resolve();
        });
      }),
  };
};

const isCommand = (base: string, topic: string): boolean =>
  topic.startsWith(`${base}/`) && COMMAND.test(topic.slice(base.length));

const listen = async (server: Server, wanted: number): Promise<number> => {
  for (let port = wanted; ; port++) {
    try {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host: HOST, port }, () => {
          server.off("error", reject);
          resolve();
        });
      });
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : port;
    } catch (error) {
      const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!taken || port >= wanted + PORTS_TRIED) throw error;
    }
  }
};

const COMMAND = /\/(set|get)$|^\/bridge\/request\/./;
/** Travels with the message inside the broker only: MQTT 3.1.1 knows no properties. */
const WAS_RETAINED = { retained: "refused" };
const HOST = "127.0.0.1";
const PORTS_TRIED = 50;
