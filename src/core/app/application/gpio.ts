import { type ActionOf, defineApplication, type EventOf, type ParametersOf } from "./program.ts";

/*
 * Example: four digital inputs become objects, once their level has been quiet for a while; four objects become outputs.
 */

// biome-ignore format: read by column
const DECLARATION = {
  identity: { manufacturer: 0x00fa, application: 0xb303, version: 0x10, name: "knxpi inputs and outputs", orderNumber: "KNXPI3" },
  objects: {
    input1:  { number: 1, name: "Input 1",  function: "Output", dpt: "1.001", flags: "CRT" },
    input2:  { number: 2, name: "Input 2",  function: "Output", dpt: "1.001", flags: "CRT" },
    input3:  { number: 3, name: "Input 3",  function: "Output", dpt: "1.001", flags: "CRT" },
    input4:  { number: 4, name: "Input 4",  function: "Output", dpt: "1.001", flags: "CRT" },
    output1: { number: 5, name: "Output 1", function: "Input",  dpt: "1.001", flags: "CRWU" },
    output2: { number: 6, name: "Output 2", function: "Input",  dpt: "1.001", flags: "CRWU" },
    output3: { number: 7, name: "Output 3", function: "Input",  dpt: "1.001", flags: "CRWU" },
    output4: { number: 8, name: "Output 4", function: "Input",  dpt: "1.001", flags: "CRWU" },
  },
  parameters: {
    debounce: { text: "Debounce time",           type: "number", bits: 8, unit: "ms", min: 5, max: 250, default: 30 },
    active:   { text: "Inputs are on when",      type: "choice", bits: 1, choices: { active: [0, "active"], inactive: [1, "not active"] }, default: "active" },
    atStart:  { text: "Send inputs after start", type: "choice", bits: 1, choices: { no: [0, "no"], yes: [1, "yes"] }, default: "no" },
    atStop:   { text: "Outputs when stopped",    type: "choice", bits: 1, choices: { keep: [0, "as they are"], off: [1, "off"] }, default: "off" },
  },
  timers: ["input1", "input2", "input3", "input4"],
  inputs: ["input1", "input2", "input3", "input4"],
  outputs: ["output1", "output2", "output3", "output4"],
  pages: [
    { text: "General", parameters: ["debounce"], objects: [] },
    { text: "Inputs",  parameters: ["active", "atStart"], objects: ["input1", "input2", "input3", "input4"] },
    { text: "Outputs", parameters: ["atStop"], objects: ["output1", "output2", "output3", "output4"] },
  ],
} as const;

type Input = (typeof DECLARATION.inputs)[number];
type State = Readonly<{
  parameters: ParametersOf<typeof DECLARATION>;
  /** Level that is looked at, and value that was sent last; null: none yet. */
  inputs: Readonly<Record<Input, Readonly<{ level: boolean; sent: boolean | null }>>>;
}>;
type Stepped = readonly [State, readonly ActionOf<typeof DECLARATION>[]];

export const GPIO = defineApplication(DECLARATION, {
  open: (parameters): State => ({
    parameters,
    inputs: { input1: IDLE, input2: IDLE, input3: IDLE, input4: IDLE },
  }),
  step: (state, event) => step(state, event),
});

const IDLE = { level: false, sent: null } as const;

const step = (state: State, event: EventOf<typeof DECLARATION>): Stepped => {
  const { inputs, parameters } = state;
  switch (event.type) {
    case "input": {
      // Every change begins the wait anew: what bounces is not over.
      const input = { ...inputs[event.input], level: event.on };
      const ms = parameters.debounce;
      const after = { ...state, inputs: { ...inputs, [event.input]: input } };
      return [after, [{ type: "start", timer: event.input, ms }]];
    }
    case "timer":
      return settled(state, event.timer);
    case "updated":
      switch (event.object) {
        case "output1":
        case "output2":
        case "output3":
        case "output4":
          return [state, [{ type: "output", output: event.object, on: event.value }]];
        default:
          return [state, []];
      }
    case "stopped":
      return [state, parameters.atStop === "off" ? ALL_OFF : []];
    default:
      return [state, []];
  }
};

/** The level was quiet for long enough. The first one is what was there before, and not a press. */
const settled = (state: State, name: Input): Stepped => {
  const { inputs, parameters } = state;
  const { level, sent } = inputs[name];
  const value = level === (parameters.active === "active");
  if (value === sent) return [state, []];
  const after = { ...state, inputs: { ...inputs, [name]: { level, sent: value } } };
  const silent = sent === null && parameters.atStart === "no";
  return [after, silent ? [] : [{ type: "write", object: name, value }]];
};

const ALL_OFF = DECLARATION.outputs.map(
  (output) => ({ type: "output", output, on: false }) as const,
);
