import type { GroupAddress, GroupStyle } from "../../../address.ts";
import type { Table } from "../../../table.ts";
import { bridgeTopic, entityTopic, type GaLeaf, gaTopic, nameTopic } from "../topics.ts";

/**
 * What the broker keeps of us, as it is put down for the next process: `mqtt-interface.md` §21. By what topics are about, since
 * those of an object follow from it, and with a hash of the content where that is worth one.
 */
export type KeptLedger = Readonly<{
  base: string;
  instance: string;
  style: GroupStyle;
  objects: Table<KeptObject>;
  /** Ids. */
  entities: readonly string[];
  /** By topic. */
  devices: Readonly<{ [topic: string]: KeptDevice }>;
  /** Topics that nobody needs any more and that are still there. */
  clearing: readonly string[];
}>;

/** Where an object is. */
export type KeptObject = Readonly<{
  /** Under `<base>/ga/`. */
  address: boolean;
  /** Below `<base>/name/`; null: not there. */
  path: string | null;
  /** Its bare value too. */
  value: boolean;
  /** Hash of what `…/meta` says; null: it does not, or something that nobody knows. */
  meta: number | null;
}>;

/** A discovery message. */
export type KeptDevice = Readonly<{
  /** null: it does not say what it should. */
  hash: number | null;
  /** Platform of each component, by its key. */
  components: Readonly<{ [key: string]: string }>;
}>;

/** Every topic of an object that the broker may keep. */
export const objectTopics = (
  tree: Pick<KeptLedger, "base" | "style">,
  ga: GroupAddress,
  { address, path, value }: KeptObject,
): readonly string[] => {
  const leaves: readonly GaLeaf[] = value ? ["state", "value", "meta"] : ["state", "meta"];
  return [
    ...(address ? leaves.map((leaf) => gaTopic(tree, ga, leaf)) : []),
    ...(path === null ? [] : leaves.map((leaf) => nameTopic(tree, path, leaf))),
  ];
};

export const entityTopics = (tree: Pick<KeptLedger, "base">, id: string): readonly string[] => [
  entityTopic(tree, id, "state"),
];

export const bridgeTopics = (tree: Pick<KeptLedger, "base" | "style">): readonly string[] =>
  BRIDGE_LEAVES.map((leaf) => bridgeTopic(tree, leaf));

export const BRIDGE_LEAVES: readonly string[] = ["state", "bus", "info", "health"];
