import type { GroupValue } from "../../../impulse.ts";
import { EMPTY_TABLE, get, put, type Table } from "../../../table.ts";
import { atNewPlaces, placesOf } from "../reload/places.ts";
import type { LinkConfig } from "./config.ts";

/** Which links concern what, by their indexes in the configuration, and what they remember. */
export type Links = Readonly<{
  /** Those that listen to a topic. */
  byTopic: Readonly<Record<string, readonly number[]>>;
  /** Those that forward telegrams of a group address. */
  byAddress: Table<readonly number[]>;
  /** When a value last came, by link; monotonic ms. */
  heard: Table<number>;
  /** Of two-way links: what was just sent to either side. */
  sent: Table<Readonly<{ topic: readonly Sent[]; bus: readonly Sent[] }>>;
  /** What was last published, by link. */
  published: Table<string>;
}>;

/** A value that is not to come back; newest last. */
export type Sent = Readonly<{ at: number; value: GroupValue }>;

export const openLinks = (links: readonly LinkConfig[]): Links => {
  const byTopic: Record<string, readonly number[]> = {};
  let byAddress: Links["byAddress"] = EMPTY_TABLE;
  for (const [index, { ga, topic, inward, outward }] of links.entries()) {
    if (inward !== null) byTopic[topic] = [...(own(byTopic, topic) ?? []), index];
    if (outward !== null) byAddress = put(byAddress, ga, [...(get(byAddress, ga) ?? []), index]);
  }
  return { byTopic, byAddress, heard: EMPTY_TABLE, sent: EMPTY_TABLE, published: EMPTY_TABLE };
};

/** The links are other ones: those that are as before remember what they did. */
export const reopenLinks = (
  before: Links,
  from: readonly LinkConfig[],
  to: readonly LinkConfig[],
): Links => {
  const places = placesOf(from, to);
  return {
    ...openLinks(to),
    heard: atNewPlaces(before.heard, places),
    sent: atNewPlaces(before.sent, places),
    published: atNewPlaces(before.published, places),
  };
};

/** A topic may have the name of something that every object has. */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
