/*
 * The two numbers between an application and a group address: ASAP ─ association ─ TSAP ─ address. `device-model.md` §4.
 */

/** Number of a group object, 1…65,535: its place in the group object table. */
export type Asap = number & { readonly brand: "Asap" };
/** Place of a group address in the group address table, 1…65,535. */
export type Tsap = number & { readonly brand: "Tsap" };

const checked = (value: number): number => {
  if (!Number.isInteger(value) || value < 1 || value > 0xffff)
    throw new RangeError(`not a service access point: ${value}`);
  return value;
};

/** @throws RangeError when the number is not 1…65,535: a bug of the caller */
export const Asap = (value: number): Asap => checked(value) as Asap;
/** @throws RangeError when the number is not 1…65,535: a bug of the caller */
export const Tsap = (value: number): Tsap => checked(value) as Tsap;
