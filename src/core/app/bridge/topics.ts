import {
  BROADCAST,
  formatGroupAddress,
  type GroupAddress,
  type GroupStyle,
  parseGroupAddress,
} from "../../address.ts";
import { get } from "../../table.ts";
import { NO_DISCOVERY } from "./discovery/config.ts";
import { type Names, NO_NAMES } from "./names.ts";

/** What a topic below `<base>/` is about: the whole grammar. `mqtt-interface.md` §4. */
export type Topic = Readonly<
  | { about: "ga"; ga: GroupAddress; leaf: GaLeaf }
  /** `role` of a `set` that is for one role only. */
  | { about: "entity"; id: string; leaf: EntityLeaf; role: string | null }
  /** `name` may have slashes. */
  | { about: "request"; name: string }
  | { about: "bridge"; leaf: string }
>;

/** Last level of the topics of a group address. */
export type GaLeaf = (typeof GA_LEAVES)[number];
const GA_LEAVES = ["state", "value", "event", "meta", "set", "get", "result"] as const;

/** Last level of the topics of an entity, but for `set/<role>`. */
export type EntityLeaf = (typeof ENTITY_LEAVES)[number];
const ENTITY_LEAVES = ["state", "set", "result"] as const;

/** How this installation writes its topics. */
export type Tree = Readonly<{ base: string; style: GroupStyle }>;

/**
 * The one grammar of topics, reading.
 * @returns undefined for a topic outside `<base>/`, and for one inside that is not spelled exactly as it is
 *   written here: another style, leading zeros, the broadcast address, a name that no object has
 */
export const parseTopic = (
  tree: Tree,
  topic: string,
  names: Names = NO_NAMES,
): Topic | undefined => {
  const start = `${tree.base}/`;
  if (!topic.startsWith(start)) return undefined;
  const [branch, ...levels] = topic.slice(start.length).split("/");
  if (branch === "bridge") {
    const leaf = levels.join("/");
    if (leaf === "") return undefined;
    const name = leaf.startsWith(REQUEST) ? leaf.slice(REQUEST.length) : "";
    return name === "" ? { about: "bridge", leaf } : { about: "request", name };
  }
  if (branch === "entity") return parseEntity(levels);
  const last = levels.pop();
  const leaf = GA_LEAVES.find((known) => known === last);
  if (leaf === undefined) return undefined;
  const text = levels.join("/");
  if (branch === "name") {
    const named = Object.hasOwn(names.addresses, text) ? names.addresses[text] : undefined;
    return named === undefined ? undefined : { about: "ga", ga: named, leaf };
  }
  if (branch !== "ga") return undefined;
  const ga = parseGroupAddress(text);
  return ga === undefined || ga === BROADCAST || formatGroupAddress(ga, tree.style) !== text
    ? undefined
    : { about: "ga", ga, leaf };
};

const parseEntity = ([id = "", last, role, ...more]: readonly string[]): Topic | undefined => {
  const leaf = ENTITY_LEAVES.find((known) => known === last);
  if (id === "" || leaf === undefined || more.length > 0) return undefined;
  if (role === undefined) return { about: "entity", id, leaf, role: null };
  return leaf === "set" && role !== "" ? { about: "entity", id, leaf, role } : undefined;
};

const REQUEST = "request/";

/** The same grammar, writing: a topic of a group address. */
export const gaTopic = (tree: Tree, ga: GroupAddress, leaf: GaLeaf): string =>
  `${tree.base}/ga/${formatGroupAddress(ga, tree.style)}/${leaf}`;

/** The same grammar, writing: a topic of the named layout. @param path as `names.ts` has it */
export const nameTopic = ({ base }: Pick<Tree, "base">, path: string, leaf: GaLeaf): string =>
  `${base}/name/${path}/${leaf}`;

/** How this installation lays out its topics. */
export type Layout = Tree & Readonly<{ topics: "address" | "name" | "both" }>;

/** Every topic with this leaf that a group address has; with both layouts, the one of the address is the first. */
export const topicsOf = (
  layout: Layout,
  names: Names,
  ga: GroupAddress,
  leaf: GaLeaf,
): readonly string[] => {
  const path = layout.topics === "address" ? undefined : get(names.paths, ga);
  if (path === undefined) return [gaTopic(layout, ga, leaf)];
  const named = nameTopic(layout, path, leaf);
  return layout.topics === "name" ? [named] : [gaTopic(layout, ga, leaf), named];
};

/** The topic beside another one: the result of a command goes where the command came from. */
export const sibling = (topic: string, leaf: GaLeaf): string =>
  `${topic.slice(0, topic.lastIndexOf("/"))}/${leaf}`;

/** Discovery of one device: `mqtt-interface.md` §18.1. */
export const discoveryTopic = (prefix: string, node: string): string =>
  `${prefix}/device/${node}/config`;

/** The same grammar, writing: a topic of an entity. */
export const entityTopic = (tree: Pick<Tree, "base">, id: string, leaf: EntityLeaf): string =>
  `${tree.base}/entity/${id}/${leaf}`;

/** The same grammar, writing: a topic of the bridge itself. */
export const bridgeTopic = (tree: Tree, leaf: string): string => `${tree.base}/bridge/${leaf}`;

/** What is read from the broker: commands only, never a topic that is published here. `mqtt-interface.md` §1.2, §3. */
export const subscriptions = (
  {
    base,
    style,
    requests,
    discovery,
  }: Tree &
    Readonly<{
      requests: "off" | "basic" | "admin";
      discovery?: Readonly<{ enabled: boolean; statusTopic: string }>;
    }>,
  names: Names = NO_NAMES,
): readonly string[] => [
  `${base}/ga/${WILDCARDS[style]}/set`,
  `${base}/ga/${WILDCARDS[style]}/get`,
  ...nameFilters(base, names, "set"),
  ...nameFilters(base, names, "get"),
  `${base}/entity/+/set`,
  `${base}/entity/+/set/+`,
  ...(requests === "off" ? [] : [`${base}/bridge/request/#`]),
  ...(discovery?.enabled ? [discovery.statusTopic] : []),
];

/** A wildcard for any number of levels would bring what is published here as well. */
const nameFilters = (base: string, { depths }: Names, leaf: GaLeaf): readonly string[] =>
  depths.map((depth) => `${base}/name/${"+/".repeat(depth)}${leaf}`);

/** Where our own states are, to be read back once. `mqtt-interface.md` §3. Those with names are there under both, or there alone. */
export const stateFilters = (
  { base, style, topics }: Layout,
  names: Names = NO_NAMES,
): readonly string[] => [
  `${base}/ga/${WILDCARDS[style]}/state`,
  ...(topics === "name" ? nameFilters(base, names, "state") : []),
];

const WILDCARDS = {
  "3-level": "+/+/+",
  "2-level": "+/+",
  free: "+",
} as const satisfies Record<GroupStyle, string>;

/**
 * Whether an answer may go to a topic that a client names: without this a client could publish with the rights of the
 * bridge. `mqtt-interface.md` §20.
 */
export const isPermittedResponseTopic = (
  tree: Tree & Readonly<{ discovery?: Readonly<{ prefix: string }> }>,
  topic: string,
  names: Names = NO_NAMES,
): boolean => {
  const { prefix } = tree.discovery ?? NO_DISCOVERY;
  if (topic === "" || topic.length > TOPIC_LENGTH || topic.startsWith("$")) return false;
  if (/[+#\0]/.test(topic) || topic.startsWith(`${prefix}/`)) return false;
  if (topic !== tree.base && !topic.startsWith(`${tree.base}/`)) return true;
  const own = parseTopic(tree, topic, names);
  return own?.about === "ga" || own?.about === "entity"
    ? own.leaf === "result"
    : own?.about === "bridge" && /^response\/./.test(own.leaf);
};

/** The standard allows 65,535 octets; one character is at most three of them. */
const TOPIC_LENGTH = 21_845;
