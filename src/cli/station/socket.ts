import { once } from "node:events";
import { connect } from "node:net";
import { isJSONRPCResponse, JSONRPCClient, JSONRPCErrorException } from "json-rpc-2.0";
import * as z from "zod";
import { createLines } from "../../shell/control/lines.ts";
import type { Way } from "./station.ts";

/**
 * The control socket of a running knxpi.
 * @throws Error that says why it cannot be reached
 */
export const connectSocket = async (path: string): Promise<Way> => {
  const socket = connect(path);
  await once(socket, "connect").catch((error: unknown) => {
    throw new Error(reason(path, error));
  });
  const client = new JSONRPCClient((request) => {
    socket.write(`${JSON.stringify(request)}\n`);
  });
  const listeners = new Set<Parameters<Way["listen"]>[0]>();
  let why = "it has closed the connection";
  const ended = new Promise<string>((resolve) => {
    socket.on("close", () => resolve(`knxpi at ${path}: ${why}`));
  });
  socket.on("error", () => undefined);
  const lines = createLines(LINE);
  socket.on("data", (chunk) => {
    const received = lines(Buffer.from(chunk));
    if (received === undefined) socket.destroy();
    for (const line of received ?? []) take(MESSAGE.safeParse(line).data);
  });
  const take = (message: unknown): void => {
    if (isJSONRPCResponse(message)) {
      // Without an id it is about the connection as a whole.
      if (message.id === null) why = message.error?.message ?? why;
      else client.receive(message);
      return;
    }
    const notification = NOTIFICATION.safeParse(message);
    if (!notification.success) return;
    const { method, params } = notification.data;
    for (const listener of listeners) listener(method, params);
  };
  return {
    async call(id, method, params) {
      const response = await client.requestAdvanced({ jsonrpc: "2.0", id, method, params });
      if (response.error === undefined) return response.result;
      const { message, code, data } = response.error;
      throw new JSONRPCErrorException(message, code, data);
    },
    most: PART,
    listen: (listener) => void listeners.add(listener),
    ended,
    async close() {
      socket.end();
      await ended;
    },
  };
};

const MESSAGE = z.string().transform((line, context): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    context.addIssue({ code: "custom", message: "not JSON" });
    return z.NEVER;
  }
});

const NOTIFICATION = z.object({
  method: z.string(),
  params: z.record(z.string(), z.json()).default({}),
});

/** The whole memory of a device in hex fits. */
const LINE = 64 * 1024 * 1024;

/** A line takes 65,536 octets; a character of JSON inside JSON up to 6 (`\u0000`), of ours 2 (`\"`) or a few of UTF-8. */
const PART = 10_000;

const reason = (path: string, error: unknown): string => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "ENOENT":
      return `there is no control socket at ${path}; is knxpi run started?`;
    case "ECONNREFUSED":
      return `nobody answers at ${path}: knxpi has ended without taking its socket away`;
    case "EACCES":
      return `${path} is not for this user; try sudo, or join the group that the socket belongs to`;
    default:
      return `${path}: ${error instanceof Error ? error.message : error}`;
  }
};
