import { JSONRPCErrorException } from "json-rpc-2.0";
import type { ProcedureErrorCode } from "../../core/app/client/procedure.ts";

/** `data.code` of an error: those of the procedures, and those of the socket itself. */
export type ControlErrorCode =
  | ProcedureErrorCode
  /** The chip only listens, for a client that asked for it. */
  | "busmonitor"
  /** By `cancel`, or because knxpi stops. */
  | "cancelled";

/** What the world refused, as JSON-RPC says it. */
export const controlError = (code: ControlErrorCode, message: string): JSONRPCErrorException =>
  new JSONRPCErrorException(message, REFUSED, { code });

/** First of the codes that JSON-RPC leaves to the server. */
const REFUSED = -32_000;
