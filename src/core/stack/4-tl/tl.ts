import { BROADCAST } from "../../address.ts";
import type { Effect } from "../../effect.ts";
import type { Destination, Impulse, Reception, TlImpulse } from "../../impulse.ts";
import { never } from "../../never.ts";
import type { Octets } from "../../octets.ts";
import { decodeTpdu, encodeTpdu, type Mode } from "./tpci.ts";

/**
 * Transport layer: names each TPDU and sends it where it belongs. Connectionless data goes straight to the application
 * layer, whatever belongs to a connection to its state machine. It has no state of its own.
 * @see KNX 03.03.04 Transport Layer; `layers.md` B
 */
export const tl = (impulse: TlImpulse): readonly (Impulse | Effect)[] => {
  switch (impulse.type) {
    case "N_Data_Individual.ind":
      return [up(impulse, "individual")];
    case "N_Data_Group.ind":
      return [up(impulse, "group")];
    case "N_Data_Broadcast.ind":
      return [up(impulse, "broadcast")];
    case "N_Data.con":
      return confirmation(impulse);
    case "T_Data_Group.req":
      return [down({ to: "group", address: impulse.destination }, impulse.apdu, impulse)];
    case "T_Data_Broadcast.req":
      return [down({ to: "group", address: BROADCAST }, impulse.apdu, impulse)];
    case "T_Data_Individual.req":
      return [down({ to: "individual", address: impulse.destination }, impulse.apdu, impulse)];
    case "tpdu.req": {
      const { peer, tpdu, ref, at } = impulse;
      const priority = tpdu.kind === "T_Data_Connected" ? tpdu.priority : "system";
      return [down({ to: "individual", address: peer }, encodeTpdu(tpdu), { priority, ref, at })];
    }
    default:
      return never(impulse);
  }
};

type Indication = Extract<TlImpulse, { type: `${string}.ind` }>;

const up = (indication: Indication, mode: Mode): Impulse | Effect => {
  const { tpdu, source, priority, hops, repeated, at } = indication;
  const decoded = decodeTpdu(tpdu, mode, priority);
  if (!decoded.ok) return { for: "drops", type: "drop", reason: decoded.reason, octets: tpdu };
  const pdu = decoded.value;
  const reception: Reception = { source, priority, hops, repeated, at };
  switch (pdu.kind) {
    case "T_Data_Group":
      return indication.type === "N_Data_Group.ind"
        ? {
            for: "al",
            type: "T_Data_Group.ind",
            destination: indication.destination,
            apdu: pdu.apdu,
            source,
            priority,
            hops,
            repeated,
            at,
          }
        : { for: "drops", type: "drop", reason: "tl.tpci", octets: tpdu };
    case "T_Data_Tag_Group":
      return { for: "drops", type: "drop", reason: "tl.tag-group", octets: tpdu };
    case "T_Data_Broadcast":
      return { for: "al", type: "T_Data_Broadcast.ind", apdu: pdu.apdu, ...reception };
    case "T_Data_Individual":
      return { for: "al", type: "T_Data_Individual.ind", apdu: pdu.apdu, ...reception };
    default:
      return { for: "tlsm", type: "tpdu.ind", source, tpdu: pdu, at };
  }
};

const down = (
  destination: Destination,
  tpdu: Octets,
  {
    priority,
    ref,
    at,
  }: Pick<Extract<TlImpulse, { type: "T_Data_Group.req" }>, "priority" | "ref" | "at">,
): Impulse => ({ for: "nl", type: "N_Data.req", destination, priority, tpdu, ref, at });

/** The local confirmation belongs to whoever asked: its TPDU says who that was. */
const confirmation = (
  con: Extract<TlImpulse, { type: "N_Data.con" }>,
): readonly (Impulse | Effect)[] => {
  const { destination, tpdu, priority, ref, outcome, repeats, at } = con;
  const mode = modeOf(destination);
  const decoded = decodeTpdu(tpdu, mode, priority);
  if (!decoded.ok) return [];
  const pdu = decoded.value;
  const result = { ref, outcome, repeats, at };
  if (destination.to === "individual") {
    const peer = destination.address;
    switch (pdu.kind) {
      case "T_Data_Individual":
        return [
          {
            for: "al",
            type: "T_Data_Individual.con",
            destination: peer,
            apdu: pdu.apdu,
            ...result,
          },
        ];
      case "T_Connect":
      case "T_Disconnect":
      case "T_Data_Connected":
      case "T_ACK":
      case "T_NAK":
        return [{ for: "tlsm", type: "tpdu.con", peer, tpdu: pdu, ...result }];
      default:
        return [];
    }
  }
  switch (pdu.kind) {
    case "T_Data_Group":
      return [
        {
          for: "al",
          type: "T_Data_Group.con",
          destination: destination.address,
          priority,
          apdu: pdu.apdu,
          ...result,
        },
      ];
    case "T_Data_Broadcast":
      return [{ for: "al", type: "T_Data_Broadcast.con", apdu: pdu.apdu, ...result }];
    default:
      return [];
  }
};

const modeOf = (destination: Destination): Mode => {
  if (destination.to === "individual") return "individual";
  return destination.address === 0 ? "broadcast" : "group";
};
