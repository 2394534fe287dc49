import { CHILD_STATES } from "../supervise/report.ts";
import { bit, counter, type Family, gauge, plain, type Sample } from "./family.ts";
import type { View } from "./view.ts";

const known = (on: boolean | null): number | null => (on === null ? null : bit(on));

const ofChildren = (
  { children }: View,
  of: (child: View["children"][number]) => number,
): readonly Sample[] => children.map((child): Sample => [{ child: child.name }, of(child)]);

/** Families about process, machine and the parts of the shell. Those of a process have the names that every Prometheus client uses. */

// biome-ignore format: a table
export const OUTSIDE_FAMILIES: readonly Family[] = [
  gauge("child_state", "1 for the state that a part of the program is in", ({ children }) => children.flatMap(({ name, state }) => CHILD_STATES.map((one): Sample => [{ child: name, state: one }, bit(one === state)])), "child", "state"),
  gauge("child_since_seconds", "since when the part works, or does not, seconds since 1970", (view) => ofChildren(view, ({ since }) => since / 1_000), "child"),
  counter("child_restarts", "times the part was started again", (view) => ofChildren(view, ({ restarts }) => restarts), "child"),

  gauge("build_info", "1, with what runs", ({ about, state }) => [[{ version: about.version, instance: about.instance, node: process.versions.node, chip: state.dl.link.chip ?? "unknown" }, 1]], "version", "instance", "node", "chip"),
  gauge("uptime_seconds", "since the process began", ({ health }) => health.uptime_s),
  counter("event_loop_busy_seconds", "time in which the event loop had something to do", ({ process }) => process.loopBusyS),
  plain("counter", "process_cpu_user_seconds_total", "processor time, user", ({ process }) => process.cpuUserS),
  plain("counter", "process_cpu_system_seconds_total", "processor time, system", ({ process }) => process.cpuSystemS),
  plain("counter", "process_cpu_seconds_total", "processor time, both", ({ process }) => process.cpuUserS + process.cpuSystemS),
  plain("gauge", "process_start_time_seconds", "seconds since 1970", ({ process }) => process.startedS),
  plain("gauge", "process_resident_memory_bytes", "memory", ({ process }) => process.rssBytes),
  plain("gauge", "process_open_fds", "open file descriptors", ({ process }) => process.openFds),
  plain("gauge", "process_max_fds", "most of them that the system allows", ({ process }) => process.maxFds),
  plain("gauge", "nodejs_heap_size_used_bytes", "heap in use", ({ process }) => process.heapUsedBytes),
  plain("gauge", "nodejs_heap_size_limit_bytes", "most of it that the engine allows", ({ process }) => process.heapLimitBytes),

  gauge("host_load1", "load average of the machine over a minute", ({ host }) => host.load1),
  gauge("host_temperature_celsius", "processor", ({ host }) => host.tempC),
  gauge("host_throttled", "1: the processor is slowed down now", ({ host }) => known(host.throttled)),
  gauge("host_undervoltage", "1: the supply voltage is too low now", ({ host }) => known(host.undervoltage)),
  gauge("host_disk_free_bytes", "space where the state is kept", ({ host }) => (host.diskFreeMb === null ? null : host.diskFreeMb * 1e6)),
  gauge("host_clock_synchronised", "1: the clock of the machine is synchronised", ({ health }) => known(health.host.clock_synced)),
];
