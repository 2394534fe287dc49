import { formatGroupAddress, type GroupAddress } from "../../../address.ts";
import type { Message } from "../../../app-impulse.ts";
import type { JsonValue } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { isoTime } from "../../../iso-time.ts";
import type { Octets } from "../../../octets.ts";
import { close } from "../requests/answer.ts";
import { endItem, replyOf } from "../requests/asked.ts";
import type { BridgeState } from "../state.ts";
import { EXPIRY_S, publish } from "../telegrams/publish.ts";
import {
  bridgeTopic,
  entityTopic,
  gaTopic,
  isPermittedResponseTopic,
  sibling,
  type Tree,
} from "../topics.ts";
import type { Turn } from "../turn.ts";
import { endPart } from "./batches.ts";
import { admitError } from "./error-gate.ts";
import { type Failure, tallied } from "./errors.ts";
import { recall, remember } from "./recent.ts";
import { countRejection } from "./rejections.ts";

/** A `set` or `get` as far as the one who sent it is concerned. */
export type Command = Readonly<{
  target: Target;
  id: string | null;
  /** Where its result goes; null: nobody asked for one, so that only errors are published. */
  answer: Answer | null;
  /** When its result is given. */
  confirm: "queued" | "sent";
  /** It was given: nothing more follows. */
  answered: boolean;
  topic: string;
  /** Cut, for `bridge/error`. */
  payload: string;
  /** When it arrived. */
  received: number;
  /** It is one telegram of a command that needs several: that one alone is answered. */
  part: Part | null;
}>;

/** What a command is about. */
export type Target = Readonly<{ is: "ga"; ga: GroupAddress } | { is: "entity"; id: string }>;

/** `batch`: its `ref`. */
type Part = Readonly<
  | { batch: number; role: string }
  /** Of a request, whose answer is its result; or one item of several. `ask`: its `ref`. */
  | { ask: number; item: boolean }
>;

type Answer = Readonly<{ topic: string; correlation: Octets | null }>;

/** The last step that a command reached. `mqtt-interface.md` §5.7. */
export type Stage =
  | "rejected"
  | "queued"
  | "merged"
  | "expired"
  | "dropped"
  | "sent"
  | "confirmed"
  | "response"
  | "timeout";

/** How a command ended: well, unless there is an error. */
export type Ending = Readonly<{
  stage: Stage;
  error?: Failure;
  /** When it was handed to the stack. */
  sent?: number;
  fields?: Readonly<{ [field: string]: JsonValue }>;
}>;

/**
 * The answer goes to the MQTT 5 response topic where there is one and it is permitted, otherwise to `…/result`.
 * @param id once the payload is read; null before, and when it has none
 */
export const commandOf = (
  { config, features }: BridgeState,
  message: Message & Readonly<{ at: number }>,
  target: Target,
  id: string | null,
  confirm: Command["confirm"],
): Command => {
  const { topic, payload, responseTopic, correlation, at } = message;
  const ordinary = resultTopic(config, target, topic);
  const answerTo =
    responseTopic === undefined
      ? id === null
        ? null
        : ordinary
      : isPermittedResponseTopic(config, responseTopic, features.names)
        ? responseTopic
        : ordinary;
  return {
    target,
    id,
    answer:
      answerTo === null
        ? null
        : { topic: answerTo, correlation: correlation ? [...correlation] : null },
    confirm,
    answered: false,
    topic,
    payload: payload.slice(0, PAYLOAD_CHARACTERS),
    received: at,
    part: null,
  };
};

/** In the layout in which the command came. */
const resultTopic = (tree: Tree, target: Target, topic: string): string => {
  if (target.is === "entity") return entityTopic(tree, target.id, "result");
  const isNamed = topic.startsWith(`${tree.base}/name/`);
  return isNamed ? sibling(topic, "result") : gaTopic(tree, target.ga, "result");
};

/** The one final result of a command: to whoever asked for it, or to `bridge/error` if it failed and nobody did. */
export const finish = (state: BridgeState, at: number, command: Command, ending: Ending): Turn => {
  const { part } = command;
  if (part)
    return "ask" in part
      ? finishAsked(state, at, command, part, ending)
      : finishPart(state, at, part, ending);
  const counted = ending.error ? withFailure(state, ending) : state;
  if (command.answered) return [counted, NOTHING];
  if (!command.answer)
    return ending.error ? publishError(counted, at, command, ending.error) : [counted, NOTHING];
  const document = resultDocument(counted, at, command, ending);
  const { id } = command;
  const known =
    id !== null && ending.stage !== "rejected"
      ? { ...counted, recent: remember(counted.recent, keyOf(command), at, document) }
      : counted;
  return answer(known, command.answer, document);
};

/** The result is the answer to a request, or part of it. `mqtt-interface.md` §10 */
const finishAsked = (
  state: BridgeState,
  at: number,
  command: Command,
  { ask, item }: Extract<Part, { ask: number }>,
  ending: Ending,
): Turn => {
  const counted = ending.error ? withFailure(state, ending) : state;
  if (command.answered) return [counted, NOTHING];
  if (item) return endItem(counted, at, ask, command, ending);
  const reply = replyOf(at, command, ending);
  const known =
    command.id !== null && ending.stage !== "rejected"
      ? {
          ...counted,
          recent: remember(counted.recent, keyOf(command), at, JSON.stringify(reply)),
        }
      : counted;
  return close(known, at, ask, reply);
};

/** One telegram of several; after the last one the whole is over. */
const finishPart = (
  state: BridgeState,
  at: number,
  { batch, role }: Extract<Part, { batch: number }>,
  ending: Ending,
): Turn => {
  const [batches, closed] = endPart(state.features.batches, batch, role, ending);
  const after = { ...state, features: { ...state.features, batches } };
  return closed ? finish(after, at, closed.command, closed.ending) : [after, NOTHING];
};

/** Not even queued. */
export const reject = (state: BridgeState, at: number, command: Command, error: Failure): Turn =>
  finish(state, at, command, { stage: "rejected", error });

/**
 * A command whose id was seen within a minute is not executed again.
 * @returns undefined for a new one. The first result is repeated; while there is none yet, the one to come answers both,
 *   unless the second is waiting elsewhere
 */
export const repeatedResult = (
  state: BridgeState,
  at: number,
  command: Command,
): Turn | undefined => {
  const seen = command.id === null ? undefined : recall(state.recent, keyOf(command), at);
  if (!seen || !command.answer) return undefined;
  const counted = countRejection(state, "duplicate");
  if (seen.result !== null) return answer(counted, command.answer, seen.result);
  if (command.answer.topic === resultTopic(state.config, command.target, command.topic))
    return [counted, NOTHING];
  const error = { code: "duplicate", message: "A command with this id is being executed" } as const;
  return answer(
    counted,
    command.answer,
    resultDocument(counted, at, command, { stage: "rejected", error }),
  );
};

/** From now on a command with this id is a duplicate. */
export const accept = (state: BridgeState, at: number, command: Command): BridgeState =>
  command.id === null
    ? state
    : { ...state, recent: remember(state.recent, keyOf(command), at, null) };

/** An error that belongs to no command with an answer; `target` null when the topic says nothing. */
export const publishError = (
  state: BridgeState,
  at: number,
  {
    topic,
    target,
    payload,
  }: Pick<Command, "topic" | "payload"> & Readonly<{ target: Target | null }>,
  error: Failure,
): Turn => {
  const { gate, open } = admitError(state.errors, at);
  const gated = { ...state, errors: gate };
  if (!open) return [gated, NOTHING];
  return publish(gated, {
    for: "mqtt",
    type: "publish",
    topic: bridgeTopic(state.config, "error"),
    payload: JSON.stringify({
      topic,
      ...(target?.is === "ga" && { ga: formatGroupAddress(target.ga, state.config.style) }),
      ...(target?.is === "entity" && { entity: target.id }),
      error,
      payload: payload.slice(0, PAYLOAD_CHARACTERS),
      ts: isoTime(state.epoch + at),
    }),
    qos: 1,
    retain: false,
    json: true,
  });
};

/** How many errors were held back in the second that is over. */
export const publishSuppressed = (state: BridgeState, at: number): Turn =>
  publish(
    { ...state, errors: { since: at, sent: 0, suppressed: 0 } },
    {
      for: "mqtt",
      type: "publish",
      topic: bridgeTopic(state.config, "error"),
      payload: JSON.stringify({
        suppressed: state.errors.suppressed,
        ts: isoTime(state.epoch + at),
      }),
      qos: 1,
      retain: false,
      json: true,
    },
  );

const answer = (state: BridgeState, { topic, correlation }: Answer, payload: string): Turn =>
  publish(state, {
    for: "mqtt",
    type: "publish",
    topic,
    payload,
    qos: 1,
    retain: false,
    json: true,
    expiryS: EXPIRY_S,
    ...(correlation && { correlation }),
  });

const resultDocument = (
  state: BridgeState,
  at: number,
  command: Command,
  { stage, error, sent, fields }: Ending,
): string =>
  JSON.stringify({
    ...(command.id !== null && { id: command.id }),
    status: error ? "error" : "ok",
    stage,
    ...fields,
    ...(error && { error }),
    ...(sent !== undefined && { queued_ms: Math.round(sent - command.received) }),
    total_ms: Math.round(at - command.received),
    ts: isoTime(state.epoch + at),
  });

/** Ids are the client's own: the same one on another topic is another command. */
export const keyOf = ({ topic, id }: Command): string => `${topic} ${id}`;

const withFailure = (state: BridgeState, { stage, error }: Ending): BridgeState => {
  if (!error) return state;
  if (stage === "rejected") return countRejection(state, error.code);
  const failed = tallied(state.tallies.failed, error.code);
  return { ...state, tallies: { ...state.tallies, failed } };
};

const PAYLOAD_CHARACTERS = 200;
