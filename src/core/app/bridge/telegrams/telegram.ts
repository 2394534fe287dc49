import { formatIndividualAddress, type GroupAddress } from "../../../address.ts";
import type { BridgeImpulse } from "../../../app-impulse.ts";
import type { GroupValue } from "../../../impulse.ts";
import { get, put } from "../../../table.ts";
import { failure } from "../commands/errors.ts";
import { type Ending, finish } from "../commands/results.ts";
import { enter } from "../queue/line-up.ts";
import { answered, type Waiter } from "../queue/reads.ts";
import { type BridgeState, utc } from "../state.ts";
import { clockAnswer, clockType } from "../time/answer.ts";
import { andThen, forEach, type Turn } from "../turn.ts";
import { deliver } from "./deliver.ts";
import { meaningOf, rawOf, type Telegram } from "./publish.ts";

type ReadIndication = Extract<BridgeImpulse, { type: "A_GroupValue_Read.ind" }>;
type OwnValue = Extract<BridgeImpulse, { type: "own-value.ind" }>;
type ValueIndication = Extract<
  BridgeImpulse,
  { type: "A_GroupValue_Write.ind" | "A_GroupValue_Response.ind" }
>;

/** Somebody asks: answered only if the object is provided and has a value. `mqtt-interface.md` §15.1. */
export const onReadIndication = (state: BridgeState, impulse: ReadIndication): Turn => {
  const { destination: ga, priority, at } = impulse;
  const told = deliver(state, at, ga, telegramOf(state, impulse, "read", null));
  const value =
    clockType(state, ga) === undefined
      ? get(state.provided, ga)?.value
      : clockAnswer(state, at, ga);
  return value === undefined
    ? told
    : andThen(told, (after) =>
        enter(after, at, {
          class: 1,
          ga,
          service: "response",
          value,
          priority,
          merges: true,
          timeToLive: null,
          command: null,
        }),
      );
};

/** A new value, or the answer to a read. */
export const onValueIndication = (state: BridgeState, impulse: ValueIndication): Turn => {
  const { value } = impulse;
  const service = impulse.type === "A_GroupValue_Write.ind" ? "write" : "response";
  return onValue(state, impulse, telegramOf(state, impulse, service, value), value);
};

/** The same for a value that group objects or client of this device have put on the bus: only who caused it differs. */
export const onOwnValue = (state: BridgeState, impulse: OwnValue): Turn => {
  const { destination, service, value, priority, repeats, at } = impulse;
  return onValue(
    state,
    impulse,
    {
      service,
      value,
      isAnswer: false,
      meaning: meaningOf(get(state.objects, destination), value),
      source: state.config.address,
      priority,
      repeated: repeats > 0,
      origin: "internal",
      id: null,
      ts: utc(state, at),
    },
    value,
  );
};

const onValue = (
  state: BridgeState,
  { destination: ga, at }: ValueIndication | OwnValue,
  telegram: Telegram,
  value: GroupValue,
): Turn => {
  if (telegram.service === "write") return deliver(overwritten(state, ga, value), at, ga, telegram);
  const [reads, waiters] = answered(state.reads, ga);
  if (reads === state.reads) return deliver(state, at, ga, telegram);
  return andThen(deliver({ ...state, reads }, at, ga, telegram), (after) =>
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
  isAnswer: false,
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
const overwritten = (state: BridgeState, ga: GroupAddress, value: GroupValue): BridgeState =>
  get(state.objects, ga)?.provide
    ? { ...state, provided: put(state.provided, ga, { value, transmitted: value }) }
    : state;

const countAnswer = (state: BridgeState): BridgeState => {
  const { reads } = state.tallies;
  return {
    ...state,
    tallies: { ...state.tallies, reads: { ...reads, answered: reads.answered + 1 } },
  };
};
