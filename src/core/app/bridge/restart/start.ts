import type { BridgeImpulse } from "../../../app-impulse.ts";
import { NOTHING } from "../../../impulse.ts";
import { entries } from "../../../table.ts";
import { openAgenda, scheduleAll } from "../agenda.ts";
import { appointmentsOf } from "../hooks.ts";
import { type Before, renewLedger } from "../ledger/renew.ts";
import type { BridgeState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { planSnapshot, withRestart } from "./keep.ts";
import { restoreAll } from "./restore.ts";

type StartIndication = Extract<BridgeImpulse, { type: "start.ind" }>;

/** The process begins: what was kept is known again, and everything that happens later is planned. `mqtt-interface.md` §16.3. */
export const onStart = (state: BridgeState, { restored, at }: StartIndication): Turn => {
  const known = restoreAll(state, restored);
  const before: Before = { ledger: restored.ledger ?? null, values: restored.values };
  return [planAnew(withRestart(known, { damaged: restored.damaged }), at, before), NOTHING];
};

/**
 * The configuration is another one: what follows from it is planned anew. What somebody has planned besides stays.
 * @param before what the last process has kept, at the start
 */
export const planAnew = (state: BridgeState, at: number, before?: Before): BridgeState => {
  const objects = [...entries(state.objects)].length;
  const intervalMs = Math.max(INTERVAL_MS, objects * PER_OBJECT_MS);
  const planned = appointmentsOf(state, at);
  const kinds = new Set(planned.map(({ what }) => what));
  const others = [...entries(state.features.agenda.slots)]
    .flatMap(([, appointments]) => appointments)
    .filter(({ what }) => !kinds.has(what));
  const agenda = scheduleAll(openAgenda(at), [...others, ...planned]);
  const kept = withRestart({ ...state, features: { ...state.features, agenda } }, { intervalMs });
  return renewLedger(planSnapshot(kept, at), at, before);
};

const INTERVAL_MS = 60_000;
/** Of 3,000 objects and more the snapshot is written less often: about 5 kB a second at most, for memory cards wear. */
const PER_OBJECT_MS = 20;
