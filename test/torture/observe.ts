import type { Effect } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { type Account, contentKey, keyOf } from "./account.ts";

/**
 * Reads along inside the stack, in the order in which things travel, and tells the account which frames came in.
 * A frame is: bridge line.ind, nl L_Data.ind unless it is a repetition, rx.telegrams, dl.repeated if it is one.
 */
export const frameReader = (account: Account) => {
  let current: { key: string | undefined; indicated: boolean; counted: boolean } | undefined;
  const close = (): void => {
    const one = current;
    current = undefined;
    if (one?.counted && one.key !== undefined) account.heard(one.key, one.indicated);
  };
  return {
    close,
    see(item: Impulse | Effect): void {
      if (item.for === "bridge" && item.type === "line.ind") {
        close();
        if (item.own) account.echoed(item.octets);
        else current = { key: undefined, indicated: false, counted: false };
        return;
      }
      if (current === undefined) return;
      if (item.for === "nl" && item.type === "L_Data.ind") {
        current.key = contentKey(item.source, item.destination.address, item.tpdu);
        current.indicated = true;
      } else if (
        item.for === "counters" &&
        item.type === "count" &&
        item.counter === "rx.telegrams"
      )
        current.counted = true;
      else if (item.for === "drops" && item.reason === "dl.repeated")
        current.key = keyOf(item.octets);
    },
  };
};

/** Every frame handed to the link layer has one confirmation. */
export const requestBook = () => {
  let requested = 0;
  const outcomes: Record<string, number> = {};
  return {
    see(item: Impulse | Effect): void {
      if (item.for === "counters" && item.type === "count" && item.counter === "tx.requested")
        requested += item.by;
      else if (item.for === "nl" && item.type === "L_Data.con")
        outcomes[item.outcome] = (outcomes[item.outcome] ?? 0) + 1;
    },
    requested: () => requested,
    confirmed: () => Object.values(outcomes).reduce((sum, count) => sum + count, 0),
    outcomes: (): Readonly<Record<string, number>> => outcomes,
  };
};
