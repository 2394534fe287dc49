import type { GroupAddress, IndividualAddress } from "../../../address.ts";
import type { GroupValue } from "../../../impulse.ts";
import { EMPTY_TABLE, get, put, type Table } from "../../../table.ts";
import type { BridgeState } from "../state.ts";
import type { Telegram } from "../telegrams/publish.ts";
import { withFeatures } from "../with-features.ts";

/** Group addresses that nobody configured and somebody uses. `mqtt-interface.md` §5.1, §10 */
export type Unknown = Readonly<{ known: Table<Sighting>; count: number }>;

/** Times in ms since 1970. */
type Sighting = Readonly<{
  count: number;
  /** null: nothing but reads. */
  last: GroupValue | null;
  sources: readonly IndividualAddress[];
  first: number;
  seen: number;
}>;

export const EMPTY_UNKNOWN: Unknown = { known: EMPTY_TABLE, count: 0 };

/** A group telegram: noted when its address is no object. Beyond the bound new addresses are only counted. */
export const noteUnknown = (
  state: BridgeState,
  ga: GroupAddress,
  { value, source, origin, ts }: Telegram,
): BridgeState => {
  if (origin !== "bus" || get(state.objects, ga) !== undefined) return state;
  const { known, count } = state.features.unknown;
  const before = get(known, ga);
  if (before === undefined && count >= MOST) return state;
  const sources = before?.sources ?? [];
  const after: Sighting = {
    count: (before?.count ?? 0) + 1,
    last: value ?? before?.last ?? null,
    sources:
      sources.includes(source) || sources.length >= MOST_SOURCES ? sources : [...sources, source],
    first: before?.first ?? ts,
    seen: ts,
  };
  const unknown = { known: put(known, ga, after), count: before ? count : count + 1 };
  return withFeatures(state, { ...state.features, unknown });
};

const MOST = 1_000;
const MOST_SOURCES = 8;
