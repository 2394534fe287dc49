import type { GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { EMPTY_TABLE, entries, get, put } from "../../../table.ts";
import { type Appointment, schedule } from "../agenda.ts";
import { type BridgeState, utc } from "../state.ts";
import { publish, type Telegram } from "../telegrams/publish.ts";
import { entityTopic } from "../topics.ts";
import { forEach, type Turn } from "../turn.ts";
import type { EntityOf } from "./config.ts";
import { openOf } from "./cover.ts";
import { entityDocument, viewOf } from "./document.ts";
import { arrived, type Movement, moved } from "./movement.ts";
import type { Link } from "./state.ts";

/** A telegram: the entities that it belongs to say so. `mqtt-interface.md` §7 */
export const tellEntities = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  telegram: Telegram,
): Turn => {
  const links = get(state.features.entities.byAddress, ga);
  return links === undefined || telegram.value === null || telegram.isAnswer
    ? [state, NOTHING]
    : forEach(state, links, (each, link) => tellOne(each, at, ga, telegram, link));
};

/** A new connection: once for each entity, with the first of its group addresses whose state is published. */
export const tellEntitiesAgain = (state: BridgeState, ga: GroupAddress): Turn => {
  const links = get(state.features.entities.byAddress, ga);
  if (links === undefined) return [state, NOTHING];
  const { session } = state.broker;
  return forEach(state, links, (each, { index }) => {
    const { entities } = each.features;
    if (get(entities.sessions, index) === session) return [each, NOTHING];
    const sessions = put(entities.sessions, index, session);
    return publishEntity(withEntities(each, { ...entities, sessions }), index);
  });
};

/** A new connection has all states: now for the covers that have arrived while nobody could be told. */
export const tellArrived = (state: BridgeState): Turn => {
  const { entities } = state.features;
  if (entities.owed.length === 0) return [state, NOTHING];
  const owed = [...entries(entities.owed)]
    .map(([index]) => index)
    .filter((index) => get(entities.sessions, index) !== state.broker.session);
  return forEach(withEntities(state, { ...entities, owed: EMPTY_TABLE }), owed, publishEntity);
};

/** Covers of which somebody has to be reminded that they must have arrived. */
export const travelAppointments = (state: BridgeState, at: number): readonly Appointment[] => {
  const all: Appointment[] = [];
  for (const [key, { reminded, since }] of entries(state.features.entities.movements)) {
    const entity = state.config.entities[key];
    if (reminded && entity?.type === "cover")
      all.push({ at: Math.max(at, since + entity.travelMs), what: "travel", key });
  }
  return all;
};

/** A cover that has been on its way for long enough to have arrived. */
export const onTravelled = (state: BridgeState, at: number, index: number): Turn => {
  const movement = get(state.features.entities.movements, index);
  const entity = state.config.entities[index];
  if (movement === undefined || entity?.type !== "cover") return [state, NOTHING];
  if (movement.moving === null)
    return [withMovement(state, index, { ...movement, reminded: false }), NOTHING];
  const due = movement.since + entity.travelMs;
  if (due > at) return [remind(state, due, index), NOTHING];
  const over = { ...arrived(movement, utc(state, at)), reminded: false };
  const after = withMovement(state, index, over);
  if (after.broker.connected) return publishEntity(after, index);
  const { entities } = after.features;
  return [withEntities(after, { ...entities, owed: put(entities.owed, index, true) }), NOTHING];
};

const tellOne = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  telegram: Telegram,
  { index, isState }: Link,
): Turn => {
  const entity = state.config.entities[index];
  if (entity?.type !== "cover") return publishEntity(state, index);
  const movement = get(state.features.entities.movements, index);
  const after = follow(state, at, ga, telegram, index, entity);
  return isState || get(after.features.entities.movements, index) !== movement
    ? publishEntity(after, index)
    : [after, NOTHING];
};

/** What a telegram says about the movement of a cover. */
const follow = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  { meaning, ts }: Telegram,
  index: number,
  cover: EntityOf<"cover">,
): BridgeState => {
  const before = get(state.features.entities.movements, index);
  const position = openOf(cover, viewOf(state, cover));
  const { value, dpt } = meaning;
  const after = moved(cover, before, position, { ga, value, dpt, at, ts });
  if (after === undefined || after === before) return state;
  return after.moving === null || after.reminded
    ? withMovement(state, index, after)
    : remind(withMovement(state, index, { ...after, reminded: true }), at + cover.travelMs, index);
};

/** Its state as it is known. Nothing while the broker is away: it follows with the states of its group addresses. */
const publishEntity = (state: BridgeState, index: number): Turn => {
  const { config, broker } = state;
  const entity = config.entities[index];
  const payload = broker.connected && entity ? entityDocument(state, index) : undefined;
  return payload === undefined || entity === undefined
    ? [state, NOTHING]
    : publish(state, {
        for: "mqtt",
        type: "publish",
        topic: entityTopic(config, entity.id, "state"),
        payload,
        qos: 1,
        retain: config.retain,
        json: true,
      });
};

const remind = (state: BridgeState, at: number, key: number): BridgeState => ({
  ...state,
  features: {
    ...state.features,
    agenda: schedule(state.features.agenda, { at, what: "travel", key }),
  },
});

const withMovement = (state: BridgeState, index: number, movement: Movement): BridgeState => {
  const { entities } = state.features;
  return withEntities(state, { ...entities, movements: put(entities.movements, index, movement) });
};

const withEntities = (
  state: BridgeState,
  entities: BridgeState["features"]["entities"],
): BridgeState => ({ ...state, features: { ...state.features, entities } });
