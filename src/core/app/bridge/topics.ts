import {
  BROADCAST,
  formatGroupAddress,
  type GroupAddress,
  type GroupStyle,
  parseGroupAddress,
} from "../../address.ts";

/** What a topic below `<base>/` is about: the whole grammar. `mqtt-interface.md` §4. */
export type Topic = Readonly<
  { about: "ga"; ga: GroupAddress; leaf: GaLeaf } | { about: "bridge"; leaf: string }
>;

/** Last level of the topics of a group address. */
export type GaLeaf = (typeof GA_LEAVES)[number];
const GA_LEAVES = ["state", "value", "event", "set", "get", "result"] as const;

/** How this installation writes its topics. */
export type Tree = Readonly<{ base: string; style: GroupStyle }>;

/**
 * The one grammar of topics, reading.
 * @returns undefined for a topic outside `<base>/`, and for one inside that is not spelled exactly as it is
 *   written here: another style, leading zeros, the broadcast address
 */
export const parseTopic = (tree: Tree, topic: string): Topic | undefined => {
  const start = `${tree.base}/`;
  if (!topic.startsWith(start)) return undefined;
  const [branch, ...levels] = topic.slice(start.length).split("/");
  if (branch === "bridge") {
    const leaf = levels.join("/");
    return leaf === "" ? undefined : { about: "bridge", leaf };
  }
  const last = levels.pop();
  const leaf = GA_LEAVES.find((known) => known === last);
  if (branch !== "ga" || leaf === undefined) return undefined;
  const text = levels.join("/");
  const ga = parseGroupAddress(text);
  return ga === undefined || ga === BROADCAST || formatGroupAddress(ga, tree.style) !== text
    ? undefined
    : { about: "ga", ga, leaf };
};

/** The same grammar, writing: a topic of a group address. */
export const gaTopic = (tree: Tree, ga: GroupAddress, leaf: GaLeaf): string =>
  `${tree.base}/ga/${formatGroupAddress(ga, tree.style)}/${leaf}`;

/** The same grammar, writing: a topic of the bridge itself. */
export const bridgeTopic = (tree: Tree, leaf: string): string => `${tree.base}/bridge/${leaf}`;

/** What is read from the broker: commands only, never a topic that is published here. `mqtt-interface.md` §1.2, §3. */
export const subscriptions = ({ base, style }: Tree): readonly string[] =>
  (["set", "get"] as const).map((leaf) => `${base}/ga/${WILDCARDS[style]}/${leaf}`);

const WILDCARDS = {
  "3-level": "+/+/+",
  "2-level": "+/+",
  free: "+",
} as const satisfies Record<GroupStyle, string>;

/**
 * Whether an answer may go to a topic that a client names: without this a client could publish with the rights of the
 * bridge. `mqtt-interface.md` §20.
 */
export const isPermittedResponseTopic = (tree: Tree, topic: string): boolean => {
  if (topic === "" || topic.length > TOPIC_LENGTH || topic.startsWith("$")) return false;
  if (/[+#\0]/.test(topic) || topic.startsWith(DISCOVERY_PREFIX)) return false;
  if (topic !== tree.base && !topic.startsWith(`${tree.base}/`)) return true;
  const own = parseTopic(tree, topic);
  return own?.about === "ga"
    ? own.leaf === "result"
    : own !== undefined && /^response\/./.test(own.leaf);
};

/** The standard allows 65,535 octets; one character is at most three of them. */
const TOPIC_LENGTH = 21_845;
const DISCOVERY_PREFIX = "homeassistant/";
