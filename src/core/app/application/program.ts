import type { GroupAddress } from "../../address.ts";
import type { ObjectConfig } from "../../config.ts";
import type { Value } from "../../dpt/dpt.ts";
import type { JsonValue, Note } from "../../effect.ts";
import type {
  Declaration,
  DptChoice,
  ObjectDeclaration,
  ParameterDeclaration,
} from "./declaration.ts";

/*
 * What an application is: a declaration, and two functions. Both are pure like the rest of the core: what they know is in
 * their state, what they want is an action.
 *
 *   open(parameters) → state        step(state, event) → [state, actions]
 */

/** An application as the runner sees it, whatever it declares. */
export type Application = Readonly<{ declaration: Declaration }> & Program<Declaration, JsonValue>;

/** Methods, and not properties: the runner gives back only the state it was given, so it need not know which it is. */
export interface Program<D extends Declaration, S> {
  /** The program begins: with the parameters that ETS loaded. */
  open(parameters: ParametersOf<D>): S;
  step(state: S, event: EventOf<D>): readonly [state: S, actions: readonly ActionOf<D>[]];
}

/** An application from its parts: keys and values of its program are those of its declaration, or it does not compile. */
export const defineApplication = <const D extends Declaration, S extends JsonValue>(
  declaration: D,
  program: Program<D, S>,
): Readonly<{ declaration: D }> & Program<D, S> => ({ declaration, ...program });

/** What happens to an application. Times are monotonic, in ms. */
export type EventOf<D extends Declaration> = Readonly<
  | { type: "started"; links: readonly LinkOf<D>[]; at: number }
  | { type: "stopped"; at: number }
  | ObjectEvents<D>
  | { type: "timer"; timer: D["timers"][number]; at: number }
  | { type: "input"; input: D["inputs"][number]; on: boolean; at: number }
>;

/** An object that has a group address. */
export type LinkOf<D extends Declaration> = Readonly<{
  object: KeyOf<D["objects"]>;
  ga: GroupAddress;
  /** The datapoint type it has with these parameters; null: none. */
  dpt: string | null;
  /** Its flags as ETS loaded them: C R W T U I. */
  flags: string;
}>;

/** What an application wants done. */
export type ActionOf<D extends Declaration> = Readonly<
  | ObjectWrites<D>
  | { type: "read"; object: KeyOf<D["objects"]> }
  /** A running timer starts again. */
  | { type: "start"; timer: D["timers"][number]; ms: number }
  | { type: "stop"; timer: D["timers"][number] }
  | { type: "output"; output: D["outputs"][number]; on: boolean }
  | { type: "log"; level: Note["level"]; message: string; fields: Note["fields"] }
  /** These are the objects of the MQTT bridge, beside those of the configuration. */
  | { type: "bridge"; objects: readonly ObjectConfig[] }
>;

/** A new value from the bus; one event type for each object, so that the value has the type of the object. */
type ObjectEvents<D extends Declaration> = {
  [K in KeyOf<D["objects"]>]: Readonly<{
    type: "updated";
    object: K;
    value: ValueOf<D["objects"][K]>;
    at: number;
  }>;
}[KeyOf<D["objects"]>];

type ObjectWrites<D extends Declaration> = {
  [K in KeyOf<D["objects"]>]: Readonly<{
    type: "write";
    object: K;
    value: ValueOf<D["objects"][K]>;
  }>;
}[KeyOf<D["objects"]>];

export type ParametersOf<D extends Declaration> = Readonly<{
  [K in KeyOf<D["parameters"]>]: ParameterOf<D["parameters"][K]>;
}>;

type ParameterOf<P extends ParameterDeclaration | undefined> = P extends { type: "choice" }
  ? KeyOf<P["choices"]>
  : P extends { type: "text" }
    ? string
    : P extends { type: "number" | "float" }
      ? number
      : never;

/** By main type, as in JSON on MQTT: `mqtt-interface.md` §6. */
export type ValueOf<O extends ObjectDeclaration | undefined> = O extends { dpt: infer T }
  ? T extends DptChoice
    ? Value
    : T extends `1.${string}`
      ? boolean
      : T extends `3.${string}`
        ? StepValue
        : T extends `5.${string}` | `9.${string}`
          ? number
          : Value
  : never;

export type StepValue = Readonly<{ direction: string; step: number }>;

type KeyOf<T> = keyof T & string;
