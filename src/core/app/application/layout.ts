import type { Declaration, ParameterDeclaration } from "./declaration.ts";

/** Where a parameter stands in the memory of object 4. */
export type Place = Readonly<{
  /** In octets. */
  offset: number;
  /** 0…7 from the most significant bit, as ETS counts; 0 for whole octets. */
  bit: number;
  bits: number;
}>;

export type Layout = Readonly<{ places: Readonly<Record<string, Place>>; octets: number }>;

/**
 * Parameters one after another in the order of the declaration. Those below 8 bits share an octet from its most significant
 * bit on; all others begin with an octet of their own.
 */
export const layoutOf = ({ parameters }: Declaration): Layout => {
  const places: Record<string, Place> = {};
  let [offset, bit] = [0, 0];
  for (const [key, parameter] of Object.entries(parameters)) {
    const bits = bitsOf(parameter);
    if (bit > 0 && bit + bits > 8) [offset, bit] = [offset + 1, 0];
    places[key] = { offset, bit, bits };
    bit += bits;
    if (bit >= 8) [offset, bit] = [offset + Math.ceil(bit / 8), 0];
  }
  return { places, octets: bit > 0 ? offset + 1 : offset };
};

/** Bits that a parameter takes: 1…7, or whole octets. */
export const bitsOf = (parameter: ParameterDeclaration): number => {
  switch (parameter.type) {
    case "text":
      return parameter.octets * 8;
    case "float":
      return 16;
    default:
      return parameter.bits < 8 ? parameter.bits : Math.ceil(parameter.bits / 8) * 8;
  }
};
