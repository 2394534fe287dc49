import type { Effect } from "../../effect.ts";
import type { Impulse, OfflineReason, Step } from "../../impulse.ts";
import { never } from "../../never.ts";
import type { Octets } from "../../octets.ts";
import { isCollecting, monitorSilence, openMonitor } from "./busmonitor.ts";
import { frameTimer } from "./frame-timer.ts";
import {
  type LinkAction,
  type LinkAnswer,
  type LinkEvent,
  type LinkState,
  linkCell,
} from "./link-table.ts";
import { openRx } from "./rx.ts";
import { pump } from "./send.ts";
import type { DlState, Link } from "./state.ts";
import {
  BUSMONITOR_REQUEST,
  configuration,
  PRODUCT_REQUEST,
  RESET_REQUEST,
  STATE_REQUEST,
  SYSTEM_STATE_REQUEST,
} from "./tpuart.ts";
import { flush, STUCK } from "./transmit.ts";

/** Reset.req → Reset.ind, ms: a frame of 263 octets on the line delays it by 364 ms. `tp-uart.md` §5.3 */
const RESET_MS = 500;
/** State.req → State.ind, ms. */
const ANSWER_MS = 500;
/** A question about the kind of chip → its answer, ms; another chip says nothing or reports a protocol error. */
const IDENTIFY_MS = 100;
/** Silence after which the chip is asked for its state, ms. */
const POLL_MS = 2_000;
/** A frame is coming in: the question waits, ms, because an answer inside a frame could not be told from its octets. */
const POSTPONE_MS = 20;
/** Between two series of resets, ms; the last one for ever. `mqtt-interface.md` §16.2 */
const PAUSES_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** Time the port may stay closed after we had it opened again, ms. */
const REOPEN_MS = 3_000;
/** So often Reset.req or State.req go out before the silence counts. */
const TRIES = 3;
/** The two questions of an identification: is it an NCN, is it a TP-UART 2 or an E981? */
const QUESTIONS = 2;

/**
 * One move of the link, with everything that follows from it. A move is reported as a transition when it leads to another
 * state, except from online to polling and back: that is nothing but supervision, and comes every two seconds for ever.
 */
export const move = (state: DlState, event: LinkEvent, at: number): Step<DlState> => {
  const { state: from, tries } = state.link;
  const [next, action] = linkCell(from, event);
  const goesOn = next === from && (action === "-" || event.startsWith("timeout"));
  const [left, last] =
    from === "busmonitor" && next !== from ? unmonitored(state, at) : [state, []];
  const link: Link = { ...left.link, state: next, tries: goesOn ? tries : 0 };
  const [after, out] = act({ ...left, link }, action, at);
  if (next === from) return [after, out];
  const entered: readonly Effect[] = next === "busmonitor" ? [busmonitor(true, at)] : [];
  const reported: readonly Effect[] =
    isSupervision(from) && isSupervision(next)
      ? []
      : [
          {
            for: "transitions",
            type: "transition",
            transition: { machine: "link", subject: "", state: from, event, action, next, at },
          },
        ];
  return [after, [...last, ...out, ...entered, ...reported]];
};

/** The chip is up and says so. */
export const answer = (state: DlState, event: LinkAnswer, at: number): Step<DlState> =>
  move(state, state.link.busmonitor ? `${event}, busmonitor wanted` : event, at);

const isSupervision = (state: LinkState): boolean => state === "online" || state === "polling";

/** The link timer: what it means depends on the state and on what was heard since. */
export const linkTimeout = (state: DlState, at: number): Step<DlState> => {
  const { link, rx } = state;
  const asks = link.state === "online" || link.state === "unpowered";
  if (asks && rx.mode !== "boundary") return [state, [linkTimer(POSTPONE_MS)]];
  if (rx.lastAt > link.since && (link.state === "online" || link.state === "polling"))
    return move(state, "timeout, octets seen", at);
  const mute: readonly Effect[] =
    link.state === "polling" || link.state === "checking" ? [MUTE] : [];
  const tries = link.tries + 1;
  const limit = link.state === "identifying" ? QUESTIONS : TRIES;
  const counted = { ...state, link: { ...link, tries } };
  const event = tries < limit ? "timeout, tries left" : "timeout, tries used up";
  const [moved, out] = move(counted, event, at);
  return [moved, [...out, ...mute]];
};

/** After a frame that did not get through: a chip that took none for a while is reset, otherwise the next one goes. */
export const resetOrGoOn = ([state, out]: Step<DlState>, at: number): Step<DlState> => {
  if (state.tx.losses < STUCK) return pump(state, at, out);
  const [reset, more] = move({ ...state, tx: { ...state.tx, losses: 0 } }, "reset requested", at);
  return [reset, [...more, ...out, { for: "bridge", type: "chip-reset.ind", why: "stuck", at }]];
};

const act = (state: DlState, action: LinkAction, at: number): Step<DlState> => {
  const { link, config } = state;
  switch (action) {
    case "-":
      return [state, []];
    case "reset":
      return [since(state, at), [write(RESET_REQUEST), linkTimer(RESET_MS)]];
    case "down, reset":
      return follow(down(state, reasonOf(link), at), "reset", at);
    case "identify":
      return [
        since(state, at),
        [write(link.tries === 0 ? SYSTEM_STATE_REQUEST : PRODUCT_REQUEST), linkTimer(IDENTIFY_MS)],
      ];
    case "configure": {
      const chip = link.chip ?? "tpuart2";
      const { repetitions } = config;
      const configured = { ...state, link: { ...link, chip, repetitions } };
      const services = configuration(chip, config, link.repetitions).map(write);
      const guessed: readonly Effect[] = link.chip === null ? [GUESSED] : [];
      const [polling, poll] = act(configured, "poll", at);
      return [polling, [...services, ...poll, ...guessed]];
    }
    case "poll": {
      // every second time the question that all chips answer; without bus power only the one that tells of it
      const system =
        link.chip === "ncn5120" && (link.tries % 2 === 0 || link.state === "unpowered");
      return [
        since(state, at),
        [write(system ? SYSTEM_STATE_REQUEST : STATE_REQUEST), linkTimer(ANSWER_MS)],
      ];
    }
    case "watch":
      return pump(since(state, at), at, [linkTimer(POLL_MS)]);
    case "up, watch": {
      const up: Link = { ...link, failures: 0, answered: true, told: "online" };
      const [watching, out] = act({ ...state, link: up }, "watch", at);
      if (link.told === "online") return [watching, out];
      return [
        watching,
        [
          {
            for: "bridge",
            type: "bus.ind",
            online: true,
            ...(link.chip !== null && { chip: link.chip }),
            at,
          },
          ...out,
          { for: "objects", type: "bus.ind", online: true, at },
          upNote(link),
        ],
      ];
    }
    case "down, watch":
      return follow(down(state, "no_power", at), "watch", at);
    case "listen": {
      // No timer runs: in this mode a chip answers nothing but Reset.req, so there is nothing to supervise it with. What it was
      // told twice, because it seemed to have reset itself, does no harm.
      const [quiet, out] = down(state, "busmonitor", at);
      const listening = { ...quiet, rx: openRx(at), monitor: openMonitor(at) };
      return [since(listening, at), [...STOP_TIMERS, ...out, write(BUSMONITOR_REQUEST)]];
    }
    case "pause": {
      const pause = PAUSES_MS[Math.min(link.failures, PAUSES_MS.length - 1)] ?? 0;
      const failures = link.failures + 1;
      const [downed, told] = down(state, reasonOf(link), at);
      const reopen: readonly Effect[] =
        failures % PAUSES_MS.length === 0 ? [{ for: "serial", type: "reopen" }] : [];
      const paused = { ...downed, link: { ...downed.link, failures } };
      return [since(paused, at), [linkTimer(pause), ...told, ...reopen]];
    }
    case "wait for port":
      return [state, [...STOP_TIMERS, linkTimer(REOPEN_MS)]];
    case "down, close": {
      const [closed, out] = down(state, "no_port", at);
      const forgotten = {
        ...closed,
        link: {
          ...closed.link,
          answered: false,
          chip: config.chip === "auto" ? null : config.chip,
        },
      };
      return [forgotten, [...STOP_TIMERS, ...out]];
    }
    default:
      return never(action);
  }
};

const reasonOf = (link: Link): OfflineReason => (link.answered ? "no_power" : "no_chip");

/** Tells the layers above what is new to them, and confirms whatever cannot be sent any more. */
const down = (state: DlState, reason: OfflineReason, at: number): Step<DlState> => {
  const [tx, confirmed] = flush(
    state.tx,
    at,
    reason === "busmonitor" ? "dl.busmonitor" : "dl.offline",
  );
  if (state.link.told === reason) return [{ ...state, tx }, confirmed];
  const offline: readonly Impulse[] = [
    { for: "bridge", type: "bus.ind", online: false, reason, at },
    { for: "objects", type: "bus.ind", online: false, at },
  ];
  const note: Effect = {
    for: "log",
    type: "note",
    note: { level: "warn", layer: "dl", message: "link down", fields: { reason } },
  };
  return [
    { ...state, tx, link: { ...state.link, told: reason } },
    [...confirmed, ...offline, note],
  ];
};

/** The chip does not listen any more: what it has said last is all there is of it. */
const unmonitored = (state: DlState, at: number): Step<DlState> => {
  const [monitor, events] = monitorSilence(state.monitor);
  return [
    { ...state, monitor },
    [
      ...events.flatMap((event) => (event.found === "raw" ? [event.effect] : [])),
      ...frameTimer(isCollecting(state.monitor), false),
      busmonitor(false, at),
    ],
  ];
};

const busmonitor = (on: boolean, at: number): Effect => ({
  for: "control",
  type: "busmonitor",
  on,
  at,
});

const follow = ([state, out]: Step<DlState>, action: LinkAction, at: number): Step<DlState> => {
  const [next, more] = act(state, action, at);
  return [next, [...more, ...out]];
};

const since = (state: DlState, at: number): DlState => ({
  ...state,
  link: { ...state.link, since: at },
});

const write = (octets: Octets): Effect => ({ for: "serial", type: "write", octets });

const linkTimer = (ms: number): Effect => ({
  for: "timer",
  type: "start",
  timer: { for: "dl", name: "link" },
  ms,
});

const STOP_TIMERS: readonly Effect[] = (["link", "frame", "upload", "confirmation"] as const).map(
  (name) => ({ for: "timer", type: "stop", timer: { for: "dl", name } }),
);

const MUTE: Effect = { for: "counters", type: "count", counter: "chip.mute", by: 1 };

const GUESSED: Effect = {
  for: "log",
  type: "note",
  note: {
    level: "warn",
    layer: "dl",
    message: "chip did not say what it is; set knx.chip",
    fields: { assumed: "tpuart2" },
  },
};

const upNote = (link: Link): Effect => ({
  for: "log",
  type: "note",
  note: { level: "info", layer: "dl", message: "link up", fields: { chip: link.chip } },
});
