import type { GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { EMPTY_TABLE, get, put, type Table } from "../../../table.ts";
import { enter } from "../queue/line-up.ts";
import { BACKGROUND, remove } from "../queue/queue.ts";
import { isUnderWay } from "../queue/reads.ts";
import type { BridgeState } from "../state.ts";
import { andThen, forEach, type Turn } from "../turn.ts";
import { isTooOld } from "./age.ts";
import { markStale, withReading } from "./stale.ts";
import type { Want } from "./state.ts";

/** One more to be read when there is time; one that has a place keeps it. */
export const wantRead = (state: BridgeState, want: Want): BridgeState => {
  const { line, head, placed, asked } = state.features.reading;
  if (get(placed, want.ga) || asked.some(({ ga }) => ga === want.ga)) return state;
  return withReading(state, {
    line: [...line.slice(head), want],
    head: 0,
    placed: put(placed, want.ga, true),
  });
};

/** These before all others. */
export const wantFirst = (state: BridgeState, wants: readonly Want[]): BridgeState => {
  const { line, head, asked } = state.features.reading;
  let placed: Table<boolean> = EMPTY_TABLE;
  const all: Want[] = [];
  for (const want of [...wants, ...line.slice(head)]) {
    if (get(placed, want.ga) || asked.some(({ ga }) => ga === want.ga)) continue;
    placed = put(placed, want.ga, true);
    all.push(want);
  }
  return withReading(state, { line: all, head: 0, placed });
};

/**
 * Looks how those ended that were asked, and lets the next ones into the queue: only so many that the limits for reads never
 * wait for them, because a long queue costs time with every telegram. `mqtt-interface.md` §13.3, §14.
 */
export const readOn = (state: BridgeState, at: number): Turn => {
  const { asked, line, head } = state.features.reading;
  if (asked.length === 0 && head === line.length) return [state, NOTHING];
  return andThen(end(state, at), (after) => askNext(after, at));
};

/** Nobody has to be asked for what was just heard. */
export const heard = (state: BridgeState, ga: GroupAddress): BridgeState => {
  const { asked } = state.features.reading;
  if (asked.length === 0 || !asked.some((want) => want.ga === ga)) return state;
  const entry = waitingFor(state, ga);
  return withReading(entry ? { ...state, queue: remove(state.queue, entry) } : state, {
    asked: asked.filter((want) => want.ga !== ga),
  });
};

/** The entry of a read that the bridge makes by itself. */
export const waitingFor = ({ queue }: BridgeState, ga: GroupAddress) =>
  queue.lines[BACKGROUND]?.find((entry) => entry.ga === ga && entry.service === "read");

const end = (state: BridgeState, at: number): Turn => {
  const { asked } = state.features.reading;
  const still = asked.filter(({ ga }) => isAsked(state, ga));
  if (still.length === asked.length) return [state, NOTHING];
  const ended = asked.filter((want) => !still.includes(want));
  return forEach(withReading(state, { asked: still }), ended, (each, { ga, since }) =>
    !isHeard(each, ga, since) && isTooOld(each, at, ga) ? markStale(each, ga) : [each, NOTHING],
  );
};

const askNext = (before: BridgeState, at: number): Turn => {
  const { line, listening } = before.features.reading;
  let { head, placed } = before.features.reading;
  if (before.bus.state !== "online" || listening !== null) return [before, NOTHING];
  const asked = [...before.features.reading.asked];
  const next: Want[] = [];
  for (let want = line[head]; want && asked.length < AT_ONCE; want = line[head]) {
    head += 1;
    placed = put(placed, want.ga, false);
    if (isHeard(before, want.ga, want.since) || isOurs(before, want.ga)) continue;
    asked.push(want);
    if (!isAsked(before, want.ga)) next.push(want);
  }
  if (head === before.features.reading.head) return [before, NOTHING];
  const moved =
    head === line.length ? { line: [], head: 0, placed: EMPTY_TABLE } : { head, placed };
  return forEach(withReading(before, { ...moved, asked }), next, (each, { ga }) =>
    enter(each, at, {
      class: BACKGROUND,
      ga,
      service: "read",
      value: null,
      priority: get(each.objects, ga)?.priority ?? "low",
      merges: true,
      timeToLive: null,
      command: null,
    }),
  );
};

const isAsked = ({ reads, queue, sender }: BridgeState, ga: GroupAddress): boolean =>
  isUnderWay(reads, queue, sender.flight?.entry, ga);

const isHeard = ({ held }: BridgeState, ga: GroupAddress, since: number): boolean => {
  const value = get(held, ga);
  return value !== undefined && value.origin !== "restored" && value.ts >= since;
};

/** Nobody else would answer. */
const isOurs = ({ provided }: BridgeState, ga: GroupAddress): boolean =>
  get(provided, ga) !== undefined;

/** Two without an answer, one with the transceiver, one that waits. */
const AT_ONCE = 4;
