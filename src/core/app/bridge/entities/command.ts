import { formatGroupAddress } from "../../../address.ts";
import { never } from "../../../never.ts";
import { openBatch } from "../commands/batches.ts";
import { type Failure, failure } from "../commands/errors.ts";
import type { SetRequest } from "../commands/payload.ts";
import { type Command, finish, reject, repeatedResult } from "../commands/results.ts";
import { type Prepared, prepare, submit } from "../commands/set.ts";
import { haveRoom } from "../queue/line-up.ts";
import type { QueueClass } from "../queue/queue.ts";
import type { BridgeState } from "../state.ts";
import { andThen, forEach, type Turn } from "../turn.ts";
import { planClimate } from "./climate.ts";
import type { EntityConfig, RoleName } from "./config.ts";
import { planCover } from "./cover.ts";
import { dptOf, viewOf } from "./document.ts";
import { planFan } from "./fan.ts";
import { type Step, takesDpt, type Wanted } from "./kind.ts";
import { ENTITY_KINDS } from "./kinds.ts";
import { isOn, planLight } from "./light.ts";
import { planLock } from "./lock.ts";
import { planScene } from "./scene.ts";
import { planSelect } from "./select.ts";

/** A `set` of an entity: all of it is checked before any of it is sent. `mqtt-interface.md` §7 */
export const onEntitySet = (
  state: BridgeState,
  at: number,
  id: string,
  command: Command,
  request: SetRequest,
): Turn => {
  const { byId } = state.features.entities;
  const entity = Object.hasOwn(byId, id) ? state.config.entities[byId[id] ?? -1] : undefined;
  if (entity === undefined)
    return reject(state, at, command, failure("unknown_entity", `There is no entity ${id}`));
  const parts = partsOf(state, at, entity, request);
  if ("code" in parts) return reject(state, at, command, parts);
  return repeatedResult(state, at, command) ?? send(state, at, parts, command);
};

type Part = Readonly<{ role: RoleName; prepared: Prepared }>;

/** Each with its telegram, in the order of the entity's type; or the first thing that is wrong. */
const partsOf = (
  state: BridgeState,
  at: number,
  entity: EntityConfig,
  request: SetRequest,
): readonly Part[] | Failure => {
  if (request.content.is === "raw" || request.dpt !== null || request.service !== "write")
    return failure("unsupported", "An entity takes values: raw, dpt and service are for objects");
  const wanted = wantedOf(entity, request.content.value);
  if ("code" in wanted) return wanted;
  const parts: Part[] = [];
  for (const step of plan(state, entity, wanted.wanted)) {
    const part = "code" in step ? step : partOf(state, at, entity, step, request);
    if ("code" in part) return part;
    parts.push(part);
  }
  if (parts.length === 0) return failure("invalid_value", "Nothing is asked for");
  const order = Object.keys(ENTITY_KINDS[entity.type].roles);
  return parts.toSorted((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
};

const partOf = (
  state: BridgeState,
  at: number,
  { id, type, roles }: EntityConfig,
  { role, value }: Exclude<Step, Failure>,
  request: SetRequest,
): Part | Failure => {
  const ga = roles[role]?.write;
  if (ga === undefined) return failure("read_only", `${role} of ${id} has no address to write to`);
  const kind = ENTITY_KINDS[type].roles[role];
  const dpt = dptOf(state, ga);
  // With objects that ETS loads the configuration cannot know.
  if (kind && dpt !== undefined && !takesDpt(kind, dpt)) {
    const text = formatGroupAddress(ga, state.config.style);
    return failure("unsupported", `${text} is ${dpt}, which is nothing for the role ${role}`);
  }
  const prepared = prepare(state, at, ga, { ...request, content: { is: "value", value } });
  return "code" in prepared ? prepared : { role, prepared };
};

/** What is asked for, by the names of its type. */
const wantedOf = (
  { id, type }: EntityConfig,
  asked: unknown,
): Readonly<{ wanted: Wanted }> | Failure => {
  const { names } = ENTITY_KINDS[type];
  const wanted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(Object(asked))) {
    const meant = Object.hasOwn(names, name) ? names[name] : undefined;
    if (meant === undefined) {
      const known = [...new Set(Object.values(names))].filter((each) => each !== null).join(", ");
      return failure("unsupported", `${id} has no ${name}: a ${type} takes ${known}`);
    }
    if (meant === null) continue;
    if (meant in wanted) return failure("invalid_value", `${meant} is said twice`);
    wanted[meant] = value;
  }
  return { wanted };
};

const plan = (state: BridgeState, entity: EntityConfig, wanted: Wanted): readonly Step[] => {
  const writtenAs = (role: RoleName) => dptOf(state, entity.roles[role]?.write);
  switch (entity.type) {
    case "light":
      return planLight(entity, wanted, isOn(entity, viewOf(state, entity)) === "ON");
    case "cover":
      return planCover(entity, wanted, writtenAs("stop"));
    case "climate":
      return planClimate(entity, wanted, writtenAs("mode"));
    case "fan":
      return planFan(entity, wanted);
    case "lock":
      return planLock(entity, wanted);
    case "select":
      return planSelect(entity, wanted, writtenAs("option"));
    case "scene":
      return planScene(entity, wanted, writtenAs("scene"));
    default:
      return never(entity);
  }
};

/** One alone is like a `set` of its group address; several are never merged, and go in one class, so that they keep their order. */
const send = (state: BridgeState, at: number, parts: readonly Part[], command: Command): Turn => {
  const [first, ...others] = parts;
  if (first && others.length === 0) return submit(state, at, first.prepared, command);
  const urgent = Math.min(BATCH_CLASS, ...parts.map(({ prepared }) => prepared.class)) === 0;
  const batch = parts.map(({ role, prepared }) => ({
    role,
    prepared: { ...prepared, class: urgent ? URGENT_CLASS : BATCH_CLASS, merges: false },
  }));
  const drafts = batch.map(({ prepared }) => ({ ...prepared, command: null }));
  if (!haveRoom(state, at, drafts)) {
    const error = failure("queue_full", `No place left for the ${parts.length} telegrams of this`);
    return reject(state, at, command, error);
  }
  const early = command.confirm === "queued";
  const { batches } = state.features;
  const opened = {
    ...state,
    features: {
      ...state.features,
      batches: openBatch(batches, { ...command, answered: early }, parts.length),
    },
  };
  const entered = forEach(opened, batch, (each, { role, prepared }) =>
    submit(each, at, prepared, {
      ...command,
      confirm: "sent",
      part: { batch: batches.next, role },
    }),
  );
  return early
    ? andThen(entered, (after) => finish(after, at, command, { stage: "queued" }))
    : entered;
};

const URGENT_CLASS: QueueClass = 0;
const BATCH_CLASS: QueueClass = 2;
