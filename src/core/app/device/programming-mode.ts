import type { Effect } from "../../effect.ts";
import type { Step } from "../../impulse.ts";
import { note } from "./answer.ts";
import type { DeviceState } from "./state.ts";

/** By button, control socket or PID_PROGMODE: it needs no right, and a restart ends it. */
export const setProgrammingMode = (state: DeviceState, on: boolean): Step<DeviceState> =>
  on === state.programmingMode
    ? [state, []]
    : [{ ...state, programmingMode: on }, [led(on), note("programming mode", { on })]];

/** The LED shows programming mode, however it came and went. */
export const led = (on: boolean): Effect => ({ for: "gpio", type: "led", on });
