import { NOTHING } from "../../../impulse.ts";
import { entries, get } from "../../../table.ts";
import { type BridgeState, utc } from "../state.ts";
import type { Turn } from "../turn.ts";
import { wantFirst } from "./background.ts";
import { withReading } from "./stale.ts";
import type { Want } from "./state.ts";

/** The bus is there (again): whoever has something to say is let speak first. `mqtt-interface.md` §16.2. */
export const listen = (state: BridgeState, at: number, awayMs: number | null): Turn => {
  const { listening } = state.features.reading;
  // Gone again while we listened: the whole of it counts as one outage.
  const away =
    listening?.awayMs === null || awayMs === null ? null : Math.max(awayMs, listening?.awayMs ?? 0);
  return [
    withReading(state, { listening: { from: at, until: at + LISTENING_MS, awayMs: away } }),
    NOTHING,
  ];
};

/** When the listening is over. */
export const listeningDue = ({ features }: BridgeState): number | null =>
  features.reading.listening?.until ?? null;

/** What should be known after a start and after an outage, what is known for the longest time first. `mqtt-interface.md` §14. */
export const readInitially = (state: BridgeState, at: number, awayMs: number | null): Turn => {
  if (awayMs !== null && awayMs <= OUTAGE_MS) return [state, NOTHING];
  const since = utc(state, at) - LISTENING_MS;
  const known: (Want & { ts: number })[] = [];
  for (const [, { ga, readOnInit }] of entries(state.objects))
    if (readOnInit) known.push({ ga, since, ts: get(state.held, ga)?.ts ?? 0 });
  known.sort((a, b) => a.ts - b.ts);
  return [
    wantFirst(
      state,
      known.map(({ ga }) => ({ ga, since })),
    ),
    NOTHING,
  ];
};

const LISTENING_MS = 5_000;
const OUTAGE_MS = 5_000;
