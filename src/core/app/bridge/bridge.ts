import type { BridgeImpulse } from "../../app-impulse.ts";
import { NOTHING } from "../../impulse.ts";
import { never } from "../../never.ts";
import { onMessage } from "./commands/command.ts";
import { onBroker, onBus, onGrace, onStop } from "./connect.ts";
import { onDeviceNews } from "./device-news.ts";
import { onHealth } from "./health.ts";
import { tellInfo, withChip, withInfo } from "./info/info.ts";
import { settled } from "./ledger/renew.ts";
import { onLogLine } from "./log.ts";
import { loadObjects } from "./objects.ts";
import { airtime } from "./queue/budget.ts";
import { onConfirmation } from "./queue/confirm.ts";
import { addAirtime } from "./queue/load.ts";
import { onRejected, onReload } from "./reload/reload.ts";
import { onReply } from "./requests/admin.ts";
import { onProcedure } from "./requests/scan.ts";
import { onFrame } from "./requests/stream.ts";
import { isLate, onLookBackGranted, onRetained } from "./restart/look-back.ts";
import { onStart, planAnew } from "./restart/start.ts";
import { settle, withLoad } from "./schedule.ts";
import type { BridgeState } from "./state.ts";
import { publishBridgeEvent } from "./telegrams/publish.ts";
import { onOwnValue, onReadIndication, onValueIndication } from "./telegrams/telegram.ts";
import { onClock, onSync, onZone } from "./time/tell.ts";
import { andThen, type Turn } from "./turn.ts";

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
    case "own-value.ind":
      return onOwnValue(state, impulse);
    case "A_GroupValue_Read.con":
    case "A_GroupValue_Write.con":
    case "A_GroupValue_Response.con":
      return onConfirmation(state, impulse);
    case "line.ind": {
      const { octets, own, at } = impulse;
      return withLoad(state, addAirtime(state.load, at, airtime(octets), own), at);
    }
    case "bus.ind":
      return informing(onBus(withChip(state, impulse), impulse));
    case "broker.ind": {
      const { connected, version, at } = impulse;
      return onBroker(withInfo(state, { protocol: version ?? null }), connected, at);
    }
    case "message.ind": {
      const { looking } = state.broker;
      if (looking !== null && !looking.blocked) return onRetained(state, looking, impulse);
      return isLate(state, impulse) ? [state, NOTHING] : onMessage(state, impulse);
    }
    case "clock.ind":
      return onClock(state, impulse);
    case "zone.ind":
      return onZone(state, impulse);
    case "clock-sync.ind":
      return onSync(state, impulse);
    case "health.req":
      return onHealth(state, impulse);
    case "timeout":
      // The timer is off now; what it was for is found by its time.
      return impulse.timer.name === "grace" ? onGrace(state) : [{ ...state, due: null }, NOTHING];
    case "configure.req":
      // From now on: what was published before keeps the source it had.
      return informing([
        { ...state, config: { ...state.config, address: impulse.address } },
        NOTHING,
      ]);
    case "start.ind":
      return onStart(state, impulse);
    case "look-back.con":
      return onLookBackGranted(state, impulse.at, impulse.granted);
    case "objects.req":
      return informing(
        andThen(loadObjects(state, impulse.at, impulse.objects), (after) => [
          settled(planAnew(after, impulse.at), impulse.at),
          NOTHING,
        ]),
      );
    case "device.ind":
      return informing(onDeviceNews(state, impulse));
    case "request.con":
      return onReply(state, impulse.at, impulse.ref, impulse.reply);
    case "procedure.con":
      return onProcedure(state, impulse);
    case "frame.ind":
      return onFrame(state, impulse);
    case "chip-reset.ind": {
      const { why, at } = impulse;
      return publishBridgeEvent(state, at, { type: "chip_reset", why });
    }
    case "log.ind":
      return onLogLine(state, impulse);
    case "reload.req":
      return onReload(state, impulse);
    case "reload-rejected.ind":
      return onRejected(state, impulse);
    case "stop.req":
      return onStop(state, impulse.at);
    default:
      return never(impulse);
  }
};

/** What `bridge/info` says may be another now. */
const informing = (turn: Turn): Turn => andThen(turn, (after) => tellInfo(after, false));
