import { createServer, type Server, type Socket } from "node:net";
import {
  createJSONRPCErrorResponse,
  createJSONRPCNotification,
  JSONRPCErrorCode,
} from "json-rpc-2.0";
import type { Logger } from "pino";
import type { Life } from "../supervise/child.ts";
import type { Control } from "./control.ts";
import { createLines } from "./lines.ts";
import { createRpc } from "./rpc.ts";
import { claim, listenWithMode } from "./socket-file.ts";

export type ControlServer = Readonly<{
  path: string;
  /** Cuts every client off and takes the file away. */
  close(): Promise<void>;
}>;

/**
 * Offers the control of the stack to whoever may open the socket file.
 * @param mode permissions of the file
 * @param life of the child that it is: for what goes wrong later
 * @throws Error in words for people: a living socket of another process, or what the system says
 */
export const serveControl = async (
  control: Control,
  { path, mode }: Readonly<{ path: string; mode: number }>,
  log: Logger,
  life: Pick<Life, "broke" | "guarded"> = lone(log),
): Promise<ControlServer> => {
  await claim(path);
  const sockets = new Set<Socket>();
  const answer = createRpc();
  const enter = life.guarded((socket: Socket): void => {
    // What it sends is none of our business until it is known to have a place.
    if (sockets.size >= CLIENTS) {
      socket.on("error", () => undefined);
      // Not left half open: nobody would ever end it.
      socket.end(lineOf(refusal(`${CLIENTS} clients are connected, which is the most`)), () =>
        socket.destroy(),
      );
      return;
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    attend(socket, control, answer, log, life);
  });
  const server: Server = createServer(enter);
  await listenWithMode(server, path, mode);
  server.on("error", life.broke);
  log.info({ path }, "control socket open");
  return {
    path,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** One client, until it goes or is cut off. */
const attend = (
  socket: Socket,
  control: Control,
  answer: ReturnType<typeof createRpc>,
  log: Logger,
  { guarded }: Pick<Life, "guarded">,
): void => {
  let lost = 0;
  const send = (message: object): void => {
    if (socket.destroyed || !socket.writable) return;
    if (socket.writableLength > CUT_OFF) {
      log.warn({ client: session.name }, "control client cut off: it does not read");
      socket.destroy();
      return;
    }
    socket.write(lineOf(message));
  };
  const notify = (method: string, params: object): void => {
    if (socket.writableLength > BACKLOG) {
      lost += 1;
      return;
    }
    tellLost();
    send(createJSONRPCNotification(method, params));
  };
  const tellLost = (): void => {
    if (lost === 0) return;
    const count = lost;
    lost = 0;
    send(createJSONRPCNotification("lost", { count }));
  };
  const session = control.join((method, params) => notify(method, { ...Object(params) }));
  const lines = createLines(LINE);

  const read = (chunk: Buffer | string): void => {
    const received = lines(Buffer.from(chunk));
    if (received === undefined) {
      socket.end(lineOf(refusal(`a line is longer than ${LINE} octets`)));
      session.leave();
      return;
    }
    for (const line of received) {
      if (line.trim() === "") continue;
      answer(line, session).then(
        (response) => response !== null && send(response),
        (error: unknown) => log.error({ err: error }, "control request failed"),
      );
    }
  };
  socket.on("data", guarded(read));
  socket.on("drain", guarded(tellLost));
  socket.on("error", (error) => log.debug({ client: session.name, error: error.message }, LOST));
  socket.on("end", guarded(session.leave));
  socket.on("close", () => {
    guarded(session.leave)();
    log.debug({ client: session.name }, "control client gone");
  });
  log.debug({ client: session.name }, "control client");
};

/** Nobody supervises it. */
const lone = (log: Logger): Pick<Life, "broke" | "guarded"> => ({
  broke: (error) => log.error({ err: error }, "control socket"),
  guarded: (act) => act,
});

const lineOf = (message: object): string => `${JSON.stringify(message)}\n`;

const refusal = (message: string): object =>
  createJSONRPCErrorResponse(null, JSONRPCErrorCode.InvalidRequest, message);

const LOST = "control client lost";
const CLIENTS = 16;
/** Octets of a line. */
const LINE = 64 * 1024;
/** Octets waiting for a client that reads slowly: beyond these it misses notifications. */
const BACKLOG = 256 * 1024;
/** Beyond these it is cut off. */
const CUT_OFF = 4 * 1024 * 1024;
