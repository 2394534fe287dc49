import { NOTHING } from "../../../impulse.ts";
import { hashOf } from "../ledger/hash.ts";
import type { KeptDevice } from "../ledger/kept.ts";
import { type Ledger, type Step, type Survey, type Wanted, withLedger } from "../ledger/state.ts";
import type { BridgeState } from "../state.ts";
import { publish } from "../telegrams/publish.ts";
import { andThen, type Turn } from "../turn.ts";
import type { Context } from "./context.ts";
import { deviceDocument, type Part, partsOf } from "./devices.ts";
import { type Group, groupsOf } from "./groups.ts";

/** The next of what Home Assistant is to be told: `mqtt-interface.md` §18.1. So much at a time as does not keep the bus waiting. */
export const tellDevices = (state: BridgeState): Turn => {
  const { ledger } = state.features;
  const { survey, steps } = ledger;
  const { groups } = survey;
  if (groups === null)
    return tellDevices(
      withLedger(state, { survey: { groups: groupsOf(contextOf(state)), done: 0, wanted: {} } }),
    );
  if (survey.done < groups.length) {
    const looked = lookAtSome(contextOf(state), survey, groups);
    const after = withLedger(state, { survey: looked });
    return looked.done < groups.length ? [after, NOTHING] : tellDevices(after);
  }
  if (steps === null) return takeSteps(withLedger(state, { steps: stepsOf(ledger) }), groups);
  return takeSteps(state, groups);
};

const contextOf = ({ config, objects, features }: BridgeState): Context => ({
  config,
  objects,
  names: features.names,
});

const lookAtSome = (context: Context, survey: Survey, groups: readonly Group[]): Survey => {
  const taken = slugsOf(groups);
  const wanted: { [topic: string]: Wanted } = { ...survey.wanted };
  let { done } = survey;
  for (let components = 0; done < groups.length && components < SLICE; done++) {
    const group = groups[done];
    if (group === undefined) break;
    for (const part of partsOf(context, group, taken)) {
      const platforms = platformsOf(part);
      wanted[part.topic] = {
        group: done,
        hash: hashOf(deviceDocument(context, group, part.components)),
        components: platforms,
      };
      components += Object.keys(platforms).length;
    }
  }
  return { groups, done, wanted };
};

const slugsOf = (groups: readonly Group[]): ReadonlySet<string> =>
  new Set(groups.map(({ slug }) => slug));

/** Whatever goes away goes before anything is told: it may come back as a part of another device, with the same id. */
const stepsOf = ({ devices, survey }: Ledger): readonly Step[] => {
  const removed: Step[] = [];
  const shrunk: Step[] = [];
  for (const [topic, { components }] of Object.entries(devices)) {
    const wanted = survey.wanted[topic];
    if (wanted === undefined) removed.push({ topic, how: "remove" });
    else if (Object.keys(gone(components, wanted)).length > 0)
      shrunk.push({ topic, how: "shrink" });
  }
  const told = Object.entries(survey.wanted)
    .filter(([topic, { hash }]) => devices[topic]?.hash !== hash)
    .map(([topic]): Step => ({ topic, how: "tell" }));
  return [...removed, ...shrunk, ...told];
};

/** Components that are not wanted any more, or only on another platform. */
const gone = (before: KeptDevice["components"], { components }: Wanted) =>
  Object.fromEntries(
    Object.entries(before).filter(([key, platform]) => components[key] !== platform),
  );

const takeSteps = (state: BridgeState, groups: readonly Group[]): Turn => {
  let turn: Turn = [state, NOTHING];
  for (let components = 0; components < SLICE; ) {
    const [step, ...steps] = turn[0].features.ledger.steps ?? [];
    if (step === undefined) break;
    const size = Object.keys(turn[0].features.ledger.survey.wanted[step.topic]?.components ?? {});
    components += Math.max(SLICE / 20, size.length);
    turn = andThen(turn, (each) => take(withLedger(each, { steps }), groups, step));
  }
  return turn;
};

const take = (state: BridgeState, groups: readonly Group[], { topic, how }: Step): Turn => {
  const { devices, survey } = state.features.ledger;
  const wanted = survey.wanted[topic];
  const group = wanted && groups[wanted.group];
  const { [topic]: before, ...others } = devices;
  if (how === "remove" || wanted === undefined || group === undefined)
    return send(state, others, topic, "", true);
  const context = contextOf(state);
  const part = partsOf(context, group, slugsOf(groups)).find((each) => each.topic === topic);
  if (part === undefined) return [state, NOTHING];
  const { retain } = state.config;
  if (how === "tell") {
    const told = { hash: wanted.hash, components: wanted.components };
    const payload = deviceDocument(context, group, part.components);
    return send(state, { ...others, [topic]: told }, topic, payload, retain);
  }
  // Only what was there before: what is new may still be known as a part of another device.
  const old = before?.components ?? {};
  const away = gone(old, wanted);
  const stays = Object.fromEntries(
    Object.entries(part.components).filter(([key]) => key in old && !(key in away)),
  );
  const emptied = Object.fromEntries(
    Object.entries(away).map(([key, platform]) => [key, { platform }]),
  );
  const left = { hash: null, components: platformsOf({ components: stays }) };
  const payload = deviceDocument(context, group, { ...stays, ...emptied });
  return send(state, { ...others, [topic]: left }, topic, payload, retain);
};

const send = (
  state: BridgeState,
  devices: Ledger["devices"],
  topic: string,
  payload: string,
  retain: boolean,
): Turn =>
  publish(withLedger(state, { devices, unsaved: state.features.ledger.unsaved ?? "later" }), {
    for: "mqtt",
    type: "publish",
    topic,
    payload,
    qos: 1,
    retain,
    json: payload !== "",
  });

const platformsOf = ({ components }: Pick<Part, "components">) =>
  Object.fromEntries(
    Object.entries(components).map(([key, { platform }]) => [key, String(platform)]),
  );

/** Components: about a millisecond. */
const SLICE = 100;
