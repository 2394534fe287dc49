import type { HealthDocument } from "../../core/app/bridge/health.ts";
import { COUNTERS, type Counter } from "../../core/counter.ts";
import { DROP_REASONS, type DropReason } from "../../core/drop.ts";
import type { OfflineReason } from "../../core/impulse.ts";
import { LINK_STATES } from "../../core/stack/2-dl/link-table.ts";
import { bit, counter, each, type Family, gauge, histogram, type Sample } from "./family.ts";
import { PAGE_PROBLEMS, pageProblems } from "./health-page.ts";
import { ACKNOWLEDGE_S, BEHIND_OCTETS, PUBLISH_S } from "./latency.ts";
import { LAG_S } from "./loop-lag.ts";
import { OUTSIDE_FAMILIES } from "./outside-families.ts";
import type { View } from "./view.ts";

/*
 * Every metric family. None has a series for each group address or device: a large house has thousands, and whoever scrapes keeps
 * them for years. `firmware-notes/observability.md` lists them all; a test compares.
 */

/** `tx.no-ack` → `knxpi_tx_no_ack_total` */
const counted = (name: Counter): Family =>
  counter(name.replace(/[.-]/g, "_"), COUNTERS[name], ({ counters }) => counters[name] ?? 0);

const isCounter = (name: string): name is Counter => Object.hasOwn(COUNTERS, name);

const REASONS = Object.keys(DROP_REASONS).filter((name): name is DropReason =>
  Object.hasOwn(DROP_REASONS, name),
);

/** What is in use of the line: percent, as `bridge/health` says it, → a ratio. */
const ratio = (percent: number): number => Math.round(percent * 10) / 1_000;

const loads = ({ load_1s, load_10s, load_60s }: HealthDocument["bus"]): readonly Sample[] => [
  [{ window: "1s" }, ratio(load_1s)],
  [{ window: "10s" }, ratio(load_10s)],
  [{ window: "60s" }, ratio(load_60s)],
];

const byCode = (label: string, tally: Readonly<Partial<Record<string, number>>>) =>
  Object.entries(tally).map(([code, count = 0]): Sample => [{ [label]: code }, count]);

const STATES: Readonly<Record<"online" | OfflineReason, true>> = {
  online: true,
  starting: true,
  no_port: true,
  no_chip: true,
  no_power: true,
  busmonitor: true,
};

const eachProblem = (view: View): readonly Sample[] => {
  const problems = pageProblems(view);
  return each("problem", PAGE_PROBLEMS, (word) => problems.includes(word));
};

// biome-ignore format: a table
export const FAMILIES: readonly Family[] = [
  ...Object.keys(COUNTERS).filter(isCounter).map(counted),
  counter("drops", "octets, frames, PDUs and messages that went no further, by reason", ({ counters }) => REASONS.map((reason) => [{ reason }, counters[reason] ?? 0]), "reason"),
  counter("rx_dpt_mismatches", "telegrams with a length that the datapoint type of their object does not have", ({ health }) => health.rx.dpt_mismatch),
  counter("rx_unknown_group_addresses", "telegrams to group addresses without an object", ({ health }) => health.rx.unknown_ga),

  histogram("acknowledge_seconds", "from reading the octet that decides it to writing the acknowledge to the port", ACKNOWLEDGE_S, ({ latency }) => latency.acknowledge),
  histogram("publish_seconds", "from reading the last octet of a telegram until the MQTT client has what is published of it", PUBLISH_S, ({ latency }) => latency.publish),
  histogram("serial_octets_behind", "octets that had been read with an octet and waited behind it", BEHIND_OCTETS, ({ latency }) => latency.behind),
  histogram("event_loop_lag_seconds", "by how much a timer comes later than it should", LAG_S, ({ loopLag }) => loopLag),

  gauge("healthy", "1: there is no problem, and /health answers 200", (view) => bit(pageProblems(view).length === 0)),
  gauge("problem", "1: the problem is there now", eachProblem, "problem"),
  gauge("bus_up", "1: bus and transceiver can be used", ({ health }) => bit(health.bus.state === "online")),
  gauge("bus_state", "1 for how the bus is now", ({ health }) => each("state", Object.keys(STATES), (state) => health.bus.state === state), "state"),
  gauge("link_state", "1 for the state of the link to the transceiver", ({ state }) => each("state", LINK_STATES, (one) => state.dl.link.state === one), "state"),
  gauge("bus_load_ratio", "share of the line in use, 0 to 1, over the last complete seconds", ({ health }) => loads(health.bus), "window"),
  gauge("bus_load_peak_ratio", "the same in the busiest second of the last 60", ({ health }) => ratio(health.bus.load_peak_60s)),
  gauge("bus_own_share_ratio", "own share of the line over the last 60 seconds, 0 to 1", ({ health }) => ratio(health.bus.own_share_60s)),
  gauge("bus_silent_seconds", "since the last telegram", ({ health }) => health.bus.last_rx_s),
  gauge("connections", "connections of the transport layer that are open", ({ state }) => state.tlsm.connections.length),
  gauge("programming_mode", "1: in programming mode", ({ state }) => bit(state.device.programmingMode)),

  gauge("queue_depth", "commands and reads that wait for the bus", ({ health }) => health.queue.depth),
  gauge("queue_depth_max", "most of them at once since the start", ({ health }) => health.queue.depth_max),
  gauge("queue_oldest_seconds", "how long the oldest of them has waited", ({ health }) => health.queue.oldest_ms / 1_000),
  gauge("queue_waited_p95_seconds", "how long all but one in twenty of the last ones waited", ({ health }) => health.queue.waited_ms_p95 / 1_000),
  counter("queue_throttled_seconds", "time in which the own share of the line held something back", ({ health }) => health.queue.throttled_ms / 1_000),
  counter("queue_merged", "commands replaced by a newer one for the same group address", ({ health }) => health.queue.merged),
  counter("queue_dropped", "commands and reads taken out of the queue unsent, by reason", ({ health }) => byCode("reason", health.queue.dropped), "reason"),
  counter("commands_rejected", "commands and requests that were refused, by error code", ({ state }) => byCode("code", state.bridge.tallies.rejected), "code"),
  counter("commands_failed", "commands that were taken and failed, by error code", ({ health }) => byCode("code", health.queue.failed), "code"),
  counter("reads_sent", "values asked for on the bus", ({ health }) => health.read.sent),
  counter("reads_answered", "of these, answered", ({ health }) => health.read.answered),
  counter("reads_timed_out", "of these, not answered in time", ({ health }) => health.read.timeout),
  counter("reads_answered_by_bridge", "values that others asked for and the bridge answered with", ({ health }) => health.read.answered_by_bridge),

  gauge("mqtt_connected", "1: connected to the broker", ({ health }) => bit(health.mqtt.connected)),
  gauge("mqtt_in_flight", "publications that the broker has not acknowledged", ({ health }) => health.mqtt.inflight),
  counter("mqtt_reconnects", "connections to the broker after the first", ({ health }) => health.mqtt.reconnects),
  counter("mqtt_published", "messages published", ({ health }) => health.mqtt.published),
  counter("mqtt_received", "messages received", ({ health }) => health.mqtt.received),
  counter("mqtt_coalesced", "states that a newer one replaced while the broker was away", ({ health }) => health.mqtt.coalesced),
  counter("mqtt_events_dropped", "events lost while the broker was away or slow", ({ health }) => health.mqtt.events_dropped),
  ...OUTSIDE_FAMILIES,
];
