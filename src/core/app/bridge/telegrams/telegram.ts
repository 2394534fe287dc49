import { formatIndividualAddress } from "../../../address.ts";
import type { BridgeImpulse, GroupValue } from "../../../impulse.ts";
import { get, put } from "../../../table.ts";
import { failure } from "../commands/errors.ts";
import { type Ending, finish } from "../commands/results.ts";
import { enter } from "../queue/line-up.ts";
import { answered, type Waiter } from "../queue/reads.ts";
import { type BridgeState, utc } from "../state.ts";
import { andThen, forEach, type Turn } from "../turn.ts";
import { deliver } from "./deliver.ts";
import { meaningOf, rawOf, type Telegram } from "./publish.ts";

type ReadIndication = Extract<BridgeImpulse, { type: "A_GroupValue_Read.ind" }>;
type ValueIndication = Extract<
  BridgeImpulse,
  { type: "A_GroupValue_Write.ind" | "A_GroupValue_Response.ind" }
>;

/** Somebody asks: answered only if the object is provided and has a value. `mqtt-interface.md` §15.1. */
export const onReadIndication = (state: BridgeState, impulse: ReadIndication): Turn => {
  const { destination: ga, priority, at } = impulse;
  const told = deliver(state, at, ga, telegramOf(state, impulse, "read", null));
  const provided = get(state.provided, ga);
  return provided === undefined
    ? told
    : andThen(told, (after) =>
        enter(after, at, {
          class: 1,
          ga,
          service: "response",
          value: provided.value,
          priority,
          merges: true,
          timeToLive: null,
          command: null,
        }),
      );
};

/** A new value, or the answer to a read. */
export const onValueIndication = (state: BridgeState, impulse: ValueIndication): Turn => {
  const { destination: ga, value, at } = impulse;
  if (impulse.type === "A_GroupValue_Write.ind")
    return deliver(overwritten(state, impulse), at, ga, telegramOf(state, impulse, "write", value));
  const telegram = telegramOf(state, impulse, "response", value);
  const [reads, waiters] = answered(state.reads, ga);
  const delivered = deliver({ ...state, reads }, at, ga, telegram);
  return reads === state.reads
    ? delivered
    : andThen(delivered, (after) =>
        forEach(
          reads.outstanding.length < state.reads.outstanding.length ? countAnswer(after) : after,
          waiters,
          (each, { command }: Waiter) => finish(each, at, command, responseEnding(telegram, value)),
        ),
      );
};

/** What a `get` is told about a value. */
export const responseEnding = (
  { meaning, source }: Pick<Telegram, "meaning" | "source">,
  value: GroupValue,
): Ending => ({
  stage: "response",
  ...(meaning.mismatch && {
    error: failure("dpt_mismatch", `The answer does not have the length of ${meaning.dpt}`),
  }),
  fields: {
    value: meaning.value,
    ...rawOf(value, meaning.type),
    source: formatIndividualAddress(source),
    quality: meaning.quality,
  },
});

const telegramOf = (
  state: BridgeState,
  { destination, source, priority, hops, repeated, at }: ReadIndication | ValueIndication,
  service: Telegram["service"],
  value: GroupValue | null,
): Telegram => ({
  service,
  value,
  meaning: meaningOf(get(state.objects, destination), value),
  source,
  priority,
  hops,
  repeated,
  origin: "bus",
  id: null,
  ts: utc(state, at),
});

/** A device wrote to a provided object: from now on that is its value. */
const overwritten = (
  state: BridgeState,
  { destination: ga, value }: ValueIndication,
): BridgeState =>
  get(state.objects, ga)?.provide
    ? { ...state, provided: put(state.provided, ga, { value, transmitted: true }) }
    : state;

const countAnswer = (state: BridgeState): BridgeState => {
  const { reads } = state.tallies;
  return {
    ...state,
    tallies: { ...state.tallies, reads: { ...reads, answered: reads.answered + 1 } },
  };
};
