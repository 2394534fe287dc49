import type { GroupAddress, IndividualAddress } from "../../address.ts";
import type { DropReason } from "../../drop.ts";
import type { Effect } from "../../effect.ts";
import {
  type AlImpulse,
  type Confirmation,
  type ConnectedOutcome,
  FIRST_OBJECTS_REF,
  type GroupValue,
  type Impulse,
  type Mode,
  type Outcome,
  type Partner,
  type Ref,
} from "../../impulse.ts";
import { never } from "../../never.ts";
import type { Octets } from "../../octets.ts";
import { EMPTY_TABLE, get, type Table } from "../../table.ts";
import { codeOf, decodeApdu, encodeApdu } from "./apdu.ts";
import { isAnswer, mayTravel, SERVICES, serviceOf, travelsInGroups } from "./services.ts";

/**
 * Application layer: names each APDU, checks whether its service may travel like this and has this length, and hands it to
 * whoever deals with it: group values to the bridge, requests to the device, answers to the client. It has no state of its own.
 * @param objects there are group objects that ETS has loaded: group values concern them as well
 * @param provided group addresses for which the bridge has a value to answer with: two answers to one question would be a fault
 * @see KNX 03.03.07 Application Layer; `layers.md` D
 */
export const al = (
  impulse: AlImpulse,
  objects = false,
  provided: Table<unknown> = EMPTY_TABLE,
): readonly (Impulse | Effect)[] => {
  switch (impulse.type) {
    case "T_Data_Group.ind":
      return objects
        ? [onGroup(impulse, "bridge"), ...forObjects(onGroup(impulse, "objects"), provided)]
        : [onGroup(impulse, "bridge")];
    case "T_Data_Broadcast.ind":
      return [onApdu(impulse, "broadcast", impulse.source)];
    case "T_Data_Individual.ind":
      return [onApdu(impulse, "connectionless", impulse.source)];
    case "T_Data_Connected.ind":
      return [onApdu(impulse, "connected", impulse.peer)];
    case "T_Data_Group.con":
      return onGroupConfirmation(impulse, objects);
    case "T_Data_Broadcast.con":
      return onConfirmation(impulse, { mode: "broadcast" });
    case "T_Data_Individual.con":
      return onConfirmation(impulse, { mode: "connectionless", peer: impulse.destination });
    case "T_Data_Connected.con":
      return onConfirmation(impulse, { mode: "connected", peer: impulse.peer });
    case "T_Connect.ind":
    case "T_Connect.con":
    case "T_Disconnect.ind":
    case "T_Disconnect.con":
      return onConnection(impulse);
    case "A_GroupValue_Read.req":
      return [groupRequest(impulse, [0, READ])];
    case "A_GroupValue_Write.req":
      return [groupRequest(impulse, groupApdu(WRITE, impulse.value))];
    case "A_GroupValue_Response.req":
      return [groupRequest(impulse, groupApdu(RESPONSE, impulse.value))];
    case "apdu.req":
      return [onRequest(impulse)];
    default:
      return never(impulse);
  }
};

// Group telegrams are nearly all there is on a line: their four bits are compared directly, nothing is looked up or spread.
const READ = SERVICES.A_GroupValue_Read.code;
const RESPONSE = SERVICES.A_GroupValue_Response.code;
const WRITE = SERVICES.A_GroupValue_Write.code;
const FOUR_BITS = 0x3c0;

const onGroup = (
  indication: Extract<AlImpulse, { type: "T_Data_Group.ind" }>,
  to: "bridge" | "objects",
): Impulse | Effect => {
  const { destination, apdu, source, priority, hops, repeated, at } = indication;
  const code = codeOf(apdu);
  switch (code & FOUR_BITS) {
    case READ:
      return code === READ && apdu.length === 2
        ? {
            for: to,
            type: "A_GroupValue_Read.ind",
            destination,
            source,
            priority,
            hops,
            repeated,
            at,
          }
        : drop("al.length", apdu);
    case RESPONSE:
    case WRITE:
      return {
        for: to,
        type: (code & FOUR_BITS) === WRITE ? "A_GroupValue_Write.ind" : "A_GroupValue_Response.ind",
        destination,
        value: groupValueOf(apdu),
        source,
        priority,
        hops,
        repeated,
        at,
      };
    default:
      return drop(groupRefusal(code), apdu);
  }
};

/** What is not for anybody was said once already; a question that the bridge answers is not theirs. */
const forObjects = (up: Impulse | Effect, provided: Table<unknown>): readonly Impulse[] => {
  if (up.for !== "objects") return [];
  const isAnswered =
    up.type === "A_GroupValue_Read.ind" && get(provided, up.destination) !== undefined;
  return isAnswered ? [] : [up];
};

/** What is left in groups is secured values: legal, but without a key nobody here can take them. */
const groupRefusal = (code: number): DropReason => {
  const service = serviceOf(code);
  if (service === undefined) return "al.unknown-service";
  return travelsInGroups(service) ? "al.unsupported-service" : "al.mode";
};

type Indication = Extract<
  AlImpulse,
  { type: "T_Data_Broadcast.ind" | "T_Data_Individual.ind" | "T_Data_Connected.ind" }
>;

/** The mode is checked before the length: a service that may not travel like this has no length to be right. */
const onApdu = (
  { apdu, priority, at }: Indication,
  mode: Mode,
  source: IndividualAddress,
): Impulse | Effect => {
  const service = serviceOf(codeOf(apdu));
  if (service !== undefined && !mayTravel(service, mode)) return drop("al.mode", apdu);
  const decoded = decodeApdu(apdu);
  if (!decoded.ok) return drop(decoded.reason, apdu);
  const { value } = decoded;
  return {
    for: isAnswer(value.service) ? "client" : "device",
    type: "apdu.ind",
    mode,
    source,
    priority,
    apdu: value,
    at,
  };
};

const onGroupConfirmation = (
  con: Extract<AlImpulse, { type: "T_Data_Group.con" }>,
  objects: boolean,
): readonly Impulse[] => {
  const { destination, priority, apdu, ref, outcome, repeats, at } = con;
  const code = codeOf(apdu) & FOUR_BITS;
  const type = GROUP_CONFIRMATIONS[code >> 6];
  if (type === undefined) return [];
  const ended = { destination, ref, outcome, repeats, at };
  if (type === "A_GroupValue_Read.con") return [{ for: ownerOf(ref), type, ...ended }];
  const value = groupValueOf(apdu);
  const own = ownerOf(ref);
  const confirmation = confirmationTo(own, type, value, ended);
  if (outcome !== "ok") return [confirmation];
  const service = type === "A_GroupValue_Write.con" ? "write" : "response";
  const told = {
    type: "own-value.ind",
    destination,
    service,
    value,
    priority,
    repeats,
    at,
  } as const;
  const others: Impulse[] = [];
  if (own !== "bridge") others.push({ for: "bridge", ...told });
  if (own !== "objects" && objects) others.push({ for: "objects", ...told });
  return [confirmation, ...others];
};

/** Only the bridge is told the value again: it does not keep what it has sent. */
const confirmationTo = (
  own: GroupUser,
  type: "A_GroupValue_Write.con" | "A_GroupValue_Response.con",
  value: GroupValue,
  ended: Confirmation & Readonly<{ destination: GroupAddress }>,
): Impulse => {
  switch (own) {
    case "client":
      return { for: "client", type, ...ended };
    case "objects":
      return { for: "objects", type, ...ended };
    case "bridge":
      return { for: "bridge", type, value, ...ended };
  }
};

type GroupUser = "client" | "bridge" | "objects";

/** Who has made a group request. */
const ownerOf = (ref: Ref): GroupUser => {
  if (ref < 0) return "client";
  return ref >= FIRST_OBJECTS_REF ? "objects" : "bridge";
};

/** By the upper four bits of the code. */
const GROUP_CONFIRMATIONS = [
  "A_GroupValue_Read.con",
  "A_GroupValue_Response.con",
  "A_GroupValue_Write.con",
] as const;

/** The confirmation belongs to whoever asked: the device sends answers, the client everything else. */
const onConfirmation = (
  con: Readonly<{
    apdu: Octets;
    ref: Ref;
    outcome: Outcome | ConnectedOutcome;
    at: number;
  }>,
  to: Partner,
): readonly Impulse[] => {
  const decoded = decodeApdu(con.apdu);
  if (!decoded.ok) return [];
  const { ref, outcome, at } = con;
  const { value } = decoded;
  const sender = isAnswer(value.service) ? "device" : "client";
  return [{ for: sender, type: "apdu.con", to, apdu: value, ref, outcome, at }];
};

/** Others open connections to the device, the client opens its own; how they end, both must know. */
const onConnection = (
  impulse: Extract<AlImpulse, { type: `T_${"Connect" | "Disconnect"}.${string}` }>,
): readonly Impulse[] => {
  const { type, peer, at } = impulse;
  switch (type) {
    case "T_Connect.ind":
      return [{ for: "device", type, peer, at }];
    case "T_Connect.con":
      return [{ for: "client", type, peer, at }];
    default:
      return [
        { for: "device", type, peer, at },
        { for: "client", type, peer, at },
      ];
  }
};

const onRequest = (request: Extract<AlImpulse, { type: "apdu.req" }>): Impulse => {
  const { to, priority, ref, at } = request;
  const apdu = encodeApdu(request.apdu);
  switch (to.mode) {
    case "broadcast":
      return { for: "tl", type: "T_Data_Broadcast.req", priority, apdu, ref, at };
    case "connectionless": {
      const destination = to.peer;
      return { for: "tl", type: "T_Data_Individual.req", destination, priority, apdu, ref, at };
    }
    case "connected": {
      const { peer } = to;
      return { for: "tlsm", type: "T_Data_Connected.req", peer, priority, apdu, ref, at };
    }
  }
};

/** Up to 6 bits stand in the APCI octet itself; then nothing follows it. */
const groupValueOf = (apdu: Octets): GroupValue =>
  apdu.length > 2
    ? { octets: apdu.slice(2), short: false }
    : { octets: [(apdu[1] ?? 0) & 0x3f], short: true };

const groupApdu = (code: number, { octets, short }: GroupValue): Octets =>
  short ? [0, code | ((octets[0] ?? 0) & 0x3f)] : [0, code, ...octets];

const groupRequest = (
  { destination, priority, ref, at }: Extract<AlImpulse, { type: `A_GroupValue_${string}.req` }>,
  apdu: Octets,
): Impulse => ({ for: "tl", type: "T_Data_Group.req", destination, priority, apdu, ref, at });

const drop = (reason: DropReason, octets: Octets): Effect => ({
  for: "drops",
  type: "drop",
  reason,
  octets,
});
