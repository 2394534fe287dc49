import {
  formatGroupAddress,
  formatIndividualAddress,
  type GroupAddress,
  type GroupStyle,
} from "./address.ts";
import type { Value } from "./dpt/dpt.ts";
import { decodeValue } from "./dpt/value.ts";
import type { DropReason } from "./drop.ts";
import type { Priority } from "./impulse.ts";
import { type Octets, toCompactHex } from "./octets.ts";
import { decodeFrame } from "./stack/2-dl/frame.ts";
import { decodeTpdu, type Mode, type Tpdu } from "./stack/4-tl/tpci.ts";
import { type Apdu, codeOf, decodeApdu } from "./stack/7-al/apdu.ts";
import { lowBits, serviceOf } from "./stack/7-al/services.ts";

/** What a TP1 frame means, in words. */
export type Explanation = Readonly<
  | {
      ok: true;
      kind: "standard" | "extended";
      priority: Priority;
      repeated: boolean;
      /** `1.1.5` */
      source: string;
      /** `1/2/3`, or `1.1.6` */
      destination: string;
      destinationKind: "group" | "broadcast" | "individual";
      hops: number;
      /** The TPDU as the standard names it. */
      tpci: Tpdu["kind"];
      /** Numbered TPDUs: 0…15. */
      sequence?: number;
      /** The service as the standard names it; null without an APDU, or when the code is none. */
      apci: string | null;
      /** Services with a number in their second octet: channel, descriptor type, count of octets. */
      number?: number;
      /** Data of the service in hex; a group value of 6 bits or less is one octet. */
      data: string;
      /** What the service says, field by field, octets in hex; absent when its length is wrong. */
      fields?: Readonly<Record<string, number | string>>;
      /** Group values whose type is known. */
      dpt?: string;
      value?: Value;
    }
  | { ok: false; reason: DropReason }
>;

/** How to write what cannot be known from the frame alone. */
export type ExplainOptions = Readonly<{
  style?: GroupStyle;
  /** The datapoint type of a group address. */
  dptOf?: (address: GroupAddress) => string | undefined;
}>;

/**
 * Frame, TPDU and APDU in one go, for people and for tests; the stack itself decodes layer by layer.
 * @param octets a whole TP1 frame, control field first, check octet last
 * @returns why it is none instead of throwing
 */
export const explainFrame = (octets: Octets, options: ExplainOptions = {}): Explanation => {
  const frame = decodeFrame(octets);
  if (!frame.ok) return frame;
  const { source, destination, priority, repeated, hops, tpdu } = frame.value;
  const group = destination.to === "group";
  const destinationKind = !group ? "individual" : destination.address === 0 ? "broadcast" : "group";
  const pdu = decodeTpdu(tpdu, destinationKind satisfies Mode, priority);
  if (!pdu.ok) return pdu;
  return {
    ok: true,
    kind: ((octets[0] ?? 0) & 0x80) !== 0 ? "standard" : "extended",
    priority,
    repeated,
    source: formatIndividualAddress(source),
    destination: group
      ? formatGroupAddress(destination.address, options.style)
      : formatIndividualAddress(destination.address),
    destinationKind,
    hops,
    tpci: pdu.value.kind,
    ...("sequence" in pdu.value ? { sequence: pdu.value.sequence } : {}),
    ...service(pdu.value, group ? options.dptOf?.(destination.address) : undefined),
  };
};

type Service = Pick<
  Extract<Explanation, { ok: true }>,
  "apci" | "number" | "data" | "fields" | "dpt" | "value"
>;

const service = (pdu: Tpdu, dpt: string | undefined): Service => {
  if (!("apdu" in pdu)) return { apci: null, data: "" };
  const code = codeOf(pdu.apdu);
  const apci = serviceOf(code);
  if (apci === undefined) return { apci: null, data: toCompactHex(pdu.apdu) };
  const decoded = decodeApdu(pdu.apdu);
  const fields = decoded.ok ? { fields: fieldsOf(decoded.value) } : {};
  const low = code & 0x3f;
  const rest = pdu.apdu.slice(2);
  switch (apci) {
    case "A_GroupValue_Read":
      return { apci, data: "", ...fields };
    case "A_GroupValue_Response":
    case "A_GroupValue_Write": {
      const octets = rest.length === 0 ? [low] : rest;
      const value = dpt === undefined ? {} : { dpt, value: decodeValue(dpt, octets) };
      return { apci, data: toCompactHex(octets), ...fields, ...value };
    }
    default: {
      const number = lowBits(apci) > 0 ? { number: low } : {};
      return { apci, ...number, data: toCompactHex(rest), ...fields };
    }
  }
};

const fieldsOf = ({ service: _, ...fields }: Apdu): Readonly<Record<string, number | string>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "number" ? value : toCompactHex(value),
    ]),
  );
