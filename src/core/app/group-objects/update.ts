import type { GroupAddress } from "../../address.ts";
import type { Effect } from "../../effect.ts";
import { type GroupValue, type Impulse, NOTHING } from "../../impulse.ts";
import type { Asap } from "./access-point.ts";
import { allows, FLAG, fitValue } from "./descriptor.ts";
import { move, type ObjectsState, type Turn, updates } from "./state.ts";
import { linkedTo, wordOf } from "./tables.ts";

/**
 * Every object of an address that may takes the value, and the application is told: of so many that a table which links
 * everything to one address cannot flood the stack. The others are still marked as updated.
 * @param flag what it needs besides C: W for what is written, U for what is answered
 * @param sender the object that the value comes from, if it is ours
 */
export const spread = (
  state: ObjectsState,
  ga: GroupAddress,
  value: GroupValue,
  flag: number,
  sender: Asap | null,
  at: number,
): Turn => {
  const { tables } = state;
  if (tables === null) return [state, NOTHING];
  let after = state;
  const told: Impulse[] = [];
  let updated = 0;
  let misfits = false;
  for (const asap of linkedTo(tables, ga)) {
    const word = wordOf(tables, asap);
    if (asap === sender || !allows(word, FLAG.C | flag)) continue;
    const octets = fitValue(word, value);
    if (octets === undefined) {
      misfits = true;
      continue;
    }
    const [next, action] = move(after, asap, "value received", octets);
    after = next;
    if (action !== "update") continue;
    updated++;
    if (told.length < TOLD_LIMIT)
      told.push({ for: "application", type: "object-updated.ind", asap, value, at });
  }
  if (updated === 0 && !misfits) return [state, NOTHING];
  const out: (Impulse | Effect)[] = updated > 0 ? [updates(updated), ...told] : [];
  if (updated > told.length)
    out.push({ for: "drops", type: "drop", reason: "objects.flood", octets: value.octets });
  // One of several objects with another size is a mistake in the project: said once for each telegram.
  if (misfits)
    out.push({ for: "drops", type: "drop", reason: "objects.size", octets: value.octets });
  return [after, out];
};

/** Objects of one telegram. */
const TOLD_LIMIT = 1_000;
