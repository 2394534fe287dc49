import { encode } from "../../dpt/dpt.ts";
import type { DropReason } from "../../drop.ts";
import type { Effect } from "../../effect.ts";
import type { Impulse } from "../../impulse.ts";
import { NO_OCTETS } from "../../octets.ts";
import { Asap } from "../group-objects/access-point.ts";
import type { Declaration } from "./declaration.ts";
import { dptOf } from "./objects.ts";
import type { ActionOf } from "./program.ts";
import type { Running } from "./state.ts";

type Action = ActionOf<Declaration>;
type Out = readonly (Impulse | Effect)[];
/** Timers that run afterwards, and what goes out. */
type Acted = readonly [timers: readonly string[], out: Out];

/**
 * What an application wants → impulses and effects. The types of the declaration forbid most nonsense, but a program can be
 * wrong about numbers, and can be written without types: what cannot be done is dropped, the rest is done.
 */
export const act = (
  declaration: Declaration,
  running: Running,
  actions: readonly Action[],
  at: number,
): Acted => {
  let timers = running.timers;
  const all: (Impulse | Effect)[] = [];
  for (const action of actions.slice(0, ACTIONS_LIMIT)) {
    const [after, out] = one(declaration, { ...running, timers }, action, at);
    timers = after;
    all.push(...out);
  }
  if (actions.length > ACTIONS_LIMIT) all.push(drop("application.flood"));
  return [timers, all];
};

/** More than one for each of the objects of the largest application. */
const ACTIONS_LIMIT = 1_000;

const one = (declaration: Declaration, running: Running, action: Action, at: number): Acted => {
  const { timers } = running;
  const nothing = (reason: DropReason): Acted => [timers, [drop(reason)]];
  switch (action.type) {
    case "write": {
      const object = own(declaration.objects, action.object);
      if (object === undefined) return nothing("application.unknown");
      const dpt = dptOf(object, running.parameters);
      const encoded = dpt && encode(dpt, action.value);
      if (!encoded?.ok) return nothing("application.value");
      const asap = Asap(object.number);
      const value = encoded.value.octets;
      return [timers, [{ for: "objects", type: "object-write.req", asap, value, at }]];
    }
    case "read": {
      const object = own(declaration.objects, action.object);
      if (object === undefined) return nothing("application.unknown");
      const asap = Asap(object.number);
      return [timers, [{ for: "objects", type: "object-read.req", asap, at }]];
    }
    case "start": {
      const { timer: name, ms } = action;
      if (!declaration.timers.includes(name)) return nothing("application.unknown");
      if (!Number.isFinite(ms) || ms < 0) return nothing("application.value");
      const timer = { for: "application", name } as const;
      const others = timers.filter((other) => other !== name);
      return [[...others, name], [{ for: "timer", type: "start", timer, ms }]];
    }
    case "stop": {
      const { timer: name } = action;
      if (!declaration.timers.includes(name)) return nothing("application.unknown");
      return [timers.filter((other) => other !== name), [stopTimer(name)]];
    }
    case "output": {
      const output = declaration.outputs.indexOf(action.output);
      if (output < 0) return nothing("application.unknown");
      return [timers, [{ for: "gpio", type: "output", output, on: action.on }]];
    }
    case "log": {
      const { level, message, fields } = action;
      const note = { level, layer: "application", message, fields } as const;
      return [timers, [{ for: "log", type: "note", note }]];
    }
    case "bridge":
      return [timers, [{ for: "bridge", type: "objects.req", objects: action.objects, at }]];
    default:
      // Not `never`: that throws, and an application without types could reach it.
      return nothing("application.unknown");
  }
};

export const stopTimer = (name: string): Effect => ({
  for: "timer",
  type: "stop",
  timer: { for: "application", name },
});

/** @returns undefined also for what every object inherits */
const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

export const drop = (reason: DropReason): Effect => ({
  for: "drops",
  type: "drop",
  reason,
  octets: NO_OCTETS,
});
