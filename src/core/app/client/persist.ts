import type { Result, Steps } from "./ask.ts";
import type { ProcedureErrorCode } from "./procedure.ts";
import { access, connect, type Target } from "./session.ts";

/**
 * Steps that may be said twice, said again over a new connection where the old one was lost: whatever a download writes comes
 * to the same when it is written once more, and a line on which telegrams get lost is no reason to begin from the start.
 */
export function* persist<T>(target: Target, steps: () => Steps<Result<T>>): Steps<Result<T>> {
  for (let tries = 1; ; tries++) {
    const result = yield* steps();
    if (result.ok || tries === TRIES || !LOST.has(result.error.code)) return result;
    const again = yield* reconnect(target);
    // Why it was lost in the first place says more.
    if (!again.ok) return LOST.has(again.error.code) ? result : again;
  }
}

/** A new connection with the rights of the old one. */
export function* reconnect({ peer, key }: Target): Steps<Result<unknown>> {
  yield { ask: "disconnect", peer };
  const connected = yield* connect(peer);
  return connected.ok ? yield* access({ peer, mode: "connected" }, key) : connected;
}

const LOST: ReadonlySet<ProcedureErrorCode> = new Set(["no_answer", "disconnected"]);
const TRIES = 3;
