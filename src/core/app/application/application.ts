import type { ApplicationImpulse } from "../../app-impulse.ts";
import { decode } from "../../dpt/dpt.ts";
import { NOTHING } from "../../impulse.ts";
import { never } from "../../never.ts";
import { act, drop, stopTimer } from "./act.ts";
import { APPLICATIONS } from "./applications.ts";
import type { Declaration } from "./declaration.ts";
import { dptOf, linksOf, objectAt } from "./objects.ts";
import { decodeParameters } from "./parameters.ts";
import type { Application, EventOf } from "./program.ts";
import type { ApplicationState, Turn } from "./state.ts";

type Event = EventOf<Declaration>;
type Impulse<Type extends ApplicationImpulse["type"]> = Extract<ApplicationImpulse, { type: Type }>;

/**
 * Runs one application: decodes what it is told by its declaration, and does what it wants.
 * @param program the application itself; without it the one that the configuration names
 */
export const application = (
  state: ApplicationState,
  impulse: ApplicationImpulse,
  program: Application = APPLICATIONS[state.config.name],
): Turn => {
  switch (impulse.type) {
    case "started.ind":
      return onStarted(state, impulse, program);
    case "stopped.ind":
      return onStopped(state, impulse.at, program);
    case "object-updated.ind":
      return onUpdated(state, impulse, program);
    case "gpio.ind":
      return onLevel(state, impulse, program);
    case "timeout":
      return onTimeout(state, impulse, program);
    default:
      return never(impulse);
  }
};

/** What ran before is over first: its timers mean nothing to the new beginning. */
const onStarted = (
  before: ApplicationState,
  { parameters: memory, links, at }: Impulse<"started.ind">,
  program: Application,
): Turn => {
  const { declaration } = program;
  const { values, refused } = decodeParameters(declaration, memory);
  const opened = { state: program.open(values), parameters: values, timers: [] };
  const timers = before.running?.timers ?? [];
  const first: Turn = [
    { ...before, running: opened },
    [...timers.map(stopTimer), ...refused.map(() => drop("application.parameter"))],
  ];
  const linked = linksOf(declaration, values, links);
  const started = then(first, program, { type: "started", links: linked, at });
  return declaration.inputs.reduce<Turn>((turn, input, index) => {
    const on = before.levels[index] ?? null;
    return on === null ? turn : then(turn, program, { type: "input", input, on, at });
  }, started);
};

const onStopped = (before: ApplicationState, at: number, program: Application): Turn => {
  if (before.running === null) return [before, NOTHING];
  const [after, out] = tell(before, program, { type: "stopped", at });
  const timers = after.running?.timers ?? [];
  return [{ ...after, running: null }, [...out, ...timers.map(stopTimer)]];
};

/** The value is taken, whatever it says: who waits for it to be taken must not wait longer. */
const onUpdated = (
  state: ApplicationState,
  { asap, value, at }: Impulse<"object-updated.ind">,
  program: Application,
): Turn => {
  const found = objectAt(program.declaration, asap);
  if (state.running === null || found === undefined) return [state, NOTHING];
  const taken: Turn = [state, [{ for: "objects", type: "object-updated.res", asap, at }]];
  const [object, declared] = found;
  const dpt = dptOf(declared, state.running.parameters);
  const decoded = dpt && decode(dpt, value);
  if (!decoded?.ok)
    return [
      state,
      [
        ...taken[1],
        { for: "drops", type: "drop", reason: "application.value", octets: value.octets },
      ],
    ];
  return then(taken, program, { type: "updated", object, value: decoded.value, at });
};

/** One that is told again has not changed: who watches the inputs begins anew now and then. */
const onLevel = (
  before: ApplicationState,
  { input: index, on, at }: Impulse<"gpio.ind">,
  program: Application,
): Turn => {
  const input = program.declaration.inputs[index];
  if (input === undefined) return [before, [drop("application.unknown")]];
  if (before.levels[index] === on) return [before, NOTHING];
  const levels = program.declaration.inputs.map((_, other) =>
    other === index ? on : (before.levels[other] ?? null),
  );
  return tell({ ...before, levels }, program, { type: "input", input, on, at });
};

const onTimeout = (
  state: ApplicationState,
  { timer: { name }, at }: Impulse<"timeout">,
  program: Application,
): Turn => {
  const { running } = state;
  if (running === null) return [state, NOTHING];
  const timers = running.timers.filter((other) => other !== name);
  const after = { ...state, running: { ...running, timers } };
  return tell(after, program, { type: "timer", timer: name, at });
};

/** One step of the program, while it runs. */
const tell = (before: ApplicationState, program: Application, event: Event): Turn => {
  const { running } = before;
  if (running === null) return [before, NOTHING];
  const [state, actions] = program.step(running.state, event);
  const [timers, out] = act(program.declaration, running, actions, event.at);
  return [{ ...before, running: { ...running, state, timers } }, out];
};

const then = ([state, out]: Turn, program: Application, event: Event): Turn => {
  const [after, more] = tell(state, program, event);
  return [after, [...out, ...more]];
};
