import type { Message } from "../../../app-impulse.ts";
import { NOTHING } from "../../../impulse.ts";
import { jitter } from "../jitter.ts";
import { hashOf } from "../ledger/hash.ts";
import { withLedger } from "../ledger/state.ts";
import { type BridgeState, utc } from "../state.ts";
import type { Turn } from "../turn.ts";

/**
 * Home Assistant says that it has started, or is about to stop. It is told everything 1 to 10 s later: `mqtt-interface.md` §18.1.
 * What a broker of MQTT 3.1.1 repeats on our subscribing is no news.
 */
export const onStatus = (
  state: BridgeState,
  { payload, retain, at }: Message & Readonly<{ at: number }>,
): Turn => {
  const isOld = retain && utc(state, at) - state.broker.since < REPEATED_MS;
  if (payload !== "online" || isOld) return [state, NOTHING];
  const part = (jitter(hashOf(state.config.instanceId), state.counts.received) + 1) / 2;
  return [withLedger(state, { recall: at + FIRST_MS + part * (LAST_MS - FIRST_MS) }), NOTHING];
};

const FIRST_MS = 1_000;
const LAST_MS = 10_000;
const REPEATED_MS = 2_000;
