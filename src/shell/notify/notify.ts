import type { Observer } from "../observer.ts";
import type { ChildSpec } from "../supervise/child.ts";
import type { ChildReport } from "../supervise/report.ts";
import { type Message, openSender, type Sender } from "./sender.ts";
import { oneLine, statusLine } from "./status.ts";
import { openWatch } from "./watch.ts";
import { type Works, works } from "./works.ts";

export type Notify = Readonly<{
  observer: Observer;
  /** Sends; to be supervised from before the port is open. */
  child: ChildSpec;
  /** The bridge serves: port and broker may be missing. */
  ready(): void;
  /** Tells of a reload while it is done. */
  reload<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}>;

export type NotifyOptions = Readonly<{
  env: NodeJS.ProcessEnv;
  /** What the supervisors say. */
  children(): readonly ChildReport[];
  /** For tests. */
  programs?: Parameters<typeof openSender>[2];
}>;

/**
 * Tells the service manager how things stand, and feeds its watchdog while the receive path works.
 * @returns undefined when nobody wants to know: not started by a service manager
 */
export const openNotify = ({ env, children, programs }: NotifyOptions): Notify | undefined => {
  const socket = env["NOTIFY_SOCKET"];
  if (socket === undefined || !/^[/@]/.test(socket)) return undefined;
  const watchdogMs = watchdogOf(env);
  const watch = openWatch(() => performance.now());
  const sender: Sender = openSender(socket, () => tellAgain(), programs);
  /** What a manager must know that has been told nothing yet. */
  let phase: Message = {};
  let status = "";
  let statusAt = Number.NEGATIVE_INFINITY;
  let fedAt = Number.NEGATIVE_INFINITY;

  const tell = (message: Message): void => {
    phase = message;
    sender.send({ ...message, STATUS: status });
  };

  const tellAgain = (): void => {
    fedAt = Number.NEGATIVE_INFINITY;
    sender.send({ ...phase, STATUS: status });
    look();
  };

  const look = (): void => {
    const now = performance.now();
    const port = children().find(({ name }) => name === "serial");
    const verdict: Works = works(watch.seen(port), now);
    const line = statusLine(watch.state(), port, verdict);
    if (line !== status && now - statusAt >= STATUS_MS && sender.send({ STATUS: line })) {
      status = line;
      statusAt = now;
    }
    if (watchdogMs === undefined || !verdict.ok || now - fedAt < watchdogMs / 3) return;
    if (sender.send({ WATCHDOG: "1" })) fedAt = now;
  };

  // After the turn of the event loop in which the time has come: what waited meanwhile in the port has been read by then.
  const every = setInterval(
    () => setImmediate(look),
    Math.min(LOOK_MS, (watchdogMs ?? LOOK_MS) / 6),
  );
  every.unref();

  const stopping = (why: Message = {}): void => tell({ STOPPING: "1", ...why });

  return {
    child: sender.child,
    observer: {
      done(impulse, effects, state) {
        watch.observer.done?.(impulse, effects, state);
        if (impulse.for === "bridge" && impulse.type === "stop.req") stopping();
      },
      threw(_, error) {
        status = oneLine(`ends: a bug: ${error instanceof Error ? error.message : error}`);
        stopping({ ERRNO: EPROTO });
      },
    },
    ready() {
      tell({ READY: "1" });
      look();
    },
    async reload(work) {
      tell({ RELOADING: "1", MONOTONIC_USEC: `${process.hrtime.bigint() / 1_000n}` });
      try {
        return await work();
      } finally {
        tell({ READY: "1" });
      }
    },
    close: () => clearInterval(every),
  };
};

/** @returns how often the watchdog wants to be fed, ms; undefined when there is none, or it is another process's */
const watchdogOf = (env: NodeJS.ProcessEnv): number | undefined => {
  const { WATCHDOG_USEC, WATCHDOG_PID } = env;
  if (WATCHDOG_PID !== undefined && Number(WATCHDOG_PID) !== process.pid) return undefined;
  const ms = Number(WATCHDOG_USEC) / 1_000;
  return ms > 0 && Number.isFinite(ms) ? ms : undefined;
};

const LOOK_MS = 1_000;
/** The line changes no more often than that. */
const STATUS_MS = 5_000;
/** As Linux counts them, for the line `Error:` of `systemctl status`. */
const EPROTO = "71";
