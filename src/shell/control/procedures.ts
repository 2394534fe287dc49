import type { Procedure } from "../../core/app/client/procedure.ts";
import type { ControlEffect, JsonValue } from "../../core/effect.ts";
import type { Impulse } from "../../core/impulse.ts";
import { controlError } from "./error.ts";

export type Procedures = Readonly<{
  /** Begins one. */
  start(procedure: Procedure, progress: (done: number, total: number) => void): RunningProcedure;
  execute(effect: Extract<ControlEffect, { id: number }>): void;
  running(): number;
}>;

export type RunningProcedure = Readonly<{
  result: Promise<JsonValue>;
  /** Its connection is closed; the result is an error. */
  cancel(): void;
}>;

/** Gives each procedure its number, and brings what the core says about that number to whoever waits for it. */
export const createProcedures = (deliver: (impulse: Impulse) => void): Procedures => {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  return {
    start(procedure, progress) {
      lastId += 1;
      const id = lastId;
      const result = new Promise<JsonValue>((resolve, reject) => {
        waiting.set(id, { resolve, reject, progress });
      });
      deliver({ for: "client", type: "procedure.req", id, procedure, at: performance.now() });
      const cancel = (): void => {
        const one = waiting.get(id);
        if (one === undefined) return;
        waiting.delete(id);
        deliver({ for: "client", type: "cancel.req", id, at: performance.now() });
        one.reject(controlError("cancelled", "cancelled; its connection, if any, is closed"));
      };
      return { result, cancel };
    },
    execute(effect) {
      const one = waiting.get(effect.id);
      if (one === undefined) return;
      if (effect.type === "progress") {
        one.progress(effect.done, effect.total);
        return;
      }
      waiting.delete(effect.id);
      if (effect.type === "result") one.resolve(effect.value);
      else one.reject(controlError(effect.error.code, effect.error.message));
    },
    running: () => waiting.size,
  };
};

type Waiting = Readonly<{
  resolve(value: JsonValue): void;
  reject(error: Error): void;
  progress(done: number, total: number): void;
}>;
