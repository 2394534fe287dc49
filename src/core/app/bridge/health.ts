import type { BridgeImpulse, Counters } from "../../app-impulse.ts";
import type { Counter } from "../../counter.ts";
import { DROP_REASONS } from "../../drop.ts";
import { isoTime } from "../../iso-time.ts";
import { rollTo, share } from "./queue/load.ts";
import { close, done } from "./requests/answer.ts";
import type { BridgeState } from "./state.ts";
import { publish } from "./telegrams/publish.ts";
import { bridgeTopic } from "./topics.ts";
import type { Turn } from "./turn.ts";

type HealthRequest = Extract<BridgeImpulse, { type: "health.req" }>;

/** What the shell knows at that moment, and the core does not. */
export type HealthFigures = Omit<HealthRequest, "for" | "type" | "ref">;

export type HealthDocument = ReturnType<typeof healthDocument>;

/** `bridge/health`, or the answer to somebody who asked for it: `mqtt-interface.md` §8.3. */
export const onHealth = (state: BridgeState, request: HealthRequest): Turn =>
  request.ref === undefined
    ? publishHealth(state, request)
    : close(state, request.at, request.ref, done(healthDocument(state, request)));

const publishHealth = (state: BridgeState, request: HealthRequest): Turn =>
  publish(state, {
    for: "mqtt",
    type: "publish",
    topic: bridgeTopic(state.config, "health"),
    payload: JSON.stringify(healthDocument(state, request)),
    qos: 0,
    retain: state.config.retain,
    json: true,
  });

/** `mqtt-interface.md` §8.3, for every way it is told on. What nobody here can know is null. */
export const healthDocument = (state: BridgeState, request: HealthFigures) => {
  const { counters, process: figures, inFlight, at } = request;
  const of = (counter: Counter): number => counters[counter] ?? 0;
  const { broker, bus, counts, tallies } = state;
  const problems = problemsOf(state, request);
  return {
    ts: isoTime(state.epoch + at),
    uptime_s: Math.round(figures.uptimeS),
    ok: problems.length === 0,
    problems,
    bus: { state: bus.state, ...loadFigures(state, at) },
    rx: {
      telegrams: of("rx.telegrams"),
      octets: of("rx.octets"),
      repeated: of("rx.repeated"),
      checksum: counters["dl.check-octet"] ?? 0,
      // The operating system keeps that to itself.
      parity: null,
      dpt_mismatch: counts.mismatches,
      unknown_ga: counts.unknownGa,
      own_ia_seen: counters["dl.own-address"] ?? 0,
    },
    tx: {
      requested: of("tx.requested"),
      sent: of("tx.sent"),
      confirmed: of("tx.confirmed"),
      no_ack: of("tx.no-ack"),
      // For the chips a busy receiver is one that does not acknowledge.
      busy: null,
      rejected: of("tx.rejected"),
      lost: of("tx.lost"),
      repeats: of("tx.repeats"),
    },
    queue: queueFigures(state, at),
    read: {
      sent: tallies.reads.sent,
      answered: tallies.reads.answered,
      timeout: tallies.reads.timeout,
      answered_by_bridge: tallies.reads.byBridge,
    },
    mqtt: {
      connected: broker.connected,
      since: broker.session === 0 ? null : isoTime(broker.since),
      reconnects: Math.max(0, broker.session - 1),
      version: state.features.info.protocol,
      published: counts.published,
      received: counts.received,
      inflight: inFlight ?? 0,
      coalesced: counts.coalesced,
      events_dropped: counts.eventsDropped,
    },
    chip: {
      resets: of("chip.resets"),
      slave_collision: of("chip.slave-collision"),
      protocol_errors: of("chip.protocol-error"),
      temperature_warning: of("chip.temperature-warning") > 0,
    },
    tunnels: [],
    process: {
      rss_mb: figures.rssMb,
      cpu_pct: figures.cpuPercent,
      loop_lag_ms_p99: figures.loopLagMs,
    },
    host: hostFigures(state, request),
    drops: split(counters, true),
    counters: split(counters, false),
  };
};

const loadFigures = (state: BridgeState, at: number) => {
  const { totals, owns } = rollTo(state.load, at).past;
  const last = state.counts.lastTelegram;
  return {
    load_1s: percent(share(totals, 1)),
    load_10s: percent(share(totals, 10)),
    load_60s: percent(share(totals, 60)),
    load_peak_60s: percent(Math.max(0, ...totals) / 1_000),
    own_share_60s: percent(share(owns, 60)),
    last_rx_s: last === null ? null : tenths((at - last) / 1_000),
  };
};

const queueFigures = ({ queue, tallies, sender, features }: BridgeState, at: number) => {
  const since = queue.lines.flat().map((entry) => entry.since);
  const waited = [...tallies.waited].sort((a, b) => a - b);
  const running = sender.throttled === null ? 0 : at - sender.throttled;
  return {
    depth: queue.depth,
    depth_max: tallies.depthMax,
    oldest_ms: since.length === 0 ? 0 : Math.round(at - Math.min(...since)),
    waited_ms_p95: waited[Math.ceil(waited.length * 0.95) - 1] ?? 0,
    merged: tallies.merged,
    rejected: rejections(tallies),
    failed: tallies.failed,
    dropped: {
      expired: tallies.expired,
      overflow: tallies.overflow,
      loop: features.loops.dropped,
      bus_offline: tallies.offline,
      cleared: tallies.cleared,
    },
    throttled_ms: tallies.throttledMs + Math.round(running),
  };
};

/** The words of `mqtt-interface.md` §8.3, beside them each code by itself. */
const rejections = ({ rejected, failed }: BridgeState["tallies"]) => ({
  ...rejected,
  queue_full: rejected.queue_full ?? 0,
  bus_offline: (rejected.bus_offline ?? 0) + (failed.bus_offline ?? 0),
  rate_limited: rejected.rate_limited ?? 0,
  invalid: INVALID.reduce((sum, code) => sum + (rejected[code] ?? 0), 0),
  retained_command: rejected.retained_command ?? 0,
});

/** What is wrong with the payload itself. */
const INVALID = ["invalid_json", "invalid_value", "out_of_range", "too_large"] as const;

const hostFigures = ({ features }: BridgeState, { host }: HealthFigures) => ({
  load1: host?.load1 ?? null,
  temp_c: host?.tempC ?? null,
  throttled: host?.throttled ?? null,
  disk_free_mb: host?.diskFreeMb ?? null,
  clock_synced: features.clock.synchronised,
});

/** The words of `mqtt-interface.md` §8.3 that are true now. */
const problemsOf = (state: BridgeState, { host, at }: HealthFigures): readonly Problem[] => {
  const { bus, load, queue, features } = state;
  const { conflict } = features.device;
  const problems: Readonly<Record<Problem, boolean>> = {
    bus_offline: bus.announced === "offline",
    bus_overload: rollTo(load, at).past.overloaded,
    queue_backlog: queue.depth >= BACKLOG,
    address_conflict: conflict !== null && at - conflict < CONFLICT_MS,
    disk_low: (host?.diskFreeMb ?? Number.POSITIVE_INFINITY) < LOW_DISK_MB,
    // Nobody else needs it.
    clock_unsynced: state.config.time !== null && features.clock.synchronised === false,
    undervoltage: host?.undervoltage === true,
    config_error: features.configuration.rejected,
    loop: features.loops.off > 0,
  };
  return PROBLEMS.filter((problem) => problems[problem]);
};

export const PROBLEMS = [
  "bus_offline",
  "bus_overload",
  "queue_backlog",
  "address_conflict",
  "disk_low",
  "clock_unsynced",
  "undervoltage",
  "config_error",
  "loop",
] as const;
export type Problem = (typeof PROBLEMS)[number];

const split = (counters: Counters, drops: boolean): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counters).filter(([name]) => name in DROP_REASONS === drops));

const percent = (part: number): number => tenths(part * 100);
const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Half of the class of commands. */
const BACKLOG = 50;
/** As long as another device was seen with our address so lately. */
const CONFLICT_MS = 3_600_000;
/** The state of a large house with its temporary copy, some times over. */
const LOW_DISK_MB = 100;
