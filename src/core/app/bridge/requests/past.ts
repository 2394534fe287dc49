import type { GroupAddress, IndividualAddress } from "../../../address.ts";
import type { GroupValue, Priority } from "../../../impulse.ts";
import { EMPTY_TABLE, get, put, type Table } from "../../../table.ts";
import type { BridgeState, Origin } from "../state.ts";
import type { Telegram } from "../telegrams/publish.ts";
import { withHistory } from "../with-features.ts";

/** The last group telegrams, in memory only. `mqtt-interface.md` §10 */
export type History = Readonly<{
  /** By number, modulo 65,536. */
  ring: Table<Past>;
  /** How many there have been. */
  count: number;
}>;

export type Past = Readonly<{
  ga: GroupAddress;
  service: Telegram["service"];
  value: GroupValue | null;
  source: IndividualAddress;
  priority: Priority;
  origin: Origin;
  /** ms since 1970. */
  ts: number;
}>;

export const EMPTY_HISTORY: History = { ring: EMPTY_TABLE, count: 0 };

/** One more, in place of the oldest. */
export const noteHistory = (
  state: BridgeState,
  ga: GroupAddress,
  { service, value, source, priority, origin, ts }: Telegram,
): BridgeState => {
  if (state.config.history === 0) return state;
  const { ring, count } = state.history;
  const past = { ga, service, value, source, priority, origin, ts };
  return withHistory(state, { ring: put(ring, count % sizeOf(state), past), count: count + 1 });
};

/** All that is kept, oldest first. */
export const pastOf = (state: BridgeState): readonly Past[] => {
  const { ring, count } = state.history;
  const size = sizeOf(state);
  const all: Past[] = [];
  for (let n = Math.max(0, count - size); n < count; n++) {
    const past = get(ring, n % size);
    if (past !== undefined) all.push(past);
  }
  return all;
};

const sizeOf = ({ config }: BridgeState): number => Math.min(config.history, RING);

/** Of a table. */
const RING = 0x1_0000;
