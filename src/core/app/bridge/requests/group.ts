import type { GroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import { failure } from "../commands/errors.ts";
import { onGet } from "../commands/get.ts";
import { readGet, readSetEnvelope } from "../commands/payload.ts";
import { recall } from "../commands/recent.ts";
import { countRejection } from "../commands/rejections.ts";
import { type Command, keyOf } from "../commands/results.ts";
import { onSet } from "../commands/set.ts";
import type { BridgeState } from "../state.ts";
import { bridgeTopic } from "../topics.ts";
import type { Turn } from "../turn.ts";
import { answer, decline, hand } from "./answer.ts";
import { address, type Parameters, type Take } from "./parameters.ts";
import type { Ask, Reply } from "./state.ts";

/** A `get` whose result is the answer. `mqtt-interface.md` §5.6 */
export const readGroup: Take = (state, at, ask, { ga, from, max_age_s, timeout_ms }) => {
  const to = address(ga, "ga");
  if (!to.ok) return decline(state, at, ask, to.error);
  const read = readGet(JSON.stringify({ from, max_age_s, timeout_ms }));
  if (!read.ok) return decline(state, at, ask, read.error);
  return hand(state, at, ask, (after) =>
    onGet(after, at, to.value, commandOf(after, ask, to.value, null), read.request, null),
  );
};

/** A `set` whose result is the answer. An id that is a text is the id of the command as well. `mqtt-interface.md` §5.5 */
export const writeGroup: Take = (state, at, ask, parameters) => {
  const { id: _, ga, ...envelope } = parameters;
  const to = address(ga, "ga");
  if (!to.ok) return decline(state, at, ask, to.error);
  if (!hasContent(parameters)) return decline(state, at, ask, NO_CONTENT);
  const read = readSetEnvelope(envelope);
  if (!read.ok) return decline(state, at, ask, read.error);
  const { confirm } = read.request;
  const command = { ...commandOf(state, ask, to.value, idOf(ask.id)), confirm };
  return (
    repeated(state, at, ask, command) ??
    hand(state, at, ask, (after) => onSet(after, at, to.value, command, read.request))
  );
};

export const hasContent = (parameters: Parameters): boolean =>
  "value" in parameters || "raw" in parameters;

export const NO_CONTENT = failure("invalid_value", "value or raw is needed");

/** @param item that of a batch */
export const commandOf = (
  { config }: BridgeState,
  ask: Pick<Ask, "ref" | "name" | "received">,
  ga: GroupAddress,
  id: string | null,
  item = false,
): Command => ({
  target: { is: "ga", ga },
  id,
  answer: null,
  confirm: "sent",
  answered: false,
  topic: bridgeTopic(config, `request/${ask.name}`),
  payload: "",
  received: ask.received,
  part: { ask: ask.ref, item },
});

/** As with a `set`: a command whose id was seen within a minute is not executed again. */
const repeated = (state: BridgeState, at: number, ask: Ask, command: Command): Turn | undefined => {
  const seen = command.id === null ? undefined : recall(state.recent, keyOf(command), at);
  if (!seen) return undefined;
  const reply: Reply | undefined = seen.result === null ? undefined : JSON.parse(seen.result);
  return reply
    ? answer(countRejection(state, "duplicate"), at, ask, reply)
    : decline(state, at, ask, failure("duplicate", "A request with this id is being executed"));
};

const idOf = (id: JsonValue): string | null =>
  typeof id === "string" && id !== "" && id.length <= 64 ? id : null;
