import {
  createJSONRPCErrorResponse,
  JSONRPCErrorCode,
  type JSONRPCResponse,
  JSONRPCServer,
} from "json-rpc-2.0";
import type { Session } from "./control.ts";
import { PROCEDURES, SERVICES } from "./methods.ts";

type Answer = JSONRPCResponse | readonly JSONRPCResponse[] | null;

/**
 * One line of a client → its answer, by JSON-RPC 2.0; null when there is none to give.
 * @returns never rejects: whatever stands in the line, the answer says what is wrong with it
 */
export const createRpc = (): ((line: string, session: Session) => Promise<Answer>) => {
  const server = new JSONRPCServer<Session>({ errorListener: () => undefined });
  for (const name of [...Object.keys(PROCEDURES), ...Object.keys(SERVICES)])
    server.addMethodAdvanced(name, async ({ method, params, id }, session) => {
      const result = await session.request(method, params, id);
      return id === undefined ? null : { jsonrpc: "2.0", id, result };
    });
  return async (line, session) => {
    try {
      return await server.receiveJSON(line, session);
    } catch {
      // A batch with something in it that is no object.
      return createJSONRPCErrorResponse(null, JSONRPCErrorCode.InvalidRequest, "Invalid Request");
    }
  };
};
