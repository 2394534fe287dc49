import type { Effect } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import type { StackState } from "../core/stack/stack.ts";

/**
 * Looks on at everything that passes between world and core. Called with every octet: it must be quick, must not deliver an impulse
 * while it is called, and never throws.
 */
export type Observer = Readonly<{
  /** The core is about to take this impulse in this state. */
  takes?(impulse: Impulse, state: StackState): void;
  /** These effects of it have been executed, and this is the state now. */
  done?(impulse: Impulse, effects: readonly Effect[], state: StackState): void;
  /** The core, or one of the effects, threw: the process ends. */
  threw?(impulse: Impulse, error: unknown): void;
}>;

/** Several as one, each call going only to those that want it. */
export const allOf = (observers: readonly Observer[]): Required<Observer> => {
  const takers = observers.filter(({ takes }) => takes !== undefined);
  const doers = observers.filter(({ done }) => done !== undefined);
  return {
    takes(impulse, state) {
      for (const one of takers) one.takes?.(impulse, state);
    },
    done(impulse, effects, state) {
      for (const one of doers) one.done?.(impulse, effects, state);
    },
    threw(impulse, error) {
      for (const one of observers) one.threw?.(impulse, error);
    },
  };
};
