import {
  formatGroupAddress,
  formatIndividualAddress,
  type IndividualAddress,
} from "../../address.ts";
import type { ClientImpulse } from "../../app-impulse.ts";
import type { Impulse, Partner } from "../../impulse.ts";
import { never } from "../../never.ts";
import { type Octets, sameOctets } from "../../octets.ts";
import { type Apdu, decodeApdu } from "../../stack/7-al/apdu.ts";
import type { Fields } from "../../stack/7-al/layout.ts";
import { type Answer, type BusAsk, type Expected, fail, type Heard, OVER, SEND_MS } from "./ask.ts";
import { outcomeError, toWhom } from "./outcome.ts";

/** An ask under way. */
export type Waiting = Readonly<{
  ask: BusAsk;
  /** Of the telegram that went out for it. */
  ref: number;
  /** What came so far. */
  heard: readonly Heard[];
}>;

/** What an impulse means for an ask: it is answered, it goes on (perhaps with a new time limit), or it is asked again. */
export type Reaction = Readonly<
  { answer: Answer } | { waiting: Waiting; ms?: number } | { again: BusAsk }
>;

/** What goes out first for an ask, and after how many ms it is overdue. */
export const opening = (
  { ask, ref }: Waiting,
  at: number,
): Readonly<{ out: readonly Impulse[]; ms: number }> => {
  switch (ask.ask) {
    case "connect":
      return { out: [{ for: "tlsm", type: "T_Connect.req", peer: ask.peer, at }], ms: SEND_MS };
    case "disconnect":
      return { out: [{ for: "tlsm", type: "T_Disconnect.req", peer: ask.peer, at }], ms: SEND_MS };
    case "request":
      return {
        out: [apduRequest({ mode: ask.mode, peer: ask.peer }, ask.apdu, ref, at)],
        ms: SEND_MS,
      };
    case "send":
      return { out: [apduRequest(ask.to, ask.apdu, ref, at)], ms: ask.ms };
    case "collect":
      return { out: [apduRequest({ mode: "broadcast" }, ask.apdu, ref, at)], ms: SEND_MS };
    case "wait":
      return { out: [], ms: ask.ms };
    case "group.read": {
      const destination = ask.address;
      const type = "A_GroupValue_Read.req";
      return { out: [{ for: "al", type, destination, priority: "low", ref, at }], ms: SEND_MS };
    }
    case "group.write": {
      const { address: destination, value } = ask;
      const type = "A_GroupValue_Write.req";
      const write: Impulse = { for: "al", type, destination, value, priority: "low", ref, at };
      return { out: [write], ms: SEND_MS };
    }
    default:
      return never(ask);
  }
};

/** As the engineering tool does it: whatever manages devices goes before what they say to each other. `device-model.md` §1 */
const apduRequest = (to: Partner, apdu: Apdu, ref: number, at: number): Impulse => ({
  for: "al",
  type: "apdu.req",
  to,
  apdu,
  priority: "system",
  ref,
  at,
});

/** @returns undefined when the impulse means nothing for this ask */
export const react = (waiting: Waiting, impulse: ClientImpulse): Reaction | undefined => {
  const { ask } = waiting;
  switch (impulse.type) {
    case "T_Connect.con":
      return ask.ask === "connect" && ask.peer === impulse.peer ? { answer: OVER } : undefined;
    case "T_Disconnect.con":
      return ask.ask === "disconnect" && ask.peer === impulse.peer ? { answer: OVER } : undefined;
    case "T_Disconnect.ind":
      return lost(ask, impulse.peer);
    case "apdu.con":
    case "A_GroupValue_Read.con":
    case "A_GroupValue_Write.con":
    case "A_GroupValue_Response.con":
      return impulse.ref === waiting.ref ? confirmed(waiting, impulse.outcome) : undefined;
    case "apdu.ind":
      return heard(waiting, impulse);
    case "telegram.ind":
      return groupAnswer(ask, impulse);
    case "timeout":
      return overdue(waiting);
    case "procedure.req":
    case "cancel.req":
    case "watch.req":
    case "stream.req":
    case "configure.req":
      return undefined;
    default:
      return never(impulse);
  }
};

const lost = (ask: BusAsk, peer: IndividualAddress): Reaction | undefined => {
  const device = formatIndividualAddress(peer);
  switch (ask.ask) {
    case "connect":
      return ask.peer === peer
        ? { answer: fail("disconnected", `${device} takes no connection. Try again later.`) }
        : undefined;
    case "request":
      return ask.mode === "connected" && ask.peer === peer
        ? { answer: hungUp(peer, ask.apdu) }
        : undefined;
    case "send":
      return ask.to.mode === "connected" && ask.to.peer === peer
        ? { answer: hungUp(peer, ask.apdu) }
        : undefined;
    default:
      return undefined;
  }
};

/** The connection is over, and this was not answered. */
export const hungUp = (peer: IndividualAddress, apdu: Apdu): Answer =>
  fail(
    "disconnected",
    `The connection to ${formatIndividualAddress(peer)} ended before it answered ${apdu.service}. Try again, and look whether somebody else is talking to this device.`,
  );

const confirmed = (
  waiting: Waiting,
  outcome: Extract<ClientImpulse, { type: "apdu.con" }>["outcome"],
): Reaction | undefined => {
  const { ask } = waiting;
  // What was on the bus may have been heard, even when the chip does not say so.
  const out = outcome === "ok" || outcome === "lost";
  switch (ask.ask) {
    case "request":
    case "group.read":
      return out ? { waiting, ms: ask.ms } : { answer: outcomeError(outcome, ask) };
    case "collect":
      // Nobody who acknowledges is nobody who answers, and that is for the procedure to judge.
      return out || outcome === "no_ack"
        ? { waiting, ms: ask.ms }
        : { answer: outcomeError(outcome, ask) };
    case "send":
    case "group.write":
      return { answer: out ? OVER : outcomeError(outcome, ask) };
    default:
      return undefined;
  }
};

const heard = (
  waiting: Waiting,
  { mode, source, apdu }: Extract<ClientImpulse, { type: "apdu.ind" }>,
): Reaction | undefined => {
  const { ask } = waiting;
  switch (ask.ask) {
    case "request":
      return ask.mode === mode && ask.peer === source && matches(apdu, ask.expects)
        ? { answer: { ok: true, value: [{ source, apdu }] } }
        : undefined;
    case "collect":
      return mode === "broadcast" && matches(apdu, ask.expects)
        ? {
            waiting:
              waiting.heard.length < MAX_HEARD
                ? { ...waiting, heard: [...waiting.heard, { source, apdu }] }
                : waiting,
          }
        : undefined;
    default:
      return undefined;
  }
};

const matches = (apdu: Apdu, { service, fields }: Expected): boolean => {
  if (apdu.service !== service) return false;
  const { service: _, ...rest } = apdu;
  const heardFields: Fields = rest;
  return Object.entries(fields).every(([name, value]) => sameField(heardFields[name], value));
};

const sameField = (a: number | Octets | undefined, b: number | Octets): boolean =>
  typeof a === "object" && typeof b === "object" ? sameOctets(a, b) : a === b;

const groupAnswer = (
  ask: BusAsk,
  { source, destination, tpdu }: Extract<ClientImpulse, { type: "telegram.ind" }>,
): Reaction | undefined => {
  if (ask.ask !== "group.read" || destination.to !== "group" || destination.address !== ask.address)
    return undefined;
  // T_Data_Group: the six bits of the TPCI are 0
  const apdu = ((tpdu[0] ?? 0xff) & 0xfc) === 0 ? decodeApdu(tpdu) : undefined;
  return apdu?.ok && apdu.value.service === "A_GroupValue_Response"
    ? { answer: { ok: true, value: [{ source, apdu: apdu.value }] } }
    : undefined;
};

const overdue = (waiting: Waiting): Reaction => {
  const { ask } = waiting;
  switch (ask.ask) {
    case "connect": {
      const device = formatIndividualAddress(ask.peer);
      return { answer: fail("disconnected", `${device} takes no connection. Try again later.`) };
    }
    case "request":
      return ask.tries > 1
        ? { again: { ...ask, tries: ask.tries - 1 } }
        : {
            answer: fail(
              "no_answer",
              `${formatIndividualAddress(ask.peer)} does not answer ${ask.apdu.service}. Maybe it does not know this service, or it is busy: try again.`,
            ),
          };
    case "send":
      return {
        answer: fail(
          "no_answer",
          `${ask.apdu.service} ${toWhom(ask)} was not acknowledged. Try again.`,
        ),
      };
    case "collect":
      return { answer: { ok: true, value: waiting.heard } };
    case "disconnect":
    case "wait":
      return { answer: OVER };
    case "group.read":
      return {
        answer: fail(
          "no_answer",
          `Nobody answers for ${formatGroupAddress(ask.address)}. One group object of this address needs the read flag.`,
        ),
      };
    case "group.write":
      return {
        answer: fail(
          "no_answer",
          `Nobody knows whether the telegram to ${formatGroupAddress(ask.address)} was sent. Try again.`,
        ),
      };
    default:
      return never(ask);
  }
};

/** More devices than that are not in programming mode at a time. */
const MAX_HEARD = 256;
