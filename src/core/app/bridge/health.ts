import type { Counter } from "../../counter.ts";
import { DROP_REASONS } from "../../drop.ts";
import type { BridgeImpulse, Counters } from "../../impulse.ts";
import { isoTime } from "../../iso-time.ts";
import { rollTo, share } from "./queue/load.ts";
import type { BridgeState } from "./state.ts";
import { publish } from "./telegrams/publish.ts";
import { bridgeTopic } from "./topics.ts";
import type { Turn } from "./turn.ts";

type HealthRequest = Extract<BridgeImpulse, { type: "health.req" }>;

/** `bridge/health`: `mqtt-interface.md` §8.3, as far as it is known here and to the shell. */
export const publishHealth = (state: BridgeState, request: HealthRequest): Turn =>
  publish(state, {
    for: "mqtt",
    type: "publish",
    topic: bridgeTopic(state.config, "health"),
    payload: JSON.stringify(healthDocument(state, request)),
    qos: 0,
    retain: state.config.retain,
    json: true,
  });

const healthDocument = (state: BridgeState, { counters, process: figures, at }: HealthRequest) => {
  const of = (counter: Counter): number => counters[counter] ?? 0;
  const { broker, bus, counts, tallies } = state;
  const problems = problemsOf(state, at);
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
      dpt_mismatch: counts.mismatches,
      unknown_ga: counts.unknownGa,
      own_ia_seen: counters["dl.own-address"] ?? 0,
    },
    tx: {
      requested: of("tx.requested"),
      sent: of("tx.sent"),
      confirmed: of("tx.confirmed"),
      no_ack: of("tx.no-ack"),
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
      since: isoTime(broker.since),
      reconnects: Math.max(0, broker.session - 1),
      published: counts.published,
      received: counts.received,
      coalesced: counts.coalesced,
      events_dropped: counts.eventsDropped,
    },
    chip: {
      resets: of("chip.resets"),
      slave_collision: of("chip.slave-collision"),
      protocol_errors: of("chip.protocol-error"),
      temperature_warning: of("chip.temperature-warning") > 0,
    },
    process: {
      rss_mb: figures.rssMb,
      cpu_pct: figures.cpuPercent,
      loop_lag_ms_p99: figures.loopLagMs,
    },
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

const queueFigures = ({ queue, tallies, sender }: BridgeState, at: number) => {
  const since = queue.lines.flat().map((entry) => entry.since);
  const waited = [...tallies.waited].sort((a, b) => a - b);
  const running = sender.throttled === null ? 0 : at - sender.throttled;
  return {
    depth: queue.depth,
    depth_max: tallies.depthMax,
    oldest_ms: since.length === 0 ? 0 : Math.round(at - Math.min(...since)),
    waited_ms_p95: waited[Math.ceil(waited.length * 0.95) - 1] ?? 0,
    merged: tallies.merged,
    rejected: tallies.rejected,
    failed: tallies.failed,
    dropped: {
      expired: tallies.expired,
      overflow: tallies.overflow,
      bus_offline: tallies.offline,
    },
    throttled_ms: tallies.throttledMs + Math.round(running),
  };
};

const problemsOf = ({ bus, load, queue }: BridgeState, at: number): readonly string[] => [
  ...(bus.announced === "offline" ? ["bus_offline"] : []),
  ...(rollTo(load, at).past.overloaded ? ["bus_overload"] : []),
  ...(queue.depth >= BACKLOG ? ["queue_backlog"] : []),
];

const split = (counters: Counters, drops: boolean): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counters).filter(([name]) => name in DROP_REASONS === drops));

const percent = (part: number): number => tenths(part * 100);
const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Half of the class of commands. */
const BACKLOG = 50;
