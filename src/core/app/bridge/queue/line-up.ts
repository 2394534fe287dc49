import { formatGroupAddress, type GroupAddress } from "../../../address.ts";
import { NOTHING } from "../../../impulse.ts";
import { get, put } from "../../../table.ts";
import { type Failure, failure } from "../commands/errors.ts";
import { accept, type Ending, finish } from "../commands/results.ts";
import type { BridgeState } from "../state.ts";
import { andThen, forEach, type Turn } from "../turn.ts";
import { type Entry, enqueue, expire, type Leaver, remove, TIME_TO_LIVE_MS } from "./queue.ts";
import { failed } from "./reads.ts";

/** What somebody wants to send. */
export type Draft = Readonly<
  Pick<
    Entry,
    "class" | "ga" | "service" | "value" | "priority" | "merges" | "command" | "link" | "clock"
  > & {
    /** ms; null: that of its class. */
    timeToLive: number | null;
  }
>;

/** Into the queue, or refused with `queue_full`. */
export const enter = (state: BridgeState, at: number, draft: Draft): Turn => {
  const { command } = draft;
  const early = command?.confirm === "queued";
  const entry = entryOf(state, at, {
    ...draft,
    command: early ? { ...command, answered: true } : command,
  });
  const entered = enqueue(state.queue, entry);
  if (!entered) {
    const error = full(state, entry);
    return endEntry(state, at, { ...entry, command }, { stage: "rejected", error });
  }
  const [queue, leaver] = entered;
  const { tallies, sender } = state;
  const after = {
    ...(command && !command.answered ? accept(state, at, command) : state),
    queue,
    sender: { ...sender, ref: sender.ref + 1 },
    tallies: { ...tallies, depthMax: Math.max(tallies.depthMax, queue.depth) },
  };
  const left: Turn = leaver ? leave(after, at, leaver) : [after, NOTHING];
  return early ? andThen(left, (each) => finish(each, at, command, { stage: "queued" })) : left;
};

/** Whether all of these find a place, one after the other. */
export const haveRoom = (state: BridgeState, at: number, drafts: readonly Draft[]): boolean => {
  let { queue } = state;
  for (const draft of drafts) {
    const entered = enqueue(queue, entryOf(state, at, draft));
    if (!entered) return false;
    [queue] = entered;
  }
  return true;
};

const entryOf = (state: BridgeState, at: number, { timeToLive, ...draft }: Draft): Entry => {
  const ttl = timeToLive ?? TIME_TO_LIVE_MS[draft.class];
  return {
    ...draft,
    ref: state.sender.ref,
    since: at,
    expires: ttl === null ? null : at + ttl,
    lost: false,
  };
};

/** What is too old by now leaves, neither earlier nor later. */
export const expireQueue = (state: BridgeState, at: number): Turn => {
  const [queue, leavers] = expire(state.queue, at);
  return leavers.length === 0
    ? [state, NOTHING]
    : forEach({ ...state, queue }, leavers, (each, leaver) => leave(each, at, leaver));
};

/** Somebody left the queue without having been sent. */
export const leave = (state: BridgeState, at: number, leaver: Leaver): Turn => {
  const { entry, why } = leaver;
  const { tallies } = state;
  switch (why) {
    case "merged": {
      const merged = { ...state, tallies: { ...tallies, merged: tallies.merged + 1 } };
      const into = leaver.into.command?.id ?? null;
      return endEntry(merged, at, entry, { stage: "merged", fields: { merged_into: into } });
    }
    case "overflow":
      return endEntry(
        { ...state, tallies: { ...tallies, overflow: tallies.overflow + 1 } },
        at,
        entry,
        { stage: "dropped", error: full(state, entry) },
      );
    case "expired": {
      const counted = { ...state, tallies: { ...tallies, expired: tallies.expired + 1 } };
      return endEntry(counted, at, entry, { stage: "expired", error: tooLate(state, entry) });
    }
  }
};

/** Whoever waits for this entry is told how it ended. */
export const endEntry = (state: BridgeState, at: number, entry: Entry, ending: Ending): Turn => {
  if (entry.service === "read") {
    const [reads, waiters] = failed(state.reads, entry.ga);
    return forEach({ ...state, reads }, waiters, (each, { command }) =>
      finish(each, at, command, ending),
    );
  }
  const known = ending.error ? withheld(state, entry.ga) : state;
  return entry.command ? finish(known, at, entry.command, ending) : [known, NOTHING];
};

/** With the bus away nobody waits for an answer any more. `mqtt-interface.md` §16.2. */
export const dropAnswers = (state: BridgeState): BridgeState => {
  const { queue, tallies } = state;
  const answers = queue.lines[ANSWERS] ?? [];
  return answers.length === 0
    ? state
    : {
        ...state,
        queue: answers.reduce(remove, queue),
        tallies: { ...tallies, offline: tallies.offline + answers.length },
      };
};

/** The value of a provided object did not reach the bus, so the next `set` is sent even if it brings the same. */
const withheld = (state: BridgeState, ga: GroupAddress): BridgeState => {
  const provided = get(state.provided, ga);
  return provided?.transmitted
    ? { ...state, provided: put(state.provided, ga, { ...provided, transmitted: null }) }
    : state;
};

const full = (state: BridgeState, entry: Entry) =>
  failure("queue_full", `Too many telegrams wait: no place left for ${to(state, entry)}`);

const to = ({ config }: BridgeState, { ga }: Entry): string =>
  `the telegram to ${formatGroupAddress(ga, config.style)}`;

/** Why its time was over before it was sent. */
const tooLate = (state: BridgeState, entry: Entry): Failure => {
  const { bus } = state;
  if (bus.state === "busmonitor")
    return failure(
      "bus_busy",
      "The transceiver only listens (busmonitor): nothing is sent until that ends",
    );
  if (bus.state !== "online")
    return failure("bus_offline", `The bus did not come back in time (${bus.state})`);
  return waitsForDownload(state, entry)
    ? failure(
        "bus_busy",
        "The engineering tool is downloading: nothing less urgent is sent meanwhile",
      )
    : failure("expired", `The time to live was over before ${to(state, entry)}`);
};

/** While ETS loads this device the line is for that. `mqtt-interface.md` §13.2 */
export const waitsForDownload = ({ features }: BridgeState, entry: Entry): boolean =>
  features.device.downloading && entry.class >= 3;

const ANSWERS = 1;
