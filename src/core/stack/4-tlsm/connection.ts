import type { IndividualAddress } from "../../address.ts";
import type { TlsmConfig, TlsmStyle } from "../../config.ts";
import type { Ref, TlsmImpulse } from "../../impulse.ts";
import type { ConnectionState } from "./table.ts";

/** All connections of this device, one for each partner. A partner that is not here is in the state closed. */
export type TlsmState = Readonly<{
  config: TlsmConfig;
  connections: readonly Connection[];
  /** Given to the next T_Connect, so that its confirmation is told from that of an earlier one. */
  ref: Ref;
}>;

/** No connection yet. */
export const openTlsm = (config: TlsmConfig): TlsmState => ({ config, connections: [], ref: 1 });

/** A request that waits, as it came. */
export type DataRequest = Extract<TlsmImpulse, { type: "T_Data_Connected.req" }>;

/** What a connection knows; what only one of its states knows stands there alone. */
export type Connection = Readonly<
  | (Partner & { state: "connecting"; connect: Ref; kept: readonly DataRequest[] })
  | (Partner & { state: "openIdle" })
  | (Partner & {
      state: "openWait";
      /** The one that waits for its T_ACK. */
      outstanding: DataRequest;
      /** How often it was sent again (rep_count), 0…3. */
      repetitions: number;
      kept: readonly DataRequest[];
    })
>;

/** What every open connection knows. */
export type Partner = Readonly<{
  /** connection_address */
  peer: IndividualAddress;
  /** Who opened it: only those opened from there count against `connections`. */
  opened: "there" | "here";
  /** The T_Connect whose local confirmation is still to come. Only styles without connecting are open before that. */
  connect: Ref | null;
  /** SeqNoSend, 0…15: of the next own data, or of the one outstanding. */
  send: number;
  /** SeqNoRcv, 0…15: expected in the next data. */
  receive: number;
}>;

/** KNX 03.03.04 Transport Layer §5: acknowledge timer and T_NAK exist in all styles but this one. */
export const hasAcknowledgeTimer = (style: TlsmStyle): boolean => style !== "1r";

export const stateOf = (connection: Connection | null): ConnectionState =>
  connection?.state ?? "closed";

export const findConnection = (
  { connections }: TlsmState,
  peer: IndividualAddress,
): Connection | null => connections.find((connection) => connection.peer === peer) ?? null;

/** Requests that wait for their turn, the oldest first. */
export const keptOf = (connection: Connection | null): readonly DataRequest[] =>
  connection !== null && "kept" in connection ? connection.kept : [];
