import type { Effect } from "../core/effect.ts";
import type { Impulse } from "../core/impulse.ts";
import type { StackState } from "../core/stack/stack.ts";
import type { ChildName } from "./supervise/report.ts";

/**
 * Looks on at everything that passes between world and core. Called with every octet: it must be quick, must not deliver an impulse
 * while it is called, and never throws: one that does is not asked any more.
 */
export type Observer = Readonly<{
  /** The core is about to take this impulse in this state. */
  takes?(impulse: Impulse, state: StackState): void;
  /** These effects of it have been executed, and this is the state now. */
  done?(impulse: Impulse, effects: readonly Effect[], state: StackState): void;
  /** The core, or an effect that it relies on, threw: the process ends. */
  threw?(impulse: Impulse, error: unknown): void;
  /** A part of the shell threw, executing an effect or by itself: it is started again, everything else goes on. */
  mended?(child: ChildName, error: unknown): void;
}>;

/**
 * Several as one, each call going only to those that want it.
 * @param failed one of them threw
 */
export const allOf = (
  observers: readonly Observer[],
  failed: (error: unknown) => void,
): Required<Observer> => {
  let takers = observers.filter(({ takes }) => takes !== undefined);
  let doers = observers.filter(({ done }) => done !== undefined);
  let others = observers;
  const without = (one: Observer, error: unknown): void => {
    takers = takers.filter((other) => other !== one);
    doers = doers.filter((other) => other !== one);
    others = others.filter((other) => other !== one);
    failed(error);
  };
  return {
    takes(impulse, state) {
      for (const one of takers)
        try {
          one.takes?.(impulse, state);
        } catch (error) {
          without(one, error);
        }
    },
    done(impulse, effects, state) {
      for (const one of doers)
        try {
          one.done?.(impulse, effects, state);
        } catch (error) {
          without(one, error);
        }
    },
    threw(impulse, error) {
      for (const one of others)
        try {
          one.threw?.(impulse, error);
        } catch (thrown) {
          without(one, thrown);
        }
    },
    mended(child, error) {
      for (const one of others)
        try {
          one.mended?.(child, error);
        } catch (thrown) {
          without(one, thrown);
        }
    },
  };
};
