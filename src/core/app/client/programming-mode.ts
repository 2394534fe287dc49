import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import type { Octets } from "../../octets.ts";
import { type Arguments, done, fail, type Result, type Session, type Steps } from "./ask.ts";
import { kindOf } from "./mask.ts";
import { readPart, writePart } from "./memory.ts";
import { levelOf, readOnce, writeOnce } from "./property.ts";
import { connect, inEitherMode, readMask } from "./session.ts";

/** DM_ProgMode_Switch, asking only. */
export function* readProgrammingMode(
  procedure: Arguments<"programming-mode.read">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  return yield* inEitherMode(procedure, own, function* (session) {
    const mask = yield* readMask(session);
    if (!mask.ok) return mask;
    const on = yield* isOn(session, mask.value);
    return on.ok ? done({ ...levelOf(session), on: on.value }) : on;
  });
}

/** DM_ProgMode_Switch, and what the device says afterwards. */
export function* writeProgrammingMode(
  procedure: Arguments<"programming-mode.write">,
  own: IndividualAddress,
): Steps<Result<JsonValue>> {
  const { on } = procedure;
  return yield* inEitherMode(procedure, own, function* (session) {
    const mask = yield* readMask(session);
    if (!mask.ok) return mask;
    const written = yield* switchTo(session, mask.value, on);
    return written.ok ? done({ ...levelOf(session), on }) : written;
  });
}

/** Whether a device of this mask is in programming mode. */
export function* isOn(session: Session, mask: number): Steps<Result<boolean>> {
  const octet =
    kindOf(mask).programmingMode === "property"
      ? yield* readOnce(session, PROGRAMMING_MODE)
      : yield* readSystemState(session);
  return octet.ok ? done(((octet.value[0] ?? 0) & 1) === 1) : octet;
}

function* switchTo(session: Session, mask: number, on: boolean): Steps<Result<unknown>> {
  if (kindOf(mask).programmingMode === "property") {
    const before = yield* readOnce(session, PROGRAMMING_MODE);
    if (!before.ok) return before;
    const octet = ((before.value[0] ?? 0) & 0xfe) | (on ? 1 : 0);
    return yield* writeOnce(session, PROGRAMMING_MODE, [octet]);
  }
  const state = yield* readSystemState(session);
  if (!state.ok) return state;
  const octet = state.value[0] ?? 0;
  if (((octet & 1) === 1) === on) return state;
  // The other bits may have changed by the time they are read back: only the one that was meant is compared.
  const written = yield* writePart(
    inConnection(session),
    SYSTEM_STATE,
    [octet ^ BIT_AND_PARITY],
    false,
  );
  if (written.ok || written.error.code !== "verify_failed") return written;
  const now = yield* isOn(session, mask);
  if (!now.ok || now.value === on) return now;
  return fail(
    "verify_failed",
    `${formatIndividualAddress(session.peer)} is ${on ? "not" : "still"} in programming mode. Use its button.`,
  );
}

/** Memory services of old devices need a connection. */
function* readSystemState(session: Session): Steps<Result<Octets>> {
  const connected = yield* connect(session.peer);
  return connected.ok ? yield* readPart(inConnection(session), SYSTEM_STATE, 1, false) : connected;
}

const inConnection = (session: Session): Session => ({ ...session, mode: "connected" });

const PROGRAMMING_MODE = { object: 0, pid: 54, start: 1, count: 1 };

/** The system state of a bus coupling unit; bit 0 is programming mode, bit 7 makes the number of ones even. */
const SYSTEM_STATE = 0x0060;
const BIT_AND_PARITY = 0x81;
