import type { ObjectsImpulse } from "../../app-impulse.ts";
import { NOTHING } from "../../impulse.ts";
import { allows, FLAG } from "./descriptor.ts";
import { enqueue, pump } from "./queue.ts";
import { type ObjectsState, objectOf, type Turn } from "./state.ts";
import { linkedTo, wordOf } from "./tables.ts";
import { spread } from "./update.ts";

type Indication<Type extends ObjectsImpulse["type"]> = Extract<ObjectsImpulse, { type: Type }>;

/** A_GroupValue_Write.ind and A_GroupValue_Response.ind. `device-model.md` §5.1 */
export const onValue = (
  state: ObjectsState,
  {
    type,
    destination,
    value,
    at,
  }: Indication<"A_GroupValue_Write.ind" | "A_GroupValue_Response.ind">,
): Turn =>
  spread(state, destination, value, type === "A_GroupValue_Write.ind" ? FLAG.W : FLAG.U, null, at);

/**
 * What bridge or client of this device have put on the line counts as if somebody else had. It is on the line already and is not
 * sent again, so that nothing can go round between bridge and objects.
 */
export const onOwnValue = (
  state: ObjectsState,
  { destination, service, value, at }: Indication<"own-value.ind">,
): Turn => spread(state, destination, value, service === "write" ? FLAG.W : FLAG.U, null, at);

/**
 * A_GroupValue_Read.ind: of all objects of the address the first that may be read answers, once, on the address it sends to and
 * with the priority of the question. Without a value since the start it stays silent: zeros would be invented.
 */
export const onRead = (
  state: ObjectsState,
  { destination, priority, at }: Indication<"A_GroupValue_Read.ind">,
): Turn => {
  const { tables } = state;
  if (tables === null) return [state, NOTHING];
  const asap = linkedTo(tables, destination).find((asap) =>
    allows(wordOf(tables, asap), FLAG.C | FLAG.R),
  );
  if (asap === undefined || objectOf(state, asap).value === null) return [state, NOTHING];
  const queued = enqueue(state, { asap, service: "response", priority });
  return queued === undefined
    ? [state, [{ for: "drops", type: "drop", reason: "objects.queue-full", octets: [] }]]
    : pump(queued, at);
};
