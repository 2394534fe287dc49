import { GroupAddress } from "../../../address.ts";
import type { BridgeImpulse } from "../../../app-impulse.ts";
import type { BridgeConfig } from "../../../config.ts";
import type { Effect } from "../../../effect.ts";
import { NOTHING } from "../../../impulse.ts";
import { entries, get } from "../../../table.ts";
import { onBroker, subscribe } from "../connect.ts";
import { tellEntitiesAgain } from "../entities/publish.ts";
import { reopenFeatures } from "../features.ts";
import { afterReload } from "../hooks.ts";
import { keepAbout } from "../info/about.ts";
import { useObjects } from "../objects.ts";
import { setRate } from "../queue/budget.ts";
import { FILL } from "../queue/load.ts";
import { wantRead } from "../reading/background.ts";
import { EMPTY_HISTORY } from "../requests/past.ts";
import { planAnew } from "../restart/start.ts";
import { type BridgeState, utc } from "../state.ts";
import { publishWord } from "../telegrams/publish.ts";
import { andThen, forEach, type Turn } from "../turn.ts";
import { dropOrphans } from "./orphans.ts";
import { placesOf } from "./places.ts";
import { republish } from "./republish.ts";
import { tellNews, withConfiguration, withNews } from "./tell.ts";

type ReloadRequest = Extract<BridgeImpulse, { type: "reload.req" }>;
type Rejection = Extract<BridgeImpulse, { type: "reload-rejected.ind" }>;

/**
 * Another configuration, in one step: before it nothing of the new one holds, after it nothing of the old one. What still means
 * something is kept: values, queue, ids of commands, requests under way. `mqtt-interface.md` §19.
 */
export const onReload = (state: BridgeState, request: ReloadRequest): Turn => {
  const { at, groups, reconnects } = request;
  // What the device was given over the bus holds.
  const about = keepAbout(state.config.about, request.config.about);
  const config = { ...request.config, address: state.config.address, about };
  const acknowledged: Turn = [state, [{ for: "objects", type: "configure.req", groups, at }]];
  const left = reconnects ? andThen(acknowledged, (each) => leave(each, at)) : acknowledged;
  const changed = andThen(left, (each) => reconfigure(each, at, config));
  const told = andThen(changed, (each) => [each, resubscribed(state, each)]);
  const known = andThen(told, (each) => [withReloaded(each, request), NOTHING]);
  const said = andThen(known, afterReload);
  return andThen(said, (each) => tellNews(each, at));
};

/** The file that was offered has errors: what runs goes on. */
export const onRejected = (state: BridgeState, { findings, at }: Rejection): Turn => {
  const { news } = state.features.configuration;
  const shown = findings.slice(0, FINDINGS);
  const event = {
    type: "config_rejected",
    errors: findings.length,
    findings: shown.map(({ path, line, column, code, message }) => ({
      path,
      line,
      column,
      code,
      message,
    })),
  };
  return tellNews(withConfiguration(state, { rejected: true, news: withNews(news, event) }), at);
};

/** Orderly, so the broker does not publish our will: whoever reads our topics is told all the same. */
const leave = (state: BridgeState, at: number): Turn =>
  andThen(
    state.broker.connected ? publishWord(state, "state", "offline") : [state, NOTHING],
    (each) => onBroker(each, false, at),
  );

const reconfigure = (before: BridgeState, at: number, config: BridgeConfig): Turn => {
  const { features, budget, load } = before;
  const rate = config.bus.share * FILL[load.past.level];
  const configured = {
    ...before,
    history: before.config.history === config.history ? before.history : EMPTY_HISTORY,
    config,
    budget: setRate(budget, at, rate),
    features: reopenFeatures(features, before.config, config),
  };
  const [known, changed] = useObjects(configured, features.loaded);
  return andThen(dropOrphans(known, at, before), (each) => {
    const again = isToldElsewhere(before.config, config)
      ? [...entries(each.held)].map(([ga]) => GroupAddress(ga))
      : changed;
    const asked = readNew(each, at, before);
    return andThen([republish(planAnew(asked, at), at, again), NOTHING], (last) =>
      tellEntities(last, before.config),
    );
  });
};

/** Every state has another place or another form. */
const isToldElsewhere = (before: BridgeConfig, config: BridgeConfig): boolean =>
  FORM.some((key) => JSON.stringify(before[key]) !== JSON.stringify(config[key]));

const FORM = [
  "base",
  "style",
  "retain",
  "topics",
  "payload",
] as const satisfies (keyof BridgeConfig)[];

/** What is to be known from the start, of objects that were not there at the start. */
const readNew = (state: BridgeState, at: number, before: BridgeState): BridgeState => {
  let asked = state;
  for (const [ga, { readOnInit }] of entries(state.objects))
    if (readOnInit && !get(before.objects, ga)?.readOnInit && get(state.held, ga) === undefined)
      asked = wantRead(asked, { ga: GroupAddress(ga), since: utc(state, at) });
  return asked;
};

/** Those that are new, or are another one now. */
const tellEntities = (state: BridgeState, before: BridgeConfig): Turn => {
  const { stateAddresses } = state.features.entities;
  const places = placesOf(before.entities, state.config.entities);
  const addresses = stateAddresses.flatMap((all, index) =>
    places[index] === undefined ? all : [],
  );
  return state.broker.connected
    ? forEach(state, addresses, (each, ga) =>
        get(each.held, ga) === undefined ? [each, NOTHING] : tellEntitiesAgain(each, ga),
      )
    : [state, NOTHING];
};

/** What is subscribed now and was not before, and the other way round. */
const resubscribed = (before: BridgeState, after: BridgeState): readonly Effect[] => {
  if (!after.broker.connected) return [];
  const old = filtersOf(before);
  const now = filtersOf(after);
  const gone = [...old].filter(([filter, how]) => now.get(filter) !== how).map(([one]) => one);
  const fresh = subscribe(after).flatMap((effect): readonly Effect[] => {
    if (effect.type !== "subscribe") return [];
    const filters = effect.filters.filter((one) => now.get(one) !== old.get(one));
    return filters.length > 0 ? [{ ...effect, filters }] : [];
  });
  return [
    ...(gone.length > 0 ? [{ for: "mqtt", type: "unsubscribe", filters: gone } as const] : []),
    ...fresh,
  ];
};

/** Filter → whether what the broker has kept is wanted as well. */
const filtersOf = (state: BridgeState): ReadonlyMap<string, boolean> =>
  new Map(
    subscribe(state).flatMap((effect) =>
      effect.type === "subscribe"
        ? effect.filters.map((filter) => [filter, effect.retained ?? false] as const)
        : [],
    ),
  );

const withReloaded = (
  state: BridgeState,
  { hash, restartRequired, warnings, imported, at }: ReloadRequest,
): BridgeState => {
  const { news } = state.features.configuration;
  const { objects, entities } = state.config;
  const loaded = {
    type: "config_loaded",
    hash,
    objects: objects.length,
    entities: entities.length,
    warnings,
    restart_required: restartRequired.length > 0,
    ...(restartRequired.length > 0 && { restart_for: restartRequired }),
  };
  const all = withNews(news, loaded);
  return withConfiguration(state, {
    hash,
    loaded: utc(state, at),
    restartRequired,
    rejected: false,
    news: imported === null ? all : withNews(all, { type: "project_imported", ...imported }),
  });
};

/** As many as fit easily into a message that people read. */
const FINDINGS = 50;
