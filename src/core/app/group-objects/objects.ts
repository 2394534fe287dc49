import type { ObjectsImpulse } from "../../app-impulse.ts";
import { never } from "../../never.ts";
import { configure } from "./configure.ts";
import { onConfirmation } from "./confirm.ts";
import { onBus, onInitialRead } from "./initial-reads.ts";
import { loadTables } from "./load.ts";
import { pump } from "./queue.ts";
import { onOwnValue, onRead, onValue } from "./receive.ts";
import { onTaken, requestRead, requestWrite } from "./request.ts";
import type { ObjectsState, Turn } from "./state.ts";

/**
 * Group object server: keeps the objects that ETS has loaded, answers and updates them, and sends for the application, one
 * telegram at a time.
 * @see `device-model.md` §5; KNX 03.04.01 Application Interface Layer
 */
export const objects = (state: ObjectsState, impulse: ObjectsImpulse): Turn => {
  switch (impulse.type) {
    case "A_GroupValue_Write.ind":
    case "A_GroupValue_Response.ind":
      return onValue(state, impulse);
    case "A_GroupValue_Read.ind":
      return onRead(state, impulse);
    case "A_GroupValue_Read.con":
    case "A_GroupValue_Write.con":
    case "A_GroupValue_Response.con":
      return onConfirmation(state, impulse);
    case "object-write.req":
      return requestWrite(state, impulse);
    case "object-read.req":
      return requestRead(state, impulse);
    case "object-updated.res":
      return onTaken(state, impulse);
    case "own-value.ind":
      return onOwnValue(state, impulse);
    case "timeout":
      return impulse.timer.name === "rate"
        ? pump(state, impulse.at)
        : onInitialRead(state, impulse.at);
    case "bus.ind":
      return onBus(state, impulse.online);
    case "configure.req":
      return configure(state, impulse);
    case "tables.ind":
      return loadTables(state, impulse);
    default:
      return never(impulse);
  }
};
