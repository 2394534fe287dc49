import type { Apdu, ApduOf } from "../../stack/7-al/apdu.ts";
import { wordAt } from "./model/image.ts";
import type { Model } from "./model/model.ts";
import { loadedTables } from "./model/tables-view.ts";

/**
 * A_Link_Read: the group addresses of a group object, in the order of the association table, whose first one it sends to.
 * @returns without an address and with start 0 when there is no such object, or none of its addresses from there on
 * @see `layers.md` D.7
 */
export const readLinks = (
  model: Model,
  { groupObject, start }: Pick<ApduOf<"A_Link_Read">, "groupObject" | "start">,
): Apdu => {
  const service = "A_Link_Response";
  const addresses = start === 0 ? [] : linksOf(model, groupObject).slice(start - 1);
  const found = addresses.slice(0, MOST).flatMap((address) => [address >> 8, address & 0xff]);
  return found.length === 0
    ? { service, groupObject, sending: 0, start: 0, addresses: found }
    : { service, groupObject, sending: FIRST, start, addresses: found };
};

const linksOf = (model: Model, groupObject: number): readonly number[] => {
  const { addresses, associations, objects } = loadedTables(model);
  if (addresses === null || associations === null || objects === null) return [];
  if (groupObject === 0 || groupObject > wordAt(objects, 0)) return [];
  const highest = wordAt(addresses, 0);
  const links: number[] = [];
  for (let pair = 0; pair < wordAt(associations, 0); pair++) {
    const tsap = wordAt(associations, 2 + 4 * pair);
    if (wordAt(associations, 4 + 4 * pair) === groupObject && tsap >= 1 && tsap <= highest)
      links.push(wordAt(addresses, 2 * tsap));
  }
  return links;
};

/** Addresses that an answer holds. */
const MOST = 6;
/** Counted from 1. */
const FIRST = 1;
