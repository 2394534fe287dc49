import type { Changes } from "../config/changes.ts";
import type { Finding } from "../config/finding.ts";
import { type ErrorCode, failure } from "../core/app/bridge/commands/errors.ts";
import type { Reply } from "../core/app/bridge/requests/state.ts";
import type { JsonValue } from "../core/effect.ts";

/** Answers to requests about the configuration. `mqtt-interface.md` §10 */
export const appliedJson = ({ live, reconnect, restart }: Changes): JsonValue => ({
  applied: true,
  live,
  reconnect,
  restart_required: restart,
});

export const findingJson = ({
  path,
  line,
  column,
  code,
  message,
  suggestion,
}: Finding): JsonValue => ({
  path,
  line,
  column,
  code,
  message,
  ...(suggestion !== undefined && { suggestion }),
});

export const refusal = (errors: readonly Finding[], message: string): Reply => ({
  ok: false,
  error: failure("invalid_value", message),
  data: { errors: errors.map(findingJson) },
});

export const refuse = (message: string, code: ErrorCode = "invalid_value"): Reply => ({
  ok: false,
  error: failure(code, message),
});

export const done = (data: JsonValue): Reply => ({ ok: true, data });
