import { styleText } from "node:util";
import type { JsonValue } from "../core/effect.ts";
import type { Params } from "./station/station.ts";

export type Paint = (colour: Parameters<typeof styleText>[0], text: string) => string;

/** Colours for a terminal; none for anything else, or when the user wants none (NO_COLOR, TERM=dumb). */
export const painter = (
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Paint => {
  const { NO_COLOR, TERM } = env;
  return isTerminal && !NO_COLOR && TERM !== "dumb"
    ? (colour, text) => styleText(colour, text, { validateStream: false })
    : (_, text) => text;
};

/** A `telegram` notification as one line: `12:00:01.234  1.1.5 → 1/2/3  A_GroupValue_Write  01  1.001 = true`. */
export const telegramLine = (telegram: Params, paint: Paint): string => {
  const { time, octets, own, ok, reason } = telegram;
  const clock = paint("dim", timeOfDay(time));
  const arrow = own === true ? paint("dim", "⇒") : "→";
  if (ok !== true) return `${clock}  ${paint("red", `${text(reason)}  ${spaced(octets)}`)}`;
  const { source, destination, destinationKind, apci, tpci, sequence, data, dpt, value } = telegram;
  const { priority, repeated, number, fields } = telegram;
  const group = text(apci).startsWith("A_GroupValue");
  const what = apci ?? tpci;
  return [
    clock,
    `${text(source).padStart(9)} ${arrow} ${paint(KINDS[text(destinationKind)] ?? "cyan", text(destination).padEnd(9))}`,
    paint(SERVICES.find(([start]) => text(what).startsWith(start))?.[1] ?? "magenta", text(what)),
    number === undefined || fields !== undefined ? "" : text(number),
    apci !== null && sequence !== undefined ? paint("dim", `#${text(sequence)}`) : "",
    group || fields === undefined ? text(data) : fieldsLine(fields),
    dpt === undefined ? "" : `${paint("dim", text(dpt))} = ${JSON.stringify(value ?? null)}`,
    priority === "low" ? "" : paint("yellow", text(priority)),
    repeated === true ? paint("yellow", "repeated") : "",
  ]
    .filter((part) => part !== "")
    .join("  ");
};

/** A `raw` notification: the octets, how they were acknowledged, what they mean. */
export const rawLine = (raw: Params, paint: Paint): string => {
  const { time, octets, acknowledge, ok, source, destination, apci, tpci } = raw;
  const meaning =
    ok === true ? `${text(source)} → ${text(destination)}  ${text(apci ?? tpci)}` : "";
  const answer = typeof acknowledge === "string" ? acknowledge : "";
  const [word, colour] = ACKNOWLEDGES[answer] ?? [answer, "red"];
  return `${paint("dim", timeOfDay(time))}  ${spaced(octets)}  ${paint(colour, word)}  ${paint("dim", meaning)}`.trimEnd();
};

const KINDS: Readonly<Record<string, Parameters<Paint>[0]>> = {
  group: "cyan",
  broadcast: "yellow",
  individual: "blue",
};

const SERVICES = [
  ["A_GroupValue_Write", "green"],
  ["A_GroupValue_Response", "green"],
  ["A_GroupValue_Read", "yellow"],
  ["T_", "dim"],
] as const;

/** KNX 03.02.02 Communication Medium TP1: short acknowledgement frames. */
const ACKNOWLEDGES: Readonly<Record<string, readonly [string, Parameters<Paint>[0]]>> = {
  "": ["-", "dim"],
  cc: ["ACK", "green"],
  "0c": ["NAK", "red"],
  c0: ["BUSY", "yellow"],
  "00": ["NAK+BUSY", "red"],
};

const text = (value: JsonValue | undefined): string =>
  value === undefined || value === null ? "" : String(value);

/** `object 0, pid 11, …` */
const fieldsLine = (fields: JsonValue): string =>
  Object.entries(Object(fields))
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

const spaced = (octets: JsonValue | undefined): string => text(octets).replace(/(..)(?=.)/g, "$1 ");

/** Of this place, with milliseconds. */
const timeOfDay = (time: JsonValue | undefined): string => {
  const date = new Date(text(time));
  return Number.isNaN(date.getTime())
    ? text(time)
    : `${date.toTimeString().slice(0, 8)}.${`${date.getMilliseconds()}`.padStart(3, "0")}`;
};
