import { GroupAddress } from "../../address.ts";
import { NOTHING } from "../../impulse.ts";
import { never } from "../../never.ts";
import type { Appointment } from "./agenda.ts";
import { deviceAppointments, noteDevice, onDeviceDue, tellDevicesAgain } from "./devices/seen.ts";
import {
  onTravelled,
  tellArrived,
  tellEntities,
  tellEntitiesAgain,
  travelAppointments,
} from "./entities/publish.ts";
import { tellInfo } from "./info/info.ts";
import { announceFirst } from "./ledger/announce.ts";
import { forward, forwardAgain } from "./links/outward.ts";
import { linkAppointments, onLinkStale } from "./links/stale.ts";
import { onCyclic, sendAgain, sendingAppointments } from "./provided/again.ts";
import { onProvided } from "./provided/heard.ts";
import { onInterval } from "./provided/transmit.ts";
import { readingAppointments } from "./reading/age.ts";
import { heard } from "./reading/background.ts";
import { listen, readInitially } from "./reading/initial.ts";
import { onExpire, onPoll } from "./reading/reminders.ts";
import { tellNews } from "./reload/tell.ts";
import { noteHistory } from "./requests/past.ts";
import { noteUnknown } from "./requests/sighting.ts";
import { onSnapshotDue, planSnapshot, tellDamaged } from "./restart/keep.ts";
import type { BridgeState } from "./state.ts";
import type { Telegram } from "./telegrams/publish.ts";
import { onTime, onTimeRequest, timeAppointments } from "./time/tell.ts";
import { andThen, type Turn } from "./turn.ts";

/*
 * Where the parts join in that are not on the way of every telegram: entities, links, reading, discovery … One line for each
 * part in each function, in the order in which they act.
 */

/** A group telegram was on the bus, ours or another device's: it is held and published already. */
export const afterTelegram = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  telegram: Telegram,
): Turn =>
  andThen(
    tellEntities(
      telegram.service === "read" ? state : planSnapshot(heard(state, ga), at),
      at,
      ga,
      telegram,
    ),
    (told) =>
      andThen(onProvided(told, at, ga, telegram), (sent) =>
        andThen(forward(sent, at, ga, telegram), (linked) =>
          andThen(onTimeRequest(linked, at, ga, telegram), (timed) =>
            noteTelegram(timed, at, ga, telegram),
          ),
        ),
      ),
  );

/** For those who ask later. */
const noteTelegram = (
  state: BridgeState,
  at: number,
  ga: GroupAddress,
  telegram: Telegram,
): Turn => {
  const noted = noteHistory(noteUnknown(state, ga, telegram), ga, telegram);
  return telegram.origin === "bus" ? noteDevice(noted, at, telegram.source) : [noted, NOTHING];
};

/** The process has begun, or the configuration is another one: everything that is planned is planned anew. */
export const appointmentsOf = (state: BridgeState, at: number): readonly Appointment[] => [
  ...readingAppointments(state, at),
  ...sendingAppointments(state, at),
  ...linkAppointments(state, at),
  ...timeAppointments(state, at),
  ...deviceAppointments(state),
  ...travelAppointments(state, at),
];

/** Time for something that was planned. */
export const onReminder = (state: BridgeState, at: number, { what, key }: Appointment): Turn => {
  switch (what) {
    case "snapshot":
      return onSnapshotDue(state);
    case "expire":
      return onExpire(state, at, key);
    case "poll":
      return onPoll(state, at, key);
    case "interval":
      return onInterval(state, at, GroupAddress(key));
    case "cyclic":
      return onCyclic(state, at, key);
    case "link-stale":
      return onLinkStale(state, at, key);
    case "time":
      return onTime(state, at, key);
    case "travel":
      return onTravelled(state, at, key);
    case "device":
      return onDeviceDue(state, at, key);
    default:
      return never(what);
  }
};

/** A new connection to the broker: `bridge/state` and `bridge/bus` are said, states are still to come. §3 */
export const afterConnect = (state: BridgeState, at: number): Turn =>
  andThen(tellInfo(state, true), (told) => announceFirst(told, at));

/** A new connection was told the state of a group address. */
export const afterState = (state: BridgeState, at: number, ga: GroupAddress): Turn =>
  andThen(tellEntitiesAgain(state, ga), (told) => forwardAgain(told, at, ga));

/** All states are out; `connected` follows. */
export const afterStates = (state: BridgeState, at: number): Turn =>
  andThen(
    andThen(tellArrived(tellDevicesAgain(state, at)), (told) => tellDamaged(told, at)),
    (all) => tellNews(all, at),
  );

/** The configuration is another one, and everything is made from it anew. §19, §21 */
export const afterReload = (state: BridgeState): Turn =>
  state.broker.connected ? tellInfo(state, true) : [state, NOTHING];

/** The bus is back, or there for the first time. @param awayMs how long it was away; null at the start */
export const afterBusReturn = (state: BridgeState, at: number, awayMs: number | null): Turn =>
  listen(state, at, awayMs);

/** The bus has been back for 5 s. @param awayMs how long it was away; null at the start. §16.2 */
export const afterListening = (state: BridgeState, at: number, awayMs: number | null): Turn =>
  readInitially(sendAgain(state, at, awayMs), at, awayMs);
