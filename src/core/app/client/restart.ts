import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import {
  type Arguments,
  done,
  fail,
  type Result,
  request,
  type Session,
  type Steps,
} from "./ask.ts";
import { levelOf } from "./property.ts";
import { check, isWithin } from "./range.ts";
import { open } from "./session.ts";

/** DMP_Restart_RCo. */
export function* restartDevice(
  procedure: Arguments<"device.restart">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  const session = yield* open(procedure, own);
  if (!session.ok) return session;
  const restarted = yield* restart(session.value);
  return restarted.ok ? done({ ...levelOf(session.value), ...restarted.value }) : restarted;
}

/**
 * A_Restart in a connection. Nothing answers it, and some devices restart before they acknowledge it: silence and a
 * T_Disconnect are as good as a T_ACK.
 */
export function* restart({ peer }: Session): Steps<Result<{ readonly acknowledged: boolean }>> {
  const sent = yield {
    ask: "send",
    to: { mode: "connected", peer },
    apdu: { service: "A_Restart" },
    ms: RESTART_MS,
  };
  if (!sent.ok && sent.error.code !== "no_answer" && sent.error.code !== "disconnected")
    return sent;
  yield { ask: "disconnect", peer };
  return done({ acknowledged: sent.ok });
}

/**
 * A device that has not acknowledged by now is restarting. A little less than the 3 s of the transport layer, whose repetition
 * would find it just after its start. `device-model.md` §6.3
 */
export const RESTART_MS = 2_900;

/** Master reset: answered with how long it takes, which is waited for. */
export function* resetDevice(
  procedure: Arguments<"device.reset">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  const { eraseCode, channel, peer } = procedure;
  const wrong = check([
    [isWithin(eraseCode, 1, 7), "An erase code is 1 … 7."],
    [isWithin(channel, 0, 255), "A channel is 0 (all) … 255."],
  ]);
  if (wrong) return wrong;
  const session = yield* open(procedure, own);
  if (!session.ok) return session;
  const apdu = { service: "A_Restart_MasterReset", eraseCode, channel } as const;
  const answer = yield* request(session.value, apdu, "A_Restart_Response", {});
  if (!answer.ok) return answer;
  const { errorCode, processTime } = answer.value;
  if (errorCode !== 0)
    return fail(
      "refused",
      `${formatIndividualAddress(peer)} refuses the reset: ${ERRORS[errorCode] ?? `error ${errorCode}`}.`,
    );
  yield { ask: "disconnect", peer };
  yield { ask: "wait", ms: Math.min(processTime * 1_000, MAX_PROCESS_MS) };
  return done({ ...levelOf(session.value), eraseCode, channel, processTime });
}

/** `layers.md` D.6 */
const ERRORS: Readonly<Record<number, string>> = {
  1: "access denied, it needs a key with more rights",
  2: "it does not know this erase code",
  3: "it has no such channel",
};

/** Some devices count in tenths of a second, so their word is not taken for more than this. `device-model.md` §6.3 */
const MAX_PROCESS_MS = 30_000;
