import type { ObjectConfig } from "../../../config.ts";
import { get, put } from "../../../table.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf } from "../telegrams/publish.ts";
import type { KeptValue, Restored } from "./snapshot.ts";

/** The state with everything that is still of use of what was kept. */
export const restoreAll = (state: BridgeState, restored: Restored): BridgeState => {
  const known = restored.values.reduce(restore, state);
  let { provided } = known;
  for (const { ga, value } of restored.provided) {
    const object = get(known.objects, ga);
    const before = get(provided, ga);
    const fits = object !== undefined && !meaningOf(object, value).mismatch;
    if (fits && mayAnswer(object) && (before === undefined || before.restored))
      provided = put(provided, ga, { value, transmitted: null, restored: true });
  }
  return { ...known, provided };
};

/**
 * One value that was kept, as `restored` and stale, with its own time: unless something newer is known, the address belongs to
 * no object any more, or its length does not fit the type that the object has now.
 */
export const restore = (state: BridgeState, kept: KeptValue): BridgeState => {
  const { ga, value, service, source, ts, changed } = kept;
  const object = get(state.objects, ga);
  if (object === undefined && state.config.unknown !== "state") return state;
  const before = get(state.held, ga);
  // What this process has heard itself is newer, whatever the clock said then.
  if (before !== undefined && (before.origin !== "restored" || before.ts >= ts)) return state;
  if (meaningOf(object, value).mismatch) return state;
  const held = put(state.held, ga, {
    value,
    service,
    source,
    origin: "restored",
    ts,
    changed,
    id: null,
    session: 0,
    published: ts,
    stale: true,
  });
  const provided = get(state.provided, ga);
  return object !== undefined && mayAnswer(object) && (provided === undefined || provided.restored)
    ? {
        ...state,
        held,
        provided: put(state.provided, ga, { value, transmitted: null, restored: true }),
      }
    : { ...state, held };
};

/** Without that nobody is told what may not be true any more. `mqtt-interface.md` §15.1. */
const mayAnswer = ({ provide, answerRestored }: ObjectConfig): boolean =>
  provide && answerRestored === true;
