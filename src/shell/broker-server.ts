import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createNetServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { createWebSocketStream, WebSocketServer } from "ws";
import type { ListenConfig } from "../config/config.ts";

export type Doors = Readonly<{
  /** Who comes in by TCP, its octets decrypted. */
  handle(stream: Duplex, address: string): void;
  /** Somebody who could not come in. */
  refused(why: Refused, address: string, error?: Error): void;
}>;

type Refused = "full" | "tls";

/** The doors that the configuration asks for, not open yet: TCP or TLS, and WebSocket over the same if wanted. */
export const makeServers = (
  { tls, websocket, port, connections, payload }: ListenConfig,
  doors: Doors,
): readonly Readonly<{ server: Server; port: number }>[] => {
  const options = tls && tlsOptions(tls);
  let count = 0;
  const guarded = (server: Server): Server =>
    server
      .on("connection", (socket) => {
        if (count >= connections) {
          doors.refused("full", addressOf(socket));
          socket.destroy();
          return;
        }
        count += 1;
        socket.once("close", () => {
          count -= 1;
        });
      })
      .on("tlsClientError", (error: Error, socket: Socket) =>
        doors.refused("tls", addressOf(socket), error),
      );
  const enter = (socket: Socket): void => {
    // One too many.
    if (!socket.destroyed) doors.handle(socket, addressOf(socket));
  };
  const plain = options ? createTlsServer(options, enter) : createNetServer();
  guarded(plain);
  if (!options) plain.on("connection", enter);
  const servers = [{ server: plain, port }];
  if (websocket === undefined) return servers;
  const http = options ? createHttpsServer(options, sendAway) : createHttpServer(sendAway);
  upgrade(http, payload + FIXED_HEADER, doors);
  return [...servers, { server: guarded(http), port: websocket }];
};

/** A browser that wants a page: nobody else would ever answer it, and its connection would count. */
const sendAway: RequestListener = (_request, response) => {
  response.writeHead(UPGRADE_REQUIRED, { Connection: "close", Upgrade: "websocket" });
  response.end("WebSocket only\n");
};

/** MQTT 3.1.1 §6: the subprotocol is `mqtt`, messages are binary, and packets are cut as the sender likes. */
const upgrade = (
  server: ReturnType<typeof createHttpServer>,
  maxPayload: number,
  doors: Doors,
): void => {
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: false,
    maxPayload,
    handleProtocols: (asked) => (asked.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  // What happens to the server is told to whoever opened it.
  sockets.on("error", () => undefined);
  sockets.on("connection", (socket, request) => {
    const address = request.socket.remoteAddress ?? "";
    // Also of a client that is refused: what it sends until it is gone may be no frame at all.
    socket.on("error", () => socket.terminate());
    if (socket.protocol === SUBPROTOCOL) doors.handle(createWebSocketStream(socket), address);
    else socket.close(PROTOCOL_ERROR, "subprotocol mqtt is needed");
  });
};

const tlsOptions = ({
  cert,
  key,
  keyPassword,
  ca,
}: NonNullable<ListenConfig["tls"]>): TlsOptions => ({
  cert,
  key,
  ...(keyPassword !== undefined && { passphrase: keyPassword }),
  ...(ca !== undefined && { ca, requestCert: true, rejectUnauthorized: true }),
  minVersion: "TLSv1.2",
  handshakeTimeout: HANDSHAKE_MS,
});

const addressOf = ({ remoteAddress = "" }: Socket): string => remoteAddress;

const SUBPROTOCOL = "mqtt";
/** RFC 6455 §7.4.1 */
const UPGRADE_REQUIRED = 426;
const PROTOCOL_ERROR = 1002;
/** Type and length of a packet, octets. */
const FIXED_HEADER = 5;
const HANDSHAKE_MS = 10_000;
