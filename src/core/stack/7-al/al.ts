import type { DropReason } from "../../drop.ts";
import type { AlImpulse, Effect, GroupValue, Impulse, Reception } from "../../impulse.ts";
import { never } from "../../never.ts";
import type { Octets } from "../../octets.ts";
import { type Apdu, decodeApdu, encodeApci } from "./apci.ts";

/**
 * Application layer: names each APDU, checks its length and whether its service may travel like this, and hands it to whoever
 * answers it. It has no state of its own.
 * @see KNX 03.03.07 Application Layer; `layers.md` D
 */
export const al = (impulse: AlImpulse): readonly (Impulse | Effect)[] => {
  switch (impulse.type) {
    case "T_Data_Group.ind":
      return [onGroup(impulse)];
    case "T_Data_Broadcast.ind":
      return [onBroadcast(impulse)];
    case "T_Data_Individual.ind":
      return [onIndividual(impulse)];
    case "T_Data_Group.con":
      return onGroupConfirmation(impulse);
    case "T_Data_Broadcast.con":
    case "T_Data_Individual.con":
      return [];
    case "A_GroupValue_Read.req":
      return [groupRequest(impulse, encodeApci(READ))];
    case "A_GroupValue_Write.req":
      return [groupRequest(impulse, groupApdu(WRITE, impulse.value))];
    case "A_GroupValue_Response.req":
      return [groupRequest(impulse, groupApdu(RESPONSE, impulse.value))];
    case "A_IndividualAddress_Response.req": {
      const { priority, ref, at } = impulse;
      const apdu = encodeApci(INDIVIDUAL_ADDRESS_RESPONSE);
      return [{ for: "tl", type: "T_Data_Broadcast.req", priority, apdu, ref, at }];
    }
    case "A_DeviceDescriptor_Response.req": {
      const { destination, priority, descriptorType, descriptor, ref, at } = impulse;
      const apdu = [...encodeApci(DESCRIPTOR_RESPONSE, descriptorType), ...descriptor];
      return [{ for: "tl", type: "T_Data_Individual.req", destination, priority, apdu, ref, at }];
    }
    default:
      return never(impulse);
  }
};

const READ = 0x000;
const RESPONSE = 0x040;
const WRITE = 0x080;
const INDIVIDUAL_ADDRESS_RESPONSE = 0x140;
const DESCRIPTOR_RESPONSE = 0x340;

const onGroup = (
  indication: Extract<AlImpulse, { type: "T_Data_Group.ind" }>,
): Impulse | Effect => {
  const { destination, apdu, source, priority, hops, repeated, at } = indication;
  const pdu = decodeApdu(apdu);
  if (pdu === undefined) return drop("al.unknown-service", apdu);
  switch (pdu.service) {
    case "A_GroupValue_Read":
      return apdu.length === 2 && pdu.low === 0
        ? {
            for: "bridge",
            type: "A_GroupValue_Read.ind",
            destination,
            source,
            priority,
            hops,
            repeated,
            at,
          }
        : drop("al.length", apdu);
    case "A_GroupValue_Write":
    case "A_GroupValue_Response":
      return {
        for: "bridge",
        type:
          pdu.service === "A_GroupValue_Write"
            ? "A_GroupValue_Write.ind"
            : "A_GroupValue_Response.ind",
        destination,
        value: groupValueOf(pdu),
        source,
        priority,
        hops,
        repeated,
        at,
      };
    default:
      return drop("al.mode", apdu);
  }
};

const onBroadcast = (
  indication: Extract<AlImpulse, { type: "T_Data_Broadcast.ind" }>,
): Impulse | Effect => {
  const { apdu } = indication;
  const pdu = decodeApdu(apdu);
  if (pdu === undefined) return drop("al.unknown-service", apdu);
  switch (pdu.service) {
    case "A_IndividualAddress_Read":
      return apdu.length === 2
        ? { for: "device", type: "A_IndividualAddress_Read.ind", ...receptionOf(indication) }
        : drop("al.length", apdu);
    default:
      return drop(BROADCAST_SERVICES.has(pdu.service) ? unsupported(pdu) : "al.mode", apdu);
  }
};

const onIndividual = (
  indication: Extract<AlImpulse, { type: "T_Data_Individual.ind" }>,
): Impulse | Effect => {
  const { apdu } = indication;
  const pdu = decodeApdu(apdu);
  if (pdu === undefined) return drop("al.unknown-service", apdu);
  switch (pdu.service) {
    case "A_DeviceDescriptor_Read":
      return apdu.length === 2
        ? {
            for: "device",
            type: "A_DeviceDescriptor_Read.ind",
            descriptorType: pdu.low,
            ...receptionOf(indication),
          }
        : drop("al.length", apdu);
    default:
      return drop(
        GROUP_SERVICES.has(pdu.service) || BROADCAST_ONLY.has(pdu.service)
          ? "al.mode"
          : unsupported(pdu),
        apdu,
      );
  }
};

/** Answers to questions nobody asked are a different thing from services this device does not offer. */
const unsupported = ({ service }: Apdu): DropReason =>
  /Response$|WriteConRes$|InfoReport$/.test(service) ? "al.response" : "al.unsupported-service";

const GROUP_SERVICES: ReadonlySet<string> = new Set([
  "A_GroupValue_Read",
  "A_GroupValue_Response",
  "A_GroupValue_Write",
  "A_GroupPropValue_Read",
  "A_GroupPropValue_Response",
  "A_GroupPropValue_Write",
  "A_GroupPropValue_InfoReport",
]);

/** `layers.md` D.2: mode B or SB and nothing else. */
const BROADCAST_ONLY: ReadonlySet<string> = new Set([
  "A_IndividualAddress_Write",
  "A_IndividualAddress_Read",
  "A_IndividualAddress_Response",
  "A_SystemNetworkParameter_Read",
  "A_SystemNetworkParameter_Response",
  "A_SystemNetworkParameter_Write",
  "A_SystemNetworkParameter_InfoReport",
  "A_IndividualAddressSerialNumber_Read",
  "A_IndividualAddressSerialNumber_Response",
  "A_IndividualAddressSerialNumber_Write",
  "A_DomainAddress_Write",
  "A_DomainAddress_Read",
  "A_DomainAddress_Response",
  "A_DomainAddressSelective_Read",
  "A_DomainAddressSerialNumber_Read",
  "A_DomainAddressSerialNumber_Response",
  "A_DomainAddressSerialNumber_Write",
]);

const BROADCAST_SERVICES: ReadonlySet<string> = new Set([
  ...BROADCAST_ONLY,
  "A_NetworkParameter_Read",
  "A_NetworkParameter_Response",
  "A_NetworkParameter_Write",
  "A_SecureService",
]);

const onGroupConfirmation = (
  con: Extract<AlImpulse, { type: "T_Data_Group.con" }>,
): readonly Impulse[] => {
  const { destination, apdu, ref, outcome, repeats, at } = con;
  const pdu = decodeApdu(apdu);
  const result = { destination, ref, outcome, repeats, at };
  switch (pdu?.service) {
    case "A_GroupValue_Read":
      return [{ for: "bridge", type: "A_GroupValue_Read.con", ...result }];
    case "A_GroupValue_Write":
      return [
        { for: "bridge", type: "A_GroupValue_Write.con", value: groupValueOf(pdu), ...result },
      ];
    case "A_GroupValue_Response":
      return [
        { for: "bridge", type: "A_GroupValue_Response.con", value: groupValueOf(pdu), ...result },
      ];
    default:
      return [];
  }
};

/** Up to 6 bits stand in the APCI octet itself; then nothing follows it. */
const groupValueOf = ({ low, data }: Apdu): GroupValue =>
  data.length === 0 ? { octets: [low], short: true } : { octets: data, short: false };

const groupApdu = (code: number, { octets, short }: GroupValue): Octets =>
  short ? encodeApci(code, (octets[0] ?? 0) & 0x3f) : [...encodeApci(code), ...octets];

const groupRequest = (
  { destination, priority, ref, at }: Extract<AlImpulse, { type: `A_GroupValue_${string}.req` }>,
  apdu: Octets,
): Impulse => ({ for: "tl", type: "T_Data_Group.req", destination, priority, apdu, ref, at });

const receptionOf = ({ source, priority, hops, repeated, at }: Reception): Reception => ({
  source,
  priority,
  hops,
  repeated,
  at,
});

const drop = (reason: DropReason, octets: Octets): Effect => ({
  for: "drops",
  type: "drop",
  reason,
  octets,
});
