import {
  formatIndividualAddress,
  type GroupAddress,
  type IndividualAddress,
} from "../../address.ts";
import type { GroupValue, Mode, Partner } from "../../impulse.ts";
import type { Octets } from "../../octets.ts";
import type { Apdu } from "../../stack/7-al/apdu.ts";
import type { Fields } from "../../stack/7-al/layout.ts";
import type { ServiceName } from "../../stack/7-al/services.ts";
import type { Download } from "./download.ts";
import type { Dump } from "./image.ts";
import type { Procedure, ProcedureError, ProcedureErrorCode } from "./procedure.ts";

/**
 * What a procedure can ask of the bus: plain data. Every ask ends in one answer; `ms` is how long it may take, counted from
 * when the telegram is out.
 */
export type Ask = Readonly<
  /** A connection is there, or it is gone. */
  | { ask: "connect" | "disconnect"; peer: IndividualAddress }
  /** One service and its response; without a connection asked up to `tries` times. */
  | {
      ask: "request";
      peer: IndividualAddress;
      mode: "connectionless" | "connected";
      apdu: Apdu;
      expects: Expected;
      ms: number;
      tries: number;
    }
  /** A service nobody answers: over with its confirmation, which in a connection is the T_ACK of the partner. */
  | { ask: "send"; to: Partner; apdu: Apdu; ms: number }
  /** To everybody, and whatever comes back in the time given. */
  | { ask: "collect"; apdu: Apdu; expects: Expected; ms: number }
  | { ask: "wait"; ms: number }
  | { ask: "group.read"; address: GroupAddress; ms: number }
  | { ask: "group.write"; address: GroupAddress; value: GroupValue }
  /** Answered at once: how far it is. */
  | { ask: "progress"; done: number; total: number }
  /** Answered at once: from here on the answers so far are needed no more. */
  | { ask: "checkpoint"; at: Checkpoint }
>;

/** An ask that has to do with the bus. */
export type BusAsk = Exclude<Ask, { ask: "progress" } | { ask: "checkpoint" }>;

/** From where a long procedure goes on: all it has to know. */
export type Checkpoint = Readonly<{
  session: Session;
  /** Octets of one telegram. */
  most: number;
  /** Read, or written, so far. */
  octets: Octets;
  /** Where a download stands. */
  download?: Download;
  /** What a dump has so far. */
  dump?: DumpState;
}>;

/** `lengths`: octets of the segment of each object, 0 where there is none to be read. */
export type DumpState = Readonly<{ document: Dump; lengths: readonly number[] }>;

/** The response that belongs to a request: a late answer to an earlier question has other fields. */
export type Expected = Readonly<{ service: ServiceName; fields: Fields }>;

/** Somebody said something. */
export type Heard = Readonly<{ source: IndividualAddress; apdu: Apdu }>;

/** A value, or why there is none. */
export type Result<T> =
  | Readonly<{ ok: true; value: T }>
  | Readonly<{ ok: false; error: ProcedureError }>;

/** How an ask ended: with what was heard, which is nothing where nothing was to be heard. */
export type Answer = Result<readonly Heard[]>;

/** A procedure, or a part of one: it yields asks, is given their answers, and returns T. */
export type Steps<T> = Generator<Ask, T, Answer>;

/** The arguments of one procedure. */
export type Arguments<Name extends Procedure["name"]> = Extract<Procedure, { name: Name }>;

/** The other end of a procedure, and how it is spoken to. */
export type Session = Readonly<{
  peer: IndividualAddress;
  mode: Exclude<Mode, "broadcast">;
  /** What a key was worth, 0 … 15, 0 the most; absent when none was given. */
  level?: number;
}>;

/** Success. */
export const done = <T>(value: T): Result<T> => ({ ok: true, value });

/** @param message a whole sentence: what is wrong, where, and what to do */
export const fail = (code: ProcedureErrorCode, message: string): Result<never> => ({
  ok: false,
  error: { code, message },
});

/** The answer to an ask of which only that it is over was to be known. */
export const OVER: Answer = { ok: true, value: [] };

/**
 * One service and its response.
 * @param fields what the response has in common with the request
 */
export function* request<Name extends ServiceName>(
  { peer, mode }: Session,
  apdu: Apdu,
  service: Name,
  fields: Fields,
  patience: Readonly<{ ms?: number; tries?: number }> = {},
): Steps<Result<Extract<Apdu, { service: Name }>>> {
  const ms = patience.ms ?? RESPONSE_MS[mode];
  const tries = mode === "connected" ? 1 : (patience.tries ?? TRIES);
  const answer = yield {
    ask: "request",
    peer,
    mode,
    apdu,
    expects: { service, fields },
    ms,
    tries,
  };
  if (!answer.ok) return answer;
  for (const heard of answer.value) if (is(heard.apdu, service)) return done(heard.apdu);
  return fail("no_answer", `${formatIndividualAddress(peer)} does not answer ${apdu.service}.`);
}

/** To everybody; who answers within 3 s, and what. */
export function* collect<Name extends ServiceName>(
  apdu: Apdu,
  service: Name,
  fields: Fields = {},
): Steps<Result<readonly HeardAs<Name>[]>> {
  const answer = yield { ask: "collect", apdu, expects: { service, fields }, ms: COLLECT_MS };
  if (!answer.ok) return answer;
  return done(
    answer.value.flatMap(({ source, apdu: heard }) =>
      is(heard, service) ? [{ source, apdu: heard }] : [],
    ),
  );
}

type HeardAs<Name extends ServiceName> = Readonly<{
  source: IndividualAddress;
  apdu: Extract<Apdu, { service: Name }>;
}>;

/** To everybody, answered by nobody. */
export const broadcast = (apdu: Apdu): Ask => ({
  ask: "send",
  to: { mode: "broadcast" },
  apdu,
  ms: SEND_MS,
});

const is = <Name extends ServiceName>(
  apdu: Apdu,
  service: Name,
): apdu is Extract<Apdu, { service: Name }> => apdu.service === service;

/**
 * How long an answer may take once the question is out. Without a connection 3 s (KNX 03.05.02 Management Procedures). In a
 * connection its time-out of 6 s ends everything; a little less, so that a device that says nothing is told from one that
 * hangs up.
 */
const RESPONSE_MS = { connectionless: 3_000, connected: 5_900 } as const;

/** How often is asked without a connection, where nothing but a time-out tells of a loss. */
const TRIES = 3;

/** How long answers to a broadcast are collected. `layers.md` D.1 */
const COLLECT_MS = 3_000;

/**
 * How long it may take until a telegram is out. In a connection the transport layer gives up after four times 3 s without
 * T_ACK; the send queue of the link layer is emptied sooner.
 */
export const SEND_MS = 13_000;
