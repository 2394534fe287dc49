import type { OfflineReason } from "../../core/impulse.ts";
import type { StackState } from "../../core/stack/stack.ts";
import type { ChildReport } from "../supervise/report.ts";
import type { Part, Works } from "./works.ts";

/** How things stand, in the one line that `systemctl status` shows. */
export const statusLine = (
  state: StackState | undefined,
  port: ChildReport | undefined,
  works: Works,
): string => {
  if (state === undefined) return "starting";
  const { state: link, chip } = state.dl.link;
  // Nobody is told that there is no port before there was one.
  const told = link === "closed" && port?.state === "waiting" ? "no_port" : state.dl.link.told;
  const bus =
    told === "online"
      ? `bus online${chip === null ? "" : ` (${chip})`}`
      : `bus offline: ${BUS[told]}`;
  const why = told === "no_port" && port?.problem ? ` (${oneLine(port.problem)})` : "";
  const broker = `broker ${state.bridge.broker.connected ? "connected" : "away"}`;
  const line = `${bus}${why}; ${broker}`;
  return works.ok
    ? line
    : `${line}; NOT WORKING, the watchdog is not fed: ${PARTS[works.part]} (${Math.round(works.silentMs / 1_000)} s)`;
};

/** What the manager takes for a line, and no more of it than fits. */
export const oneLine = (text: string): string =>
  text
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, LONGEST);

const LONGEST = 200;

const BUS = {
  starting: "starting",
  no_port: "no serial port",
  no_chip: "no answer from the chip",
  no_power: "no bus power",
  busmonitor: "the chip only listens",
} as const satisfies Record<OfflineReason, string>;

const PARTS = {
  core: "the core takes nothing",
  link: "the chip is not supervised",
  octets: "nothing is read from the chip",
  port: "the serial port is not tried again",
} as const satisfies Record<Part, string>;
