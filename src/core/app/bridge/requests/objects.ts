import { formatGroupAddress, GroupAddress } from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import { entries, get, put } from "../../../table.ts";
import { failure } from "../commands/errors.ts";
import { metaOf } from "../meta.ts";
import { republish } from "../reload/republish.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf, stateOf } from "../telegrams/publish.ts";
import { answer, decline, done } from "./answer.ts";
import { address, matches, number, taking, text } from "./parameters.ts";

/** Part of the objects, with what is known of each. */
export const listObjects = taking(
  { offset: number(0, 65_535, 0), limit: number(1, 200, 200), match: text },
  (state, at, ask, { offset, limit, match }) => {
    const found = [...entries(state.objects)].filter(([ga, object]) =>
      matches(match, GroupAddress(ga), object),
    );
    const items = found
      .slice(offset, offset + limit)
      .map(([, object]): JsonValue => metaOf(state, object));
    return answer(state, at, ask, done({ total: found.length, items }));
  },
);

/** One object, and its last state as it is published. */
export const getObject = taking({ ga: address }, (state, at, ask, { ga }) => {
  const object = get(state.objects, ga);
  const held = get(state.held, ga);
  const text = formatGroupAddress(ga, state.config.style);
  if (object === undefined && held === undefined)
    return decline(state, at, ask, failure("unknown_ga", `${text} is not configured`));
  const meta = object ? metaOf(state, object) : { ga: text, dpt: null };
  const last = held ? stateOf(state, ga, held, meaningOf(object, held.value)) : UNHEARD;
  return answer(state, at, ask, done({ ...meta, state: last }));
});

const UNHEARD = { value: null, quality: "unknown" } as const;

/** Every state that fits is published again, paced, with the entities it belongs to. */
export const republishStates = taking({ match: text }, (state, at, ask, { match }) => {
  const addresses = [...entries(state.held)]
    .map(([ga]) => GroupAddress(ga))
    .filter((ga) => matches(match, ga, get(state.objects, ga)));
  const again = republish(withEntitiesUntold(state, addresses), at, addresses);
  return answer(again, at, ask, done({ count: addresses.length }));
});

/** Each of them is told with the first of its states. */
const withEntitiesUntold = (
  state: BridgeState,
  addresses: readonly GroupAddress[],
): BridgeState => {
  const { entities } = state.features;
  let { sessions } = entities;
  for (const ga of addresses)
    for (const { index } of get(entities.byAddress, ga) ?? []) sessions = put(sessions, index, 0);
  return { ...state, features: { ...state.features, entities: { ...entities, sessions } } };
};
