import { bad, type Decoded, ok } from "../../decoded.ts";
import type { Octets } from "../../octets.ts";
import { type FieldsOf, readFields, writeFields } from "./layout.ts";
import { lowBits, SERVICES, type ServiceName, serviceOf } from "./services.ts";

/*
 * APDU: two octets, then data       b0  0 0 0 0 0 0 x x    b1  x x y y y y y y
 * The code is ten bits long; services of form 4 use only its upper four and begin their fields in the other six.
 */

/** A service and its fields, as its row in `SERVICES` lays them out. */
export type Apdu = { [Name in ServiceName]: ApduOf<Name> }[ServiceName];

/** The fields of one service; of a range of codes also which one it is. */
export type ApduOf<Name extends ServiceName> = Readonly<
  { service: Name } & FieldsOf<(typeof SERVICES)[Name]["layout"]> &
    ((typeof SERVICES)[Name] extends { last: number } ? { code: number } : unknown)
>;

/** @returns the ten bits that name the service, `low` bits of form 4 included */
export const codeOf = (apdu: Octets): number => (((apdu[0] ?? 0) & 0x03) << 8) | (apdu[1] ?? 0);

/**
 * @param apdu TPCI bits of the first octet 0
 * @returns `al.unknown-service` for a code the standard does not define, `al.length` when its fields do not fit to the bit
 * @see KNX 03.03.07 Application Layer §3; `layers.md` D
 */
export const decodeApdu = (apdu: Octets): Decoded<Apdu> => {
  const code = codeOf(apdu);
  const service = apdu.length < 2 ? undefined : serviceOf(code);
  if (service === undefined) return bad("al.unknown-service");
  const row = SERVICES[service];
  const fields = readFields(row.layout, apdu, 16 - lowBits(service));
  if (fields === undefined) return bad("al.length");
  const record = "last" in row ? { service, code, ...fields } : { service, ...fields };
  return ok(record as Apdu);
};

/**
 * The APDU as octets.
 * @throws RangeError when a field does not fit its place: a bug of the caller
 */
export const encodeApdu = (apdu: Apdu): Octets => {
  const { service, ...fields } = apdu;
  const row = SERVICES[service];
  const code = "code" in apdu ? apdu.code : row.code;
  if (serviceOf(code) !== service) throw new RangeError(`${code} is no code of ${service}`);
  return writeFields(row.layout, fields, [code >> 8, code & 0xff], 16 - lowBits(service));
};
