import { formatGroupAddress, formatIndividualAddress } from "../../address.ts";
import type { ConnectedOutcome, Outcome } from "../../impulse.ts";
import { type Answer, type Ask, fail } from "./ask.ts";
import type { ProcedureErrorCode } from "./procedure.ts";

type Sent = Extract<Ask, { ask: "request" | "send" | "collect" | "group.read" | "group.write" }>;
type Bad = Exclude<Outcome | ConnectedOutcome, "ok">;

/** A telegram that did not get through, as the error of the procedure it belongs to. */
export const outcomeError = (outcome: Bad, ask: Sent): Answer => {
  const toGroup = ask.ask === "group.read" || ask.ask === "group.write";
  const [code, sentence] = toGroup ? GROUP[outcome] : ONE[outcome];
  return fail(code, sentence(toWhom(ask)));
};

/** `to 1.1.5`, `to 1/2/3`, `to everybody`. */
export const toWhom = (ask: Sent): string => {
  switch (ask.ask) {
    case "request":
      return `to ${formatIndividualAddress(ask.peer)}`;
    case "send":
      return ask.to.mode === "broadcast"
        ? "to everybody"
        : `to ${formatIndividualAddress(ask.to.peer)}`;
    case "collect":
      return "to everybody";
    case "group.read":
    case "group.write":
      return `to ${formatGroupAddress(ask.address)}`;
  }
};

type Row = readonly [code: ProcedureErrorCode, sentence: (whom: string) => string];

const ONE: Readonly<Record<Bad, Row>> = {
  no_ack: [
    "not_found",
    (whom) =>
      `Nobody acknowledges a telegram ${whom}. Check the address, and whether the device has power.`,
  ],
  lost: ["no_answer", (whom) => `Nobody knows whether the telegram ${whom} was sent. Try again.`],
  rejected: [
    "offline",
    (whom) =>
      `The transceiver did not take the telegram ${whom}. Look into the log, and reset the transceiver.`,
  ],
  offline: [
    "offline",
    (whom) =>
      `The telegram ${whom} was not sent, because the bus cannot be reached. Check the transceiver, the bus voltage, and whether the bus monitor is on.`,
  ],
  queue_full: [
    "busy",
    (whom) => `The telegram ${whom} was not sent, because too many others wait. Try again later.`,
  ],
  too_long: [
    "refused",
    (whom) =>
      `The telegram ${whom} is longer than this transceiver can send. Write less at a time.`,
  ],
  no_connection: [
    "disconnected",
    (whom) => `There is no connection any more for the telegram ${whom}. Try again.`,
  ],
};

/** A group is no device: that nobody acknowledges does not mean that an address is wrong. */
const GROUP: Readonly<Record<Bad, Row>> = {
  ...ONE,
  no_ack: [
    "no_answer",
    (whom) =>
      `Nobody acknowledges the telegram ${whom}. No device on this line has this group address, or it has no power.`,
  ],
};
