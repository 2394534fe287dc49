import type { ConnectionTpdu, Effect, Impulse, Step, TlsmImpulse } from "../../impulse.ts";
import { never } from "../../never.ts";
import { NO_OCTETS } from "../../octets.ts";

/** Connections of this device: there are none, and it accepts none. */
export type TlsmState = Readonly<{ state: "closed" }>;

/** The only state there is. */
export const openTlsm = (): TlsmState => ({ state: "closed" });

/** Which TPDU arrived; who sent it makes no difference without a connection. */
type Event = `${ConnectionTpdu["kind"]} received`;

/** A0: nothing · A10: send T_Disconnect back to the source of the TPDU. */
type Action = "A0" | "A10";

/**
 * A device that accepts no connection: column CLOSED of style 1 in the variant for devices that refuse connections from the
 * bus (E00 and E01 answered with A10). It never answers T_Disconnect, so two such devices cannot feed each other.
 * @see KNX 03.03.04 Transport Layer §5; `layers.md` C.4
 */
// biome-ignore format: read by column
export const TABLE = {
  //                                            closed
  "T_Connect received":        /* E00 E01 */  { closed: ["closed", "A10"] },
  "T_Disconnect received":     /* E02 E03 */  { closed: ["closed", "A0"] },
  "T_Data_Connected received": /* E04…E07 */  { closed: ["closed", "A10"] },
  "T_ACK received":            /* E08…E10 */  { closed: ["closed", "A10"] },
  "T_NAK received":            /* E11…E14 */  { closed: ["closed", "A10"] },
} as const satisfies Record<Event, Record<TlsmState["state"], readonly [next: TlsmState["state"], Action]>>;

/** The transport layer state machine. */
export const tlsm = (state: TlsmState, impulse: TlsmImpulse): Step<TlsmState> => {
  switch (impulse.type) {
    case "tpdu.ind": {
      const [next, action] = TABLE[`${impulse.tpdu.kind} received`][state.state];
      return [{ state: next }, [...act(action, impulse), refusal(impulse.tpdu)]];
    }
    case "tpdu.con":
      return [state, []];
    default:
      return never(impulse);
  }
};

const act = (
  action: Action,
  { source, at }: Extract<TlsmImpulse, { type: "tpdu.ind" }>,
): readonly Impulse[] => {
  switch (action) {
    case "A0":
      return [];
    case "A10":
      return [
        { for: "tl", type: "tpdu.req", peer: source, tpdu: { kind: "T_Disconnect" }, ref: 0, at },
      ];
    default:
      return never(action);
  }
};

const refusal = (tpdu: ConnectionTpdu): Effect => ({
  for: "drops",
  type: "drop",
  reason: "tlsm.no-connection",
  octets: tpdu.kind === "T_Data_Connected" ? tpdu.apdu : NO_OCTETS,
});
