import type { GroupValue } from "../../../impulse.ts";
import { sameOctets } from "../../../octets.ts";

/** Equal in every bit that travels. */
export const sameValue = (a: GroupValue, b: GroupValue): boolean =>
  a.short === b.short && sameOctets(a.octets, b.octets);
