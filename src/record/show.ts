import { formatIndividualAddress } from "../core/address.ts";
import type { Effect } from "../core/effect.ts";
import { explainFrame } from "../core/explain.ts";
import type { Impulse } from "../core/impulse.ts";
import { type Octets, toHex } from "../core/octets.ts";
import { encodeFrame } from "../core/stack/2-dl/frame.ts";
import type { StackState } from "../core/stack/stack.ts";
import { timerKey } from "../core/timer.ts";
import type { Taken } from "./replay.ts";
import { explainOptionsOf, sequenceOf } from "./traffic.ts";
import { acknowledgeInWords, meaning, reasonInWords } from "./words.ts";

/** What can be shown of an impulse and what it caused. */
export const KINDS = {
  telegrams: "whole telegrams, own and foreign, and how own ones were confirmed",
  states: "moves of the state machines, and how they stand where the recording has a state",
  mqtt: "messages and publications",
  drops: "what went no further, and why",
  notes: "lines of the log",
  impulses: "what else came from outside: port, broker, control socket, clock",
  effects: "what else went out: store, GPIO, answers on the control socket",
  octets: "every octet from and to the chip",
  timers: "timers that were set, stopped, or ran out",
  counters: "what was counted",
} as const;

export type Kind = keyof typeof KINDS;

/** Octets, timers and counters are many, and seldom what somebody looks for. */
export const USUAL_KINDS: readonly Kind[] = [
  ...(["telegrams", "states", "mqtt", "drops", "notes", "impulses", "effects"] as const),
];

/**
 * An impulse and what it caused, one line for each thing, without the time: `← bus    bc 11 14 0a 03 e1 00 81 2f   1.1.20 → 1/2/3 …`.
 * `←` came in, `→` went out, `·` happened inside.
 */
export const linesOf = (taken: Taken, kinds: ReadonlySet<Kind>): readonly string[] => {
  const { impulse, passed } = taken;
  const first = came(impulse);
  // most octets cause nothing at all
  if (passed.length === 1) return kinds.has(first[0]) ? [first[1]] : [];
  return [first, ...sequenceOf(taken).map((one) => went(one, taken))]
    .filter((line) => line !== undefined)
    .filter(([kind]) => kinds.has(kind))
    .map(([, text]) => text);
};

type Line = readonly [Kind, string];

const kindOf = (impulse: Impulse): Kind => {
  if (impulse.for === "dl" && impulse.type === "octet.ind") return "octets";
  if (impulse.type === "timeout") return "timers";
  return impulse.for === "bridge" && impulse.type === "message.ind" ? "mqtt" : "impulses";
};

const came = (impulse: Impulse): Line => {
  const kind = kindOf(impulse);
  if (impulse.for === "dl" && impulse.type === "octet.ind") {
    const { octet, behind } = impulse;
    return [kind, line("←", "chip", toHex([octet]), behind > 0 ? `${behind} more waiting` : "")];
  }
  if (impulse.type === "timeout") return [kind, line("←", "timer", timerKey(impulse.timer))];
  if (impulse.for === "bridge" && impulse.type === "message.ind")
    return [kind, line("←", "mqtt", impulse.topic, shortened(impulse.payload, LONGEST_PAYLOAD))];
  const { for: to, type, ...fields } = impulse;
  const rest = Object.entries(fields).filter(([name]) => name !== "at");
  return [
    kind,
    line("←", to, type, rest.length > 0 ? shortened(JSON.stringify(Object.fromEntries(rest))) : ""),
  ];
};

/** @returns undefined for what only travels between the layers */
const went = (one: Impulse | Effect, { after }: Taken): Line | undefined => {
  switch (one.for) {
    case "client":
      return one.type === "telegram.ind"
        ? [
            "telegrams",
            line(one.own ? "→" : "←", "bus", toHex(one.octets), means(one.octets, after)),
          ]
        : undefined;
    case "nl": {
      if (one.type !== "L_Data.con") return undefined;
      const { frame, outcome, repeats } = one;
      const sent = encodeFrame({ ...frame, source: after.dl.config.address, repeated: false });
      const again = repeats > 0 ? `, repeated ${repeats} times` : "";
      return ["telegrams", line("←", "con", `${outcome}${again}`, means(sent, after))];
    }
    case "serial":
      return one.type === "write"
        ? ["octets", line("→", "chip", toHex(one.octets))]
        : ["effects", line("→", "chip", "port opened again")];
    case "timer": {
      const what = one.type === "start" ? `in ${one.ms} ms` : "stopped";
      return ["timers", line("→", "timer", timerKey(one.timer), what)];
    }
    case "mqtt":
      return one.type === "publish"
        ? [
            "mqtt",
            line(
              "→",
              "mqtt",
              `${one.topic}${one.retain ? " (retained)" : ""}`,
              shortened(one.payload, LONGEST_PAYLOAD),
            ),
          ]
        : ["mqtt", line("→", "mqtt", one.type, shortened(one.filters.join(" ")))];
    case "drops":
      return ["drops", line("·", "drop", toHex(one.octets), reasonInWords(one.reason))];
    case "counters": {
      const text = one.type === "reset" ? "all to 0" : `${one.counter} +${one.by}`;
      return ["counters", line("·", "count", text)];
    }
    case "transitions": {
      const { machine, subject, state, event, action, next } = one.transition;
      const whose = subject === "" ? "" : `${subject} `;
      return ["states", line("·", machine, `${whose}${state}: ${event} → ${action}, ${next}`)];
    }
    case "log": {
      const { level, layer, message, fields } = one.note;
      const more = Object.keys(fields).length > 0 ? JSON.stringify(fields) : "";
      return ["notes", line("·", level, `${layer}: ${message}`, more)];
    }
    case "control":
      if (one.type === "telegram") return undefined;
      if (one.type === "raw")
        return [
          "telegrams",
          line(
            "←",
            "raw",
            toHex(one.octets),
            means(one.octets, after),
            acknowledgeInWords(one.acknowledge),
          ),
        ];
      return ["effects", other(one)];
    case "store":
    case "process":
    case "gpio":
    case "host":
      return ["effects", other(one)];
    default:
      return undefined;
  }
};

/** How the state machines stand, one line each. */
export const machineLines = ({ dl, tlsm, device }: StackState): readonly string[] => {
  const { state, told, chip } = dl.link;
  const loadables = Object.entries(device.model.loadables)
    .map(([index, loadable]) => `${index} ${loadable.state}`)
    .join(", ");
  return [
    line("·", "link", `${state}, bus ${told}, chip ${chip ?? "not known yet"}`),
    ...tlsm.connections.map(({ peer, state, opened }) =>
      line("·", "tlsm", `${formatIndividualAddress(peer)} ${state}, opened ${opened}`),
    ),
    line("·", "load", loadables),
  ];
};

const other = ({ for: to, type, ...fields }: Effect): string =>
  line("→", to, type, shortened(JSON.stringify(fields)));

const means = (octets: Octets, state: StackState): string =>
  meaning(explainFrame(octets, explainOptionsOf(state)));

const line = (direction: string, who: string, ...words: readonly string[]): string =>
  `${direction} ${who.padEnd(WHO)} ${words.filter((word) => word !== "").join("   ")}`;

/** Long enough for a state on MQTT; a configuration is not what a line is for. */
const shortened = (text: string, longest = LONGEST_FIELDS): string =>
  text.length > longest ? `${text.slice(0, longest)}… (${text.length} characters)` : text;

const WHO = 6;
const LONGEST_PAYLOAD = 400;
const LONGEST_FIELDS = 160;
