import { expect } from "vitest";
import {
  formatGroupAddress,
  formatIndividualAddress,
  type IndividualAddress,
  parseGroupAddress,
  parseIndividualAddress,
} from "../../../../src/core/address.ts";
import { type ClientState, client, openClient } from "../../../../src/core/app/client/client.ts";
import type { Procedure } from "../../../../src/core/app/client/procedure.ts";
import type { ClientImpulse } from "../../../../src/core/app-impulse.ts";
import type { ControlEffect, Effect } from "../../../../src/core/effect.ts";
import type { Impulse, Outcome } from "../../../../src/core/impulse.ts";
import { toHex } from "../../../../src/core/octets.ts";
import { decodeApdu, encodeApdu } from "../../../../src/core/stack/7-al/apdu.ts";
import { hex } from "../../../../src/testing/watch.ts";

/** Ours in every test. */
export const OWN = "1.1.250";

export const ia = (text: string): IndividualAddress => {
  const address = parseIndividualAddress(text);
  if (address === undefined) throw new Error(`no individual address: ${text}`);
  return address;
};

export const ga = (text: string) => {
  const address = parseGroupAddress(text);
  if (address === undefined) throw new Error(`no group address: ${text}`);
  return address;
};

/** The client alone: what it asks for as text, and what it tells. */
export const rig = () => {
  let state: ClientState = openClient(ia(OWN));
  const asked: string[] = [];
  const told: ControlEffect[] = [];
  const drops: string[] = [];
  const timers = new Map<number, number>();
  const refs: Impulse[] = [];
  const take = (effect: Impulse | Effect) => {
    const text = textOf(effect);
    if (text !== undefined) asked.push(text);
    if (effect.for === "al") refs.push(effect);
    if (effect.for === "control") told.push(effect);
    if (effect.for === "drops") drops.push(effect.reason);
    if (effect.for === "timer" && effect.timer.for === "client") {
      if (effect.type === "start") timers.set(effect.timer.id, effect.ms);
      else timers.delete(effect.timer.id);
    }
  };
  const deliver = (impulse: ClientImpulse) => {
    const [after, out] = client(state, impulse);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
    state = after;
    for (const effect of out) take(effect);
  };
  return {
    asked,
    told,
    drops,
    timers,
    deliver,
    state: () => state,
    /** What became of the request that went out last. */
    confirm: (outcome: Outcome | "no_connection") => {
      const request = refs.pop();
      if (request !== undefined) for (const con of confirmation(request, outcome)) deliver(con);
    },
  };
};

const confirmation = (
  request: Impulse,
  outcome: Outcome | "no_connection",
): readonly ClientImpulse[] => {
  if (request.for !== "al") return [];
  if (request.type === "apdu.req") {
    const { to, apdu, ref } = request;
    return [{ for: "client", type: "apdu.con", to, apdu, ref, outcome, at: 7 }];
  }
  if (outcome === "no_connection") return [];
  switch (request.type) {
    case "A_GroupValue_Read.req":
    case "A_GroupValue_Write.req": {
      const { destination, ref } = request;
      const type =
        request.type === "A_GroupValue_Read.req"
          ? "A_GroupValue_Read.con"
          : "A_GroupValue_Write.con";
      return [{ for: "client", type, destination, ref, outcome, repeats: 0, at: 7 }];
    }
    default:
      return [];
  }
};

/**
 * What is asked, and what comes back. `1.1.5 co 03 00`: in a connection, `cl` without one, `all`: a broadcast. `connect` and
 * `disconnect` are confirmed, and telegrams are sent, unless an outcome (`no_ack`) or `hang up` follows. `time`: the time
 * limit is over; `3000 ms`: and it was this one.
 */
export type Row = readonly [ask: string, ...answers: readonly string[]];

/** Runs one procedure along a dialogue, which has to be exactly what is said. */
export const talk = (procedure: Procedure, rows: readonly Row[]) => {
  const { deliver, confirm, asked, told, timers, drops } = rig();
  deliver({ for: "client", type: "procedure.req", id: 3, procedure, at: 1 });
  for (const [ask, ...answers] of rows) {
    if (ask !== "") expect(asked.shift()).toBe(ask);
    const [verb, peer = ""] = ask.split(" ");
    if (verb === "disconnect") {
      deliver({ for: "client", type: "T_Disconnect.con", peer: ia(peer), at: 5 });
    } else if (verb === "connect") {
      if (answers.length === 0)
        deliver({ for: "client", type: "T_Connect.con", peer: ia(peer), at: 5 });
    } else if (
      verb !== "" &&
      verb !== "watch" &&
      !isOutcome(answers[0]) &&
      !UNSENT.includes(answers[0] ?? "")
    ) {
      confirm("ok");
    }
    for (const answer of answers) say(answer, ask);
  }
  expect(asked).toEqual([]);
  expect([...timers]).toEqual([]);
  const progress = told.flatMap((each) =>
    each.type === "progress" ? [`${each.done}/${each.total}`] : [],
  );
  const last = told.filter((each) => each.type === "result" || each.type === "failure");
  expect(last).toHaveLength(1);
  const [ending] = last;
  return {
    progress,
    drops,
    result: ending?.type === "result" ? ending.value : undefined,
    failure: ending?.type === "failure" ? ending.error : undefined,
  };

  function say(answer: string, ask: string): void {
    const [first = "", mode = "", ...octets] = answer.split(" ");
    if (isOutcome(answer)) confirm(answer);
    else if (answer === "hang up") {
      const peer = ia(ask.split(" ").find((word) => word.includes(".")) ?? "");
      deliver({ for: "client", type: "T_Disconnect.ind", peer, at: 6 });
    } else if (answer === "time" || mode === "ms") {
      if (mode === "ms") expect(timers.get(3)).toBe(Number(first));
      const timer = { for: "client", name: "step", id: 3 } as const;
      timers.delete(3);
      deliver({ for: "client", type: "timeout", timer, at: 9 });
    } else if (mode === "tells") deliver(telegram(first, octets));
    else deliver(indication(first, mode, octets.join(" ")));
  }
};

/** `1.1.5 co 03 40 07 b0` */
export const indication = (source: string, mode: string, octets: string): ClientImpulse => {
  const apdu = decodeApdu(hex(octets));
  if (!apdu.ok) throw new Error(`no APDU: ${octets}`);
  return {
    for: "client",
    type: "apdu.ind",
    mode: mode === "co" ? "connected" : mode === "cl" ? "connectionless" : "broadcast",
    source: ia(source),
    priority: "system",
    apdu: apdu.value,
    at: 8,
  };
};

/** `1.1.7 tells 1/2/3 00 41`: a frame on the line. */
const telegram = (source: string, [group = "", ...tpdu]: readonly string[]): ClientImpulse => ({
  for: "client",
  type: "telegram.ind",
  octets: hex("bc 11 07 0a 03 e1 00 41 fd"),
  own: false,
  source: ia(source),
  destination: { to: "group", address: ga(group) },
  tpdu: hex(tpdu.join(" ")),
  at: 8,
});

/** What comes before any confirmation. */
const UNSENT = ["2900 ms", "13000 ms", "hang up"];

const OUTCOMES = ["no_ack", "lost", "rejected", "offline", "queue_full", "too_long"] as const;
const isOutcome = (text: string | undefined): text is Outcome =>
  OUTCOMES.some((outcome) => outcome === text);

const textOf = (effect: Impulse | Effect): string | undefined => {
  if (effect.for === "tlsm" && effect.type === "T_Connect.req")
    return `connect ${formatIndividualAddress(effect.peer)}`;
  if (effect.for === "tlsm" && effect.type === "T_Disconnect.req")
    return `disconnect ${formatIndividualAddress(effect.peer)}`;
  if (effect.for === "dl" && effect.type === "watch.req")
    return `watch ${effect.on ? "on" : "off"}`;
  if (effect.for !== "al") return undefined;
  switch (effect.type) {
    case "apdu.req": {
      const octets = toHex(encodeApdu(effect.apdu));
      if (effect.to.mode === "broadcast") return `all ${octets}`;
      const mode = effect.to.mode === "connected" ? "co" : "cl";
      return `${formatIndividualAddress(effect.to.peer)} ${mode} ${octets}`;
    }
    case "A_GroupValue_Read.req":
      return `read ${formatGroupAddress(effect.destination)}`;
    case "A_GroupValue_Write.req":
      return `write ${formatGroupAddress(effect.destination)} ${toHex(effect.value.octets)}`;
    default:
      return undefined;
  }
};
