import { GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { EMPTY_TABLE, entries, get, put, type Table } from "../../../table.ts";
import { tellDevices } from "../discovery/tell.ts";
import { tellEntitiesAgain } from "../entities/publish.ts";
import { metaOf } from "../meta.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf, publish, publishHeld, publishWord } from "../telegrams/publish.ts";
import { topicsOf } from "../topics.ts";
import { andThen, earliest, forEach, type Turn } from "../turn.ts";
import { hashOf } from "./hash.ts";
import type { KeptLedger, KeptObject } from "./kept.ts";
import { withLedger } from "./state.ts";

/** A new connection: what changed since the broker was last told, or everything if it has lost that. `mqtt-interface.md` §3 */
export const announceFirst = (state: BridgeState, at: number): Turn => {
  const { ledger } = state.features;
  const isLost = state.broker.forgot || !state.config.retain;
  const anew = isLost
    ? {
        objects: withoutMeta(ledger.objects),
        metas: [...entries(state.objects)].map(([ga]) => GroupAddress(ga)),
        devices: withoutHash(ledger.devices),
      }
    : {};
  const first = { ...anew, steps: null, next: at, again: [], recall: null };
  return announce(withLedger(state, first), at);
};

/** The next of what the broker is to be told, and the ledger on the disk. */
export const announce = (state: BridgeState, at: number): Turn =>
  andThen(recalled(state, at), (each) => {
    const due = announceDue(each);
    return andThen(due !== null && due <= at ? announceSome(each, at) : [each, NOTHING], save);
  });

/** When there is something to be told; null: nothing, or nobody to tell it. */
export const announceDue = ({ broker, features }: BridgeState): number | null => {
  const { ledger, device } = features;
  // What a download leaves out for a moment would be gone for everybody.
  if (!broker.connected || !ledger.started || device.downloading) return null;
  return earliest([ledger.next, ledger.recall]);
};

/** What goes before the states of a new connection is not all told. */
export const isAnnouncing = (state: BridgeState, at: number): boolean => {
  const { metas, steps, next } = state.features.ledger;
  return (
    announceDue(state) !== null &&
    next !== null &&
    next <= at + LONGEST_PAUSE_MS &&
    (metas.length > 0 || steps === null || steps.length > 0)
  );
};

/** Home Assistant has started: it is told everything in some seconds, when other bridges have a turn of their own. §18.1 */
const recalled = (state: BridgeState, at: number): Turn => {
  const { ledger, entities } = state.features;
  const due = announceDue(state);
  if (ledger.recall === null || ledger.recall > at || due === null) return [state, NOTHING];
  const again = [...entries(state.held)]
    .sort(([, a], [, b]) => a.ts - b.ts)
    .map(([ga]) => GroupAddress(ga));
  const devices = withoutHash(ledger.devices);
  const open = withLedger(state, { devices, steps: null, again, recall: null, next: at });
  const fresh = { ...entities, sessions: EMPTY_TABLE };
  return andThen(
    publishWord({ ...open, features: { ...open.features, entities: fresh } }, "state", "online"),
    (each) => publishWord(each, "bus", each.bus.announced),
  );
};

const announceSome = (state: BridgeState, at: number): Turn => {
  const { ledger } = state.features;
  if (ledger.next === null || ledger.next > at) return [state, NOTHING];
  let turn: Turn = [state, NOTHING];
  for (const act of [tellMetas, tellDevices, tellAgain, clear]) {
    // One thing after the other: none begins while something before it is left.
    if (isBusy(turn[0], act)) break;
    turn = andThen(turn, act);
  }
  const [after, out] = turn;
  const told = after.counts.published - state.counts.published;
  const cleared = ledger.clearing.length - after.features.ledger.clearing.length;
  const pause = Math.max(
    SHORTEST_PAUSE_MS,
    (told * 1_000) / state.broker.rate,
    cleared * CLEARED_MS,
  );
  return [withLedger(after, { next: hasMore(after) ? at + pause : null }), out];
};

const isBusy = ({ features }: BridgeState, act: (state: BridgeState) => Turn): boolean => {
  const { metas, steps, again } = features.ledger;
  if (act === tellMetas) return false;
  if (metas.length > 0) return true;
  if (act === tellDevices) return false;
  if (steps === null || steps.length > 0) return true;
  return act === clear && again.length > 0;
};

const hasMore = ({ features }: BridgeState): boolean => {
  const { metas, steps, again, clearing } = features.ledger;
  return (
    metas.length > 0 ||
    steps === null ||
    steps.length > 0 ||
    again.length > 0 ||
    clearing.length > 0
  );
};

/** `…/meta` of the next objects, where it is not what was said last. §5.4 */
const tellMetas = (state: BridgeState): Turn => {
  const { metas } = state.features.ledger;
  if (metas.length === 0) return [state, NOTHING];
  const rest = withLedger(state, { metas: metas.slice(SLICE) });
  return forEach(rest, metas.slice(0, SLICE), (each, ga) => {
    const object = get(each.objects, ga);
    if (object === undefined) return [each, NOTHING];
    const payload = JSON.stringify(metaOf(each, object));
    const hash = hashOf(payload);
    const { objects } = each.features.ledger;
    const kept = get(objects, ga);
    if (kept === undefined || kept.meta === hash) return [each, NOTHING];
    const noted = withLedger(each, {
      objects: put(objects, ga, { ...kept, meta: hash }),
      unsaved: each.features.ledger.unsaved ?? "later",
    });
    return forEach(noted, topicsOf(each.config, each.features.names, ga, "meta"), (before, topic) =>
      publish(before, {
        for: "mqtt",
        type: "publish",
        topic,
        payload,
        qos: 1,
        retain: each.config.retain,
        json: true,
      }),
    );
  });
};

const tellAgain = (state: BridgeState): Turn => {
  const { again } = state.features.ledger;
  if (again.length === 0) return [state, NOTHING];
  const rest = withLedger(state, { again: again.slice(SLICE) });
  return forEach(rest, again.slice(0, SLICE), (each, ga) => {
    const held = get(each.held, ga);
    if (held === undefined) return [each, NOTHING];
    const meaning = meaningOf(get(each.objects, ga), held.value);
    return andThen(publishHeld(each, ga, held, meaning), (told) => tellEntitiesAgain(told, ga));
  });
};

/** An empty retained message makes the broker forget a topic. §21 */
const clear = (state: BridgeState): Turn => {
  const { clearing } = state.features.ledger;
  if (clearing.length === 0) return [state, NOTHING];
  const rest = withLedger(state, { clearing: clearing.slice(CLEARED), unsaved: "later" });
  return forEach(rest, clearing.slice(0, CLEARED), publishEmpty);
};

/** @param topic of a retained message that is to go */
export const publishEmpty = (state: BridgeState, topic: string): Turn =>
  publish(state, {
    for: "mqtt",
    type: "publish",
    topic,
    payload: "",
    qos: 1,
    retain: true,
    json: false,
  });

const save = (state: BridgeState): Turn => {
  const { ledger } = state.features;
  const isTime = ledger.unsaved === "now" || (ledger.unsaved === "later" && ledger.next === null);
  if (!ledger.started || !isTime) return [state, NOTHING];
  const { base, instance, style, entities, devices, clearing } = ledger;
  const objects = state.config.retain ? ledger.objects : EMPTY_TABLE;
  const kept: KeptLedger = { base, instance, style, objects, entities, devices, clearing };
  return [withLedger(state, { unsaved: null }), [{ for: "store", type: "ledger", ledger: kept }]];
};

const withoutMeta = (objects: Table<KeptObject>): Table<KeptObject> => {
  let anew: Table<KeptObject> = EMPTY_TABLE;
  for (const [ga, object] of entries(objects)) anew = put(anew, ga, { ...object, meta: null });
  return anew;
};

/** Home Assistant may still know the components: they are removed in order where they are not wanted any more. */
const withoutHash = (devices: KeptLedger["devices"]): KeptLedger["devices"] =>
  Object.fromEntries(
    Object.entries(devices).map(([topic, device]) => [topic, { ...device, hash: null }]),
  );

/** At a time: what takes no longer than the acknowledge of a telegram may wait. */
const SLICE = 100;
const SHORTEST_PAUSE_MS = 20;
/** A slice with both layouts, at the lower rate. */
const LONGEST_PAUSE_MS = 1_000;
/** §21: 100 a second at most. */
const CLEARED = 10;
const CLEARED_MS = 10;
