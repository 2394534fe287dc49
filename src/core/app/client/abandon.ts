import { fail, type Result, type Steps } from "./ask.ts";
import { STEPS } from "./download.ts";
import type { Loadable } from "./image.ts";
import { unload } from "./load.ts";
import { persist, reconnect } from "./persist.ts";
import type { ProcedureError, ProcedureErrorCode } from "./procedure.ts";
import type { Target } from "./session.ts";

/**
 * Unloads what was begun, so that nothing half loaded is left, over a new connection if the old one is of no use any more.
 * @param error why the download ended
 * @returns that error, and what became of the device
 */
export function* abandon(
  target: Target,
  objects: readonly Loadable[],
  error: ProcedureError,
): Steps<Result<never>> {
  const why = yield* unloadAll(target, objects, error.code);
  return fail(
    error.code,
    why === null
      ? `${error.message} The device is unloaded now: program it again.`
      : `${error.message} It could not be unloaded after that: ${why} Do not trust this device until it is programmed again.`,
  );
}

/** @returns why one of them is not unloaded; null: they all are */
function* unloadAll(
  target: Target,
  objects: readonly Loadable[],
  code: ProcedureErrorCode,
): Steps<string | null> {
  const session = { peer: target.peer, mode: "connected" } as const;
  if (!ALIVE.has(code)) {
    const connected = yield* reconnect(target);
    if (!connected.ok) return connected.error.message;
  }
  let why: string | null = null;
  for (const object of objects) {
    const result = yield* persist(target, () => unload(session, object));
    if (result.ok) continue;
    why ??= `${STEPS[object].name}: ${result.error.message}`;
    if (!ALIVE.has(result.error.code)) break;
  }
  return why;
}

/** After these the connection is as it was. */
const ALIVE: ReadonlySet<ProcedureErrorCode> = new Set(["refused", "verify_failed"]);
