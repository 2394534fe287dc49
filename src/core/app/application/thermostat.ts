import { type ActionOf, defineApplication, type EventOf, type ParametersOf } from "./program.ts";

/*
 * Example: heating controller of one room. Two-point control with a hysteresis around the set point, or a proportional and
 * integral part that end in a valve position.
 */

// biome-ignore format: read by column
const DECLARATION = {
  identity: { manufacturer: 0x00fa, application: 0xb302, version: 0x10, name: "knxpi thermostat", orderNumber: "KNXPI2" },
  objects: {
    actual:   { number: 1, name: "Actual temperature", function: "Input",                        dpt: "9.001", flags: "CWU" },
    setPoint: { number: 2, name: "Set point",          function: "Input and output",             dpt: "9.001", flags: "CRWTU" },
    comfort:  { number: 3, name: "Comfort",            function: "Input: 1 comfort, 0 standby",  dpt: "1.001", flags: "CWU" },
    heating:  { number: 4, name: "Heating",            function: "Output of two-point control",  dpt: "1.001", flags: "CRT" },
    valve:    { number: 5, name: "Valve position",     function: "Output of PI control",         dpt: "5.001", flags: "CRT" },
  },
  parameters: {
    control:    { text: "Control",             type: "choice", bits: 1, choices: { twoPoint: [0, "Two-point"], pi: [1, "PI"] }, default: "twoPoint" },
    hysteresis: { text: "Hysteresis",          type: "number", bits: 8, unit: "0.1 K", min: 1, max: 50, default: 5 },
    comfort:    { text: "Set point, comfort",  type: "float", unit: "°C", min: 5, max: 35, default: 21 },
    standby:    { text: "Set point, standby",  type: "float", unit: "°C", min: 5, max: 35, default: 18 },
    band:       { text: "Proportional band",   type: "float", unit: "K", min: 0.5, max: 20, default: 4 },
    reset:      { text: "Reset time",          type: "number", bits: 8, unit: "min", min: 10, max: 240, default: 150 },
  },
  timers: ["cycle"],
  inputs: [],
  outputs: [],
  pages: [
    {
      text: "Controller",
      parameters: ["control", "hysteresis", "comfort", "standby", "band", "reset"],
      objects: ["actual", "setPoint", "comfort", "heating", "valve"],
    },
  ],
} as const;

type State = Readonly<{
  parameters: ParametersOf<typeof DECLARATION>;
  actual: number | null;
  setPoint: number;
  /** As last sent; null: never. */
  heating: boolean | null;
  valve: number | null;
  /** What the integral part adds, 0…1 of the valve. */
  integral: number;
}>;
type Action = ActionOf<typeof DECLARATION>;
type Stepped = readonly [State, readonly Action[]];

export const THERMOSTAT = defineApplication(DECLARATION, {
  open: (parameters): State => ({
    parameters,
    actual: null,
    setPoint: parameters.standby,
    heating: null,
    valve: null,
    integral: 0,
  }),
  step: (state, event) => step(state, event),
});

const step = (state: State, event: EventOf<typeof DECLARATION>): Stepped => {
  const { comfort, standby } = state.parameters;
  switch (event.type) {
    case "started":
      return [state, [CYCLE, { type: "write", object: "setPoint", value: state.setPoint }]];
    case "timer": {
      const [after, actions] = control(state, CYCLE_MS);
      return [after, [CYCLE, ...actions]];
    }
    case "updated":
      if (event.object === "comfort") {
        const setPoint = event.value ? comfort : standby;
        const told: Action = { type: "write", object: "setPoint", value: setPoint };
        const [after, actions] = control({ ...state, setPoint }, 0);
        return [after, [told, ...actions]];
      }
      if (event.object === "actual") return control({ ...state, actual: event.value }, 0);
      if (event.object === "setPoint") return control({ ...state, setPoint: event.value }, 0);
      return [state, []];
    default:
      return [state, []];
  }
};

const CYCLE_MS = 60_000;
const CYCLE: Action = { type: "start", timer: "cycle", ms: CYCLE_MS };

/** @param passed ms since the integral part was last counted on */
const control = (state: State, passed: number): Stepped =>
  state.actual === null
    ? [state, []]
    : state.parameters.control === "pi"
      ? proportional(state, state.setPoint - state.actual, passed)
      : twoPoint(state, state.setPoint - state.actual);

/** Between the two switching points it stays as it was. */
const twoPoint = (state: State, missing: number): Stepped => {
  const half = state.parameters.hysteresis / 20;
  const heating = missing >= half || (missing > -half && state.heating === true);
  if (heating === state.heating) return [state, []];
  return [{ ...state, heating }, [{ type: "write", object: "heating", value: heating }]];
};

/** The integral part stays within what the valve can do, or it would take hours to come back. */
const proportional = (state: State, missing: number, passed: number): Stepped => {
  const part = missing / state.parameters.band;
  const integral = within(state.integral + (part * passed) / (state.parameters.reset * 60_000));
  const valve = Math.round(within(part + integral) * 100);
  if (valve === state.valve) return [{ ...state, integral }, []];
  return [{ ...state, integral, valve }, [{ type: "write", object: "valve", value: valve }]];
};

const within = (part: number): number => Math.min(1, Math.max(0, part));
