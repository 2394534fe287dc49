import type { BridgeImpulse } from "../../impulse.ts";
import { NOTHING } from "../../impulse.ts";
import { never } from "../../never.ts";
import { onMessage } from "./commands/command.ts";
import { onBroker, onBus, onGrace, onStop } from "./connect.ts";
import { publishHealth } from "./health.ts";
import { loadObjects } from "./objects.ts";
import { airtime } from "./queue/budget.ts";
import { onConfirmation } from "./queue/confirm.ts";
import { addAirtime } from "./queue/load.ts";
import { settle, withLoad } from "./schedule.ts";
import type { BridgeState } from "./state.ts";
import { onReadIndication, onValueIndication } from "./telegrams/telegram.ts";
import type { Turn } from "./turn.ts";

export { openBridge } from "./state.ts";
export type { BridgeState };

/**
 * The mapping between group communication on the bus and topics on MQTT.
 *
 *   telegram.ts ─▶ deliver.ts ─▶ publish.ts ─▶ broker      what is on the bus becomes states and events
 *   command.ts ─▶ set.ts, get.ts ─▶ line-up.ts ─▶ queue    what is on MQTT becomes telegrams that wait
 *   schedule.ts ─▶ send.ts ─▶ bus ─▶ confirm.ts            one at a time, within the budget, and what came of it
 *
 * @see `mqtt-interface.md`
 */
export const bridge = (state: BridgeState, impulse: BridgeImpulse): Turn =>
  state.stopped ? [state, NOTHING] : settle(state, react(state, impulse), impulse.at);

const react = (state: BridgeState, impulse: BridgeImpulse): Turn => {
  switch (impulse.type) {
    case "A_GroupValue_Read.ind":
      return onReadIndication(state, impulse);
    case "A_GroupValue_Write.ind":
    case "A_GroupValue_Response.ind":
      return onValueIndication(state, impulse);
    case "A_GroupValue_Read.con":
    case "A_GroupValue_Write.con":
    case "A_GroupValue_Response.con":
      return onConfirmation(state, impulse);
    case "line.ind": {
      const { octets, own, at } = impulse;
      return withLoad(state, addAirtime(state.load, at, airtime(octets), own), at);
    }
    case "bus.ind":
      return onBus(state, impulse);
    case "broker.ind":
      return onBroker(state, impulse.connected, impulse.at);
    case "message.ind":
      return onMessage(state, impulse);
    case "clock.ind":
      return [{ ...state, epoch: impulse.epoch }, NOTHING];
    case "health.req":
      return publishHealth(state, impulse);
    case "timeout":
      // The timer is off now; what it was for is found by its time.
      return impulse.timer.name === "grace" ? onGrace(state) : [{ ...state, due: null }, NOTHING];
    case "configure.req":
      // From now on: what was published before keeps the source it had.
      return [{ ...state, config: { ...state.config, address: impulse.address } }, NOTHING];
    case "objects.req":
      return loadObjects(state, impulse.objects);
    case "stop.req":
      return onStop(state, impulse.at);
    default:
      return never(impulse);
  }
};
