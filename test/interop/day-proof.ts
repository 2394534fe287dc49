import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { formatGroupAddress, GroupAddress } from "../../src/core/address.ts";
import { toCompactHex } from "../../src/core/octets.ts";
import { complaints } from "../core/app/bridge/discovery-schema.ts";
import type { Broker } from "./broker.ts";
import type { Commands } from "./day-commands.ts";
import { type DayHouse, meaning } from "./day-house.ts";
import type { Heard } from "./house.ts";
import { fields } from "./installation.ts";
import type { Journal } from "./journal.ts";
import { type Message, subscribe } from "./mqtt-clients.ts";

export type Health = Readonly<
  Record<"rx" | "tx" | "read" | "queue" | "drops", Record<string, number>>
>;

/** What it counts, measured now. */
export const health = async ({ say }: Commands, messages: Journal<Message>): Promise<Health> => {
  const since = messages.now();
  say("knx/bridge/request/health", '{"id":"count"}');
  const answer = await messages.until(
    "the answer",
    ({ topic }) => topic === "knx/bridge/response/health",
    { since },
  );
  return JSON.parse(answer.payload).data;
};

/**
 * The sums that have to agree with what was on the line since the process came online:
 *
 *   frames of others        = rx.telegrams                  with the repeat flag     = rx.repeated
 *   own frames              = tx.sent + tx.repeats          with an acknowledge      = tx.confirmed
 *   own reads               = read.sent = read.answered + read.timeout
 *   tx.requested            = tx.confirmed + tx.no_ack + tx.lost + tx.rejected + drops dl.offline
 *
 * A frame in which the power went away was seen by one side of the chip only, and what is read too late on a busy machine is
 * damaged: each such frame is a drop or `tx.lost`, so that no sum may differ by more than those.
 * @param cuts how often the power went away
 * @returns how many frames were damaged
 */
export const account = (
  when: string,
  { rx, tx, read, queue, drops }: Health,
  frames: readonly Heard[],
  cuts: number,
): number => {
  const of = (from: Readonly<Record<string, number>>, name: string): number => from[name] ?? 0;
  const own = frames.filter(({ from }) => from.includes("knxpi"));
  const others = frames.filter(({ from }) => !from.includes("knxpi"));
  const damaged = DAMAGED.reduce((sum, reason) => sum + of(drops, reason), cuts);
  const lost = of(tx, "lost");
  const unsent = lost + of(drops, "dl.offline");
  const isRead = ({ attempt, telegram }: Heard): boolean =>
    attempt === 0 && telegram?.service === "read";
  // biome-ignore format: read by column
  const sums: readonly (readonly [what: string, line: number, counted: number, slack: number])[] = [
    ["frames of others",       others.length,                                         of(rx, "telegrams"),                    damaged],
    ["repetitions of others",  others.filter(({ attempt }) => attempt > 0).length,    of(rx, "repeated"),                     damaged],
    ["own frames",             own.length,                                            of(tx, "sent") + of(tx, "repeats"),     damaged],
    ["own, acknowledged",      own.filter(({ acknowledge }) => acknowledge === ACK).length, of(tx, "confirmed"),              lost],
    ["own reads",              own.filter(isRead).length,                             of(read, "sent"),                       lost],
    ["reads, answered or not", of(read, "answered") + of(read, "timeout"),            of(read, "sent"),                       lost],
    ["ends of requests",       of(tx, "confirmed") + of(tx, "no_ack") + of(tx, "rejected") + unsent, of(tx, "requested"),     0],
    ["waiting",                0,                                                     of(queue, "depth"),                     0],
  ];
  const shown = sums.map(([what, line, counted]) => `${what} ${line}/${counted}`).join(", ");
  process.stdout.write(`${when}: ${shown}; slack ${damaged} and ${lost}\n`);
  for (const [what, line, counted, slack] of sums)
    expect(
      Math.abs(line - counted),
      `${when}: ${what}, ${line} and ${counted}`,
    ).toBeLessThanOrEqual(slack);
  return damaged;
};

/** What a frame becomes whose octets did not all come, or not in time. */
const DAMAGED = ["dl.truncated", "dl.check-octet", "dl.frame-format"];
const ACK = 0xcc;

/**
 * Each value that was on the line is exactly one state, in the order of the line.
 * @param damaged how many frames were drops: those say nothing
 */
export const everyTelegramOnce = (
  messages: readonly Message[],
  frames: readonly Heard[],
  damaged: number,
): void => {
  const told = messages
    .filter(({ topic, retained }) => /^knx\/ga\/.*\/state$/.test(topic) && !retained)
    .map(stateOf)
    .filter(({ origin }) => origin !== "restored")
    .map(({ ga, raw, service }) => `${ga} ${service} ${raw}`);
  const said = frames
    .filter(({ attempt }) => attempt === 0)
    .flatMap(({ telegram }) => {
      if (telegram === undefined || telegram.service === "read") return [];
      const ga = formatGroupAddress(GroupAddress(telegram.to));
      return [`${ga} ${telegram.service} ${toCompactHex(telegram.data)}`];
    });
  let next = 0;
  const unsaid = said.filter((one) => {
    const isNext = told[next] === one;
    if (isNext) next++;
    return !isNext;
  });
  expect(told.slice(next), "states without a telegram, or in another order").toEqual([]);
  expect(unsaid.length, `telegrams without a state: ${unsaid}`).toBeLessThanOrEqual(damaged);
};

/**
 * What the broker keeps of every object, and what was last on the line.
 * @returns the objects that differ, and how
 */
export const differences = async (house: DayHouse, broker: Broker): Promise<readonly string[]> => {
  const kept = await subscribe(broker.port, "knx/ga/+/+/+/state");
  await pause(1_000);
  const states = new Map(kept.all().map((message) => [stateOf(message).ga, message] as const));
  const last = new Map<string, Heard>();
  for (const frame of house.frames.all())
    if (frame.telegram && frame.telegram.service !== "read")
      last.set(formatGroupAddress(GroupAddress(frame.telegram.to)), frame);
  expect([states.size, last.size]).toEqual([house.objects.length, house.objects.length]);
  return house.objects.flatMap(({ ga, dpt }) => {
    const message = states.get(ga);
    const frame = last.get(ga);
    if (message === undefined || frame?.telegram === undefined) return [`${ga}: nothing`];
    const octets = [...frame.telegram.data];
    const wanted = {
      raw: toCompactHex(octets),
      value: meaning(dpt, octets),
      quality: "good",
      service: frame.telegram.service,
      origin: frame.from.includes("knxpi") ? "mqtt" : "bus",
      retained: true,
    };
    const state = { ...fields(message), retained: message.retained };
    const wrong = Object.entries(wanted).filter(
      ([key, value]) => Reflect.get(state, key) !== value,
    );
    // The clocks of two processes on one machine, and the pty between them.
    const age = Date.parse(stateOf(message).ts ?? "") - house.wall(frame.end);
    const isThen = age > -200 && age < 1_000;
    return wrong.length === 0 && isThen ? [] : [`${ga}: ${message.payload}, ${age} ms, ${wrong}`];
  });
};

/** Discovery as the broker hands it to Home Assistant. */
export const expectDiscovery = async (house: DayHouse, broker: Broker): Promise<void> => {
  const kept = await subscribe(broker.port, "homeassistant/device/+/config");
  await pause(1_000);
  const documents = kept.all().map(({ payload }) => payload);
  expect(documents.flatMap(complaints)).toEqual([]);
  const ids = documents.flatMap((payload) =>
    Object.values(JSON.parse(payload).components).map((component) => Object(component).unique_id),
  );
  for (const { ga } of house.objects) expect(ids).toContain(`knx_day_${ga.replaceAll("/", "-")}`);
  expect(kept.all().every(({ retained }) => retained)).toBe(true);
};

/** By group address, those that the broker had kept for who comes late aside. */
export const lastStates = (messages: readonly Message[]): ReadonlyMap<string, State> =>
  new Map(
    messages
      .filter(({ topic, retained }) => /^knx\/ga\/.*\/state$/.test(topic) && !retained)
      .map(stateOf)
      .map((state) => [state.ga ?? "", state] as const),
  );

type State = Readonly<
  Partial<Record<"ga" | "raw" | "service" | "origin" | "quality" | "ts", string>>
>;
export const stateOf = (message: Message): State => fields(message);
