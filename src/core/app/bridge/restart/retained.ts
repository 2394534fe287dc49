import { type GroupAddress, parseGroupAddress, parseIndividualAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import type { GroupValue } from "../../../impulse.ts";
import { parseIsoTime } from "../../../iso-time.ts";
import { parseHex } from "../../../octets.ts";
import type { KeptValue } from "./snapshot.ts";

/**
 * A retained state of our own, read back: `mqtt-interface.md` §5.1.
 * @returns undefined when it is not one, or was written without the fields that are needed
 */
export const readState = (payload: string): KeptValue | undefined => {
  const fields = readJson(payload) ?? {};
  const { dpt, service, source, ts, changed } = fields;
  const known = readValue(fields);
  const sender = typeof source === "string" ? parseIndividualAddress(source) : undefined;
  const time = textTime(ts);
  if (known === undefined || sender === undefined || time === undefined) return undefined;
  return {
    ...known,
    dpt: typeof dpt === "string" ? dpt : null,
    service: service === "response" ? "response" : "write",
    source: sender,
    ts: time,
    changed: textTime(changed) ?? time,
  };
};

/** `ga`, `raw`, and `bits` of a value that travels inside the APCI octet. */
export const readValue = ({
  ga,
  raw,
  bits,
}: Fields): Readonly<{ ga: GroupAddress; value: GroupValue }> | undefined => {
  const address = typeof ga === "string" ? parseGroupAddress(ga) : undefined;
  const octets = typeof raw === "string" ? parseHex(raw) : undefined;
  const short = typeof bits === "number";
  if (!address || octets === undefined || octets.length > MAX_OCTETS) return undefined;
  return short && octets.length !== 1 ? undefined : { ga: address, value: { octets, short } };
};

type Fields = Readonly<{ readonly [key: string]: JsonValue }>;

/** @returns undefined when it is no JSON object */
export const readJson = (payload: string): Fields | undefined => {
  const value = parse(payload);
  return isObject(value) ? value : undefined;
};

const parse = (payload: string): JsonValue => {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
};

const isObject = (value: JsonValue): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textTime = (value: JsonValue | undefined): number | undefined =>
  typeof value === "string" ? parseIsoTime(value) : undefined;

/** Of a group value in the longest frame. */
const MAX_OCTETS = 254;
