import { application } from "../app/application/application.ts";
import { type ApplicationState, openApplication } from "../app/application/state.ts";
import { type BridgeState, bridge, openBridge } from "../app/bridge/bridge.ts";
import { type ClientState, client, openClient } from "../app/client/client.ts";
import { device } from "../app/device/device.ts";
import { rateLimitOf } from "../app/device/model/settings.ts";
import { type DeviceState, openDevice } from "../app/device/state.ts";
import { objects } from "../app/group-objects/objects.ts";
import { type ObjectsState, openObjects } from "../app/group-objects/state.ts";
import type { StackConfig } from "../config.ts";
import type { Effect } from "../effect.ts";
import type { Impulse } from "../impulse.ts";
import { never } from "../never.ts";
import { dl } from "./2-dl/dl.ts";
import { type DlState, openDl } from "./2-dl/state.ts";
import { type NlState, nl, openNl } from "./3-nl/nl.ts";
import { tl } from "./4-tl/tl.ts";
import { openTlsm, type TlsmState, tlsm } from "./4-tlsm/tlsm.ts";
import { al } from "./7-al/al.ts";

/** Everything the stack knows, as one JSON value: nothing is kept anywhere else. */
export type StackState = Readonly<{
  dl: DlState;
  nl: NlState;
  tlsm: TlsmState;
  device: DeviceState;
  client: ClientState;
  objects: ObjectsState;
  application: ApplicationState;
  bridge: BridgeState;
}>;

/** The state before the first impulse: no port, no broker, nothing heard. */
export const openStack = (config: StackConfig): StackState => ({
  dl: openDl(config.dl),
  nl: openNl(config.nl, config.dl.address),
  tlsm: openTlsm(config.tlsm),
  device: openDevice(config.device),
  client: openClient(config.device.address, config.device.maxApduLength),
  objects: openObjects(config.objects, rateLimitOf(config.device.settings)),
  application: openApplication(config.application),
  bridge: openBridge(config.bridge),
});

/**
 * One impulse in, run to completion, effects out. First in, first out: impulses caused by an impulse are taken in the order
 * in which they were caused, and the effects come out in that order too (the guarantee is written down at `Effect`).
 * @param seen is shown every impulse before its reducer takes it, the first one included: for traces and tests
 * @throws Error after STEP_BOUND impulses: two layers feed each other, which is a bug and never input
 */
export const run = (
  state: StackState,
  impulse: Impulse,
  seen?: (impulse: Impulse | Effect) => void,
): readonly [state: StackState, effects: readonly Effect[]] => {
  let effects = NO_EFFECTS;
  let queue: (Impulse | Effect)[] | undefined;
  let current = state;
  let next: Impulse | Effect | undefined = impulse;
  for (let step = 0; next !== undefined; next = queue?.[step++]) {
    if (step > STEP_BOUND)
      throw new Error(`no end after ${STEP_BOUND} steps at ${next.for} ${next.type}`);
    if (seen !== undefined) seen(next);
    let out: readonly (Impulse | Effect)[];
    switch (next.for) {
      case "dl": {
        const [after, caused] = dl(current.dl, next);
        if (after !== current.dl) current = withDl(current, after);
        out = caused;
        break;
      }
      case "nl": {
        const [after, caused] = nl(current.nl, next);
        if (after !== current.nl) current = { ...current, nl: after };
        out = caused;
        break;
      }
      case "tl": {
        out = tl(next);
        break;
      }
      case "tlsm": {
        const [after, caused] = tlsm(current.tlsm, next);
        if (after !== current.tlsm) current = { ...current, tlsm: after };
        out = caused;
        break;
      }
      case "al": {
        out = al(next, current.objects.tables !== null, current.bridge.provided);
        break;
      }
      case "device": {
        const [after, caused] = device(current.device, next);
        if (after !== current.device) current = { ...current, device: after };
        out = caused;
        break;
      }
      case "client": {
        const [after, caused] = client(current.client, next);
        if (after !== current.client) current = { ...current, client: after };
        out = caused;
        break;
      }
      case "objects": {
        const [after, caused] = objects(current.objects, next);
        if (after !== current.objects) current = { ...current, objects: after };
        out = caused;
        break;
      }
      case "application": {
        const [after, caused] = application(current.application, next);
        if (after !== current.application) current = { ...current, application: after };
        out = caused;
        break;
      }
      case "bridge": {
        const [after, caused] = bridge(current.bridge, next);
        if (after !== current.bridge) current = withBridge(current, after);
        out = caused;
        break;
      }
      case "serial":
      case "timer":
      case "mqtt":
      case "drops":
      case "counters":
      case "transitions":
      case "store":
      case "control":
      case "process":
      case "gpio":
      case "host":
      case "log": {
        if (effects === NO_EFFECTS) effects = [];
        effects.push(next);
        continue;
      }
      default:
        return never(next);
    }
    if (out.length > 0) {
      queue ??= [];
      for (const item of out) queue.push(item);
    }
  }
  return [current, effects];
};

// Every octet comes through the first, every telegram through both: spelled out, because a spread costs thirty times as much.
const withDl = (
  { nl, tlsm, device, client, objects, application, bridge }: StackState,
  dl: DlState,
): StackState => ({
  dl,
  nl,
  tlsm,
  device,
  client,
  objects,
  application,
  bridge,
});
const withBridge = (
  { dl, nl, tlsm, device, client, objects, application }: StackState,
  bridge: BridgeState,
): StackState => ({
  dl,
  nl,
  tlsm,
  device,
  client,
  objects,
  application,
  bridge,
});

/** Far above what one impulse can cause; a loop between two layers reaches it in milliseconds. */
const STEP_BOUND = 10_000;
const NO_EFFECTS: Effect[] = [];
