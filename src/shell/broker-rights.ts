import type { BrokerUser } from "../config/config.ts";
import { REQUEST_GROUPS } from "../core/app/bridge/requests/names.ts";

/** What belongs to the bridge: its base topic, and the beginning of its discovery topics. */
export type Own = Readonly<{ base: string; discovery: string }>;

type Rights = Pick<BrokerUser, "read" | "write" | "admin">;

/** `admin`: the bridge would obey, because it cannot tell who sent it. */
type Verdict = "yes" | "own" | "write" | "admin";

/** Whether a user may publish on a topic: of the bridge's own, commands only. `mqtt-interface.md` §20. */
export const mayPublish = (own: Own, { write, admin }: Rights, topic: string): Verdict => {
  if (isOwn(own, topic) && !isCommand(own.base, topic)) return "own";
  if (!write.some((filter) => fits(filter, topic))) return "write";
  const name = requestName(own.base, topic);
  return !admin && name !== undefined && isAdminRequest(name) ? "admin" : "yes";
};

export const mayRead = ({ read }: Rights, topic: string): boolean =>
  read.some((filter) => fits(filter, topic));

/** Whether anything that a user may read can arrive by this subscription. */
export const maySubscribe = ({ read }: Rights, filter: string): boolean =>
  read.some((allowed) => overlap(allowed.split("/"), filter.split("/")));

/** A topic that the bridge takes commands from, whatever its layout. */
export const isCommand = (base: string, topic: string): boolean =>
  topic.startsWith(`${base}/`) && COMMAND.test(topic.slice(base.length));

/** @returns the name of the request that a topic is for */
export const requestName = (base: string, topic: string): string | undefined => {
  const start = `${base}/bridge/request/`;
  return topic.startsWith(start) ? topic.slice(start.length) : undefined;
};

const isOwn = ({ base, discovery }: Own, topic: string): boolean =>
  topic.startsWith(`${base}/`) || topic.startsWith(discovery);

const isAdminRequest = (name: string): boolean => ADMIN.has(name);

const ADMIN: ReadonlySet<string> = new Set(
  Object.entries(REQUEST_GROUPS).flatMap(([name, group]) => (group === "admin" ? [name] : [])),
);

/** MQTT 3.1.1 §4.7. */
const fits = (filter: string, topic: string): boolean =>
  filter === topic || overlap(filter.split("/"), topic.split("/"), true);

/** Whether two filters have a topic in common; `exact`: the second is a topic, so its levels are what they are. */
const overlap = (one: readonly string[], other: readonly string[], exact = false): boolean => {
  const wild = (level: string | undefined): boolean => level === "+" || level === "#";
  const hidden = (level: string | undefined): boolean => level?.startsWith("$") === true;
  // A wildcard in front is never for what begins with $.
  if ((wild(one[0]) && hidden(other[0])) || (!exact && wild(other[0]) && hidden(one[0])))
    return false;
  for (let index = 0; ; index++) {
    const [a, b] = [one[index], other[index]];
    // `a/#` is also `a`.
    if (a === "#" || (!exact && b === "#")) return true;
    if (a === undefined || b === undefined) return a === b;
    if (a !== b && a !== "+" && (exact || b !== "+")) return false;
  }
};

const COMMAND = /\/(set|get)$|^\/entity\/[^/]+\/set\/|^\/bridge\/request\/./;
