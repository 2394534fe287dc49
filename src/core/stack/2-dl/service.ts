import type { Counter } from "../../counter.ts";
import type { Effect } from "../../effect.ts";
import type { Impulse, Step } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";
import { answer, linkTimeout, move, resetOrGoOn } from "./link.ts";
import { confirmed, forgotten, refused } from "./send.ts";
import type { DlState } from "./state.ts";
import {
  CHIP_REPETITIONS,
  hasBusVoltage,
  hasCrystalFault,
  hasFrameError,
  isNormal,
  type ServiceKind,
  STATE_FLAGS,
} from "./tpuart.ts";
import { REST_MS } from "./transmit.ts";

/** What a service of the chip, found at a boundary, means here. `tp-uart.md` §3 */
export const onService = (
  state: DlState,
  kind: ServiceKind,
  octets: Octets,
  at: number,
): Step<DlState> => {
  const octet = octets[0] ?? 0;
  switch (kind) {
    case "confirmation":
      return confirmed(state, (octet & 0x80) !== 0, octet, at);
    case "reset":
      return onReset(state, at);
    case "state":
      return onState(state, octet, at);
    case "frame-state":
      return [state, hasFrameError(octet) ? [count("chip.frame-state-error")] : []];
    case "system-state":
      return onSystemState(state, octets[1] ?? 0, at);
    case "product":
      return identified(state, octet === 0xfe ? "e981" : "tpuart2", at);
    case "stop-mode":
      return onStopped(state, at);
    case "configuration":
      return [state, []];
    case "frame":
    case "poll":
    case "break":
    case "unexpected":
      return [state, []];
  }
};

const onReset = (state: DlState, at: number): Step<DlState> => {
  const asked = state.link.state === "resetting";
  const counted: (Impulse | Effect)[] = [count("chip.resets")];
  if (!asked)
    counted.push(count("chip.unexpected-resets"), UNEXPECTED_RESET, {
      for: "bridge",
      type: "chip-reset.ind",
      why: "unasked",
      at,
    });
  const event =
    state.config.chip === "auto" && state.link.chip === null
      ? "reset indication, chip unknown"
      : "reset indication";
  const fresh = { ...state, link: { ...state.link, repetitions: CHIP_REPETITIONS } };
  const [moved, out] = chain(fresh, at, (s) => move(s, event, at));
  return [moved, [...out, ...counted]];
};

const onState = (state: DlState, octet: number, at: number): Step<DlState> => {
  const failed = (octet & (STATE_FLAGS.receiveError | STATE_FLAGS.protocolError)) !== 0;
  // a chip that does not know the question has answered it
  if (failed && state.link.state === "identifying") return linkTimeout(state, at);
  const counted = FLAG_COUNTERS.filter(([flag]) => (octet & flag) !== 0).map(([, name]) =>
    count(name),
  );
  const hot = (octet & STATE_FLAGS.temperatureWarning) !== 0;
  const rested = hot ? { ...state, tx: { ...state.tx, restUntil: at + REST_MS } } : state;
  const [answered, out] = answer(rested, "state answer", at);
  const [known, gone] = failed ? refused(answered, at) : ([answered, []] as const);
  // A complaint of nothing that is with the chip is no reason to reset it.
  const [after, more] =
    known === answered ? ([answered, []] as const) : resetOrGoOn([known, gone], at);
  return [after, [...out, ...more, ...counted]];
};

const onSystemState = (state: DlState, status: number, at: number): Step<DlState> => {
  const [before, out] =
    state.link.state === "identifying" ? identified(state, "ncn5120", at) : ([state, []] as const);
  const [after, more] = systemMove(before, status, at);
  const fault: readonly (Impulse | Effect)[] = hasCrystalFault(status) ? [CRYSTAL_FAULT] : [];
  return [after, [...out, ...more, ...fault]];
};

const systemMove = (state: DlState, status: number, at: number): Step<DlState> => {
  if (!hasBusVoltage(status)) return move(state, "bus voltage missing", at);
  return isNormal(status) ? answer(state, "bus voltage present", at) : onStopped(state, at);
};

/** Stopped, or not up yet: a reset brings a chip back that worked before; for one that is starting it is as without a bus. */
const onStopped = (state: DlState, at: number): Step<DlState> =>
  state.link.state === "online" || state.link.state === "polling"
    ? chain(state, at, (forgot) => move(forgot, "reset requested", at))
    : move(state, "bus voltage missing", at);

const identified = (
  state: DlState,
  chip: "tpuart2" | "e981" | "ncn5120",
  at: number,
): Step<DlState> =>
  state.link.state === "identifying"
    ? move({ ...state, link: { ...state.link, chip } }, "chip identified", at)
    : [state, []];

/** After a reset the chip holds no frame any more; then whatever follows. */
const chain = (
  state: DlState,
  at: number,
  next: (state: DlState) => Step<DlState>,
): Step<DlState> => {
  const [forgot, out] = forgotten(state, at);
  const [after, more] = next(forgot);
  return [after, [...more, ...out]];
};

const FLAG_COUNTERS = [
  [STATE_FLAGS.slaveCollision, "chip.slave-collision"],
  [STATE_FLAGS.receiveError, "chip.receive-error"],
  [STATE_FLAGS.transmitError, "chip.transmit-error"],
  [STATE_FLAGS.protocolError, "chip.protocol-error"],
  [STATE_FLAGS.temperatureWarning, "chip.temperature-warning"],
] as const satisfies readonly (readonly [number, Counter])[];

const count = (counter: Counter): Effect => ({ for: "counters", type: "count", counter, by: 1 });

const note = (message: string): Effect => ({
  for: "log",
  type: "note",
  note: { level: "warn", layer: "dl", message, fields: {} },
});

const UNEXPECTED_RESET = note("transceiver reset itself; configured again");
const CRYSTAL_FAULT = note("transceiver reports an oscillator fault");
