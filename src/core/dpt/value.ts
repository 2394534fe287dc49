import type { Octets } from "../octets.ts";
import { decode, encode, findDpt } from "./dpt.ts";
import type { Value } from "./main-type.ts";

/**
 * Octets of a group value → plain JSON value, as it stands in `value` on MQTT.
 * @param dpt `9.001`, also `DPT9.001`, `DPST-9-1`
 * @param octets the value alone; types of 6 bits or less have one octet
 * @returns null when there is no value: wrong length, the type's own code for "invalid", or an unknown type; never throws
 * @see `datapoint-types.md` §10.2, `mqtt-interface.md` §6
 */
export const decodeValue = (dpt: string, octets: Octets): Value => {
  const type = findDpt(dpt);
  if (type === undefined) return null;
  const decoded = decode(type, { octets, short: type.bits <= 6 });
  return decoded.ok ? decoded.value : null;
};

/**
 * Plain JSON value → octets of a group value. Takes everything that `…/set` takes on MQTT, except `toggle`, `now` and `today`.
 * @returns as many octets as the type has; one for types of 6 bits or less
 * @throws RangeError when a number is outside the limits of the type, TypeError when the type is unknown or the value is of
 *   the wrong kind: the caller is a program, and can know
 */
export const encodeValue = (dpt: string, value: unknown): Uint8Array => {
  const type = findDpt(dpt);
  if (type === undefined) throw new TypeError(`unknown datapoint type "${dpt}"`);
  const encoded = encode(type, value);
  if (encoded.ok) return Uint8Array.from(encoded.value.octets);
  const { code, message, detail } = encoded.error;
  if (code === "out_of_range")
    throw new RangeError(`${message}, allowed are ${detail.min} to ${detail.max}`);
  throw new TypeError(message);
};
