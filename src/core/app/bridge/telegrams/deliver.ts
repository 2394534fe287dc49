import type { GroupAddress } from "../../../address.ts";
import type { ObjectConfig } from "../../../config.ts";
import { type GroupValue, NOTHING } from "../../../impulse.ts";
import { get, put } from "../../../table.ts";
import { afterTelegram } from "../hooks.ts";
import { type BridgeState, type Held, renewed } from "../state.ts";
import { andThen, type Turn } from "../turn.ts";
import { HOUR_MS, notice, publishEvent, publishHeld, rawOf, type Telegram } from "./publish.ts";
import { sameValue } from "./same-value.ts";

/**
 * One group telegram that was on the bus, ours or another device's: counted, held, published.
 * @see `mqtt-interface.md` §5.1, §5.3, §12
 */
export const deliver = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  telegram: Telegram,
): Turn => {
  const object = get(state.objects, ga);
  const { counts, config } = state;
  const foreign = telegram.origin === "bus";
  const mismatch = telegram.meaning.mismatch;
  const counted = renewed(
    state,
    state.held,
    {
      seq: counts.seq + 1,
      lastTelegram: foreign ? at : counts.lastTelegram,
      unknownGa: counts.unknownGa + (foreign && !object ? 1 : 0),
      mismatches: counts.mismatches + (mismatch ? 1 : 0),
      received: counts.received,
      published: counts.published,
      coalesced: counts.coalesced,
      eventsDropped: counts.eventsDropped,
    },
    state.load,
  );
  const known = object !== undefined || config.unknown === "state";
  const held: Turn =
    telegram.value && known && isValue(telegram)
      ? hold(counted, ga, object, telegram, telegram.value)
      : [counted, NOTHING];
  const published = (object ? object.events : config.unknown !== "ignore")
    ? andThen(held, (after) => publishEvent(after, ga, telegram))
    : held;
  const told = andThen(published, (after) => afterTelegram(after, at, ga, telegram));
  if (mismatch) return andThen(told, (after) => noticeMismatch(after, at, ga, telegram));
  return object || config.unknown === "ignore" || !foreign
    ? told
    : andThen(told, (after) => notice(after, at, "unknown_ga", ga, Number.POSITIVE_INFINITY, {}));
};

/** The bridge's own answers to reads tell nobody anything new: they are events only. */
const isValue = ({ isAnswer }: Telegram): boolean => !isAnswer;

const hold = (
  state: BridgeState,
  ga: GroupAddress,
  object: ObjectConfig | undefined,
  telegram: Telegram,
  value: GroupValue,
): Turn => {
  const before = get(state.held, ga);
  const same = before !== undefined && sameValue(before.value, value);
  const { source, origin, ts, id } = telegram;
  const silent =
    same &&
    object?.publish === "changes" &&
    !before.stale &&
    Math.abs(ts - before.published) < (object.heartbeatMs ?? HOUR_MS) &&
    before.session > 0;
  const held: Held = {
    value,
    service: telegram.service === "response" ? "response" : "write",
    source,
    origin,
    ts,
    changed: same ? before.changed : ts,
    id,
    session: silent ? before.session : 0,
    published: before?.published ?? 0,
    stale: false,
  };
  if (!silent && state.broker.connected) return publishHeld(state, ga, held, telegram.meaning);
  const isReplaced = !silent && before?.session === 0;
  const counts = isReplaced
    ? { ...state.counts, coalesced: state.counts.coalesced + 1 }
    : state.counts;
  return [renewed(state, put(state.held, ga, held), counts, state.load), NOTHING];
};

const noticeMismatch = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  { value, meaning }: Telegram,
): Turn =>
  notice(state, at, "dpt_mismatch", ga, HOUR_MS, {
    dpt: meaning.dpt,
    ...(value && rawOf(value, meaning.type)),
  });
