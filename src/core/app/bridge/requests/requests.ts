import { isoTime } from "../../../iso-time.ts";
import { failure } from "../commands/errors.ts";
import { listDevices } from "../devices/list.ts";
import { republishDevices } from "../discovery/republish.ts";
import { infoDocument } from "../info/info.ts";
import { andThen } from "../turn.ts";
import { byHost, resetBus, resetStats, restart, setProgrammingMode } from "./admin.ts";
import { answer, decline, done } from "./answer.ts";
import { writeBatch } from "./batch.ts";
import { readGroup, writeGroup } from "./group.ts";
import { listHistory } from "./history.ts";
import type { RequestName } from "./names.ts";
import { getObject, listObjects, republishStates } from "./objects.ts";
import { type Take, taking, text } from "./parameters.ts";
import { clearQueue, listQueue } from "./queue.ts";
import { scanLine } from "./scan.ts";
import { streamTelegrams } from "./stream.ts";
import { listUnknown } from "./unknown.ts";

const ping: Take = (state, at, ask) =>
  answer(state, at, ask, done({ pong: true, ts: isoTime(state.epoch + at) }));

const info: Take = (state, at, ask) => answer(state, at, ask, done(infoDocument(state)));

const discovery = taking({ match: text }, (state, at, ask, { match }) => {
  const republished = republishDevices(state, at, match);
  return republished
    ? andThen(republished.turn, (after) =>
        answer(after, at, ask, done({ count: republished.count })),
      )
    : decline(state, at, ask, NO_DISCOVERY);
});

const NO_DISCOVERY = failure("unsupported", "Home Assistant discovery is not on");

/** Who carries out which request. `mqtt-interface.md` §10 */
export const REQUESTS: Readonly<Record<RequestName, Take>> = {
  ping,
  info,
  health: byHost("health"),
  "objects/list": listObjects,
  "objects/get": getObject,
  "objects/unknown": listUnknown,
  "group/read": readGroup,
  "group/write": writeGroup,
  "group/batch": writeBatch,
  "states/republish": republishStates,
  "discovery/republish": discovery,
  "queue/list": listQueue,
  "devices/list": listDevices,
  "telegrams/stream": streamTelegrams,
  "telegrams/history": listHistory,
  "stats/reset": resetStats,
  "log/level": byHost("log/level"),
  "config/get": byHost("config/get"),
  "config/validate": byHost("config/validate"),
  "config/apply": byHost("config/apply"),
  "config/reload": byHost("config/reload"),
  "project/import": byHost("project/import"),
  "queue/clear": clearQueue,
  "bus/reset": resetBus,
  "device/programming_mode": setProgrammingMode,
  "device/scan": scanLine,
  "backup/create": byHost("backup/create"),
  restart,
};
