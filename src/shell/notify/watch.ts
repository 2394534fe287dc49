import type { StackState } from "../../core/stack/stack.ts";
import type { Observer } from "../observer.ts";
import type { ChildReport } from "../supervise/report.ts";
import type { Seen } from "./works.ts";

export type Watch = Readonly<{
  observer: Observer;
  /** @param port what its supervisor says of it now; undefined when nobody supervises it */
  seen(port: ChildReport | undefined): Seen;
  /** As the core left it last. */
  state(): StackState | undefined;
}>;

/** Sees what passes between world and core, as far as it tells whether the receive path works. */
export const openWatch = (now: () => number): Watch => {
  const begun = now();
  let takenAt = begun;
  let linkAt = begun;
  let octetAt = begun;
  let state: StackState | undefined;
  let port: Seen["port"] = null;
  let reported = "";
  return {
    observer: {
      done(impulse, _, after) {
        const before = state;
        state = after;
        if (impulse.for === "dl" && impulse.type === "octet.ind") {
          takenAt = impulse.at;
          octetAt = impulse.at;
          if (before?.dl.link !== after.dl.link) linkAt = impulse.at;
          return;
        }
        takenAt = now();
        const supervises =
          impulse.for === "dl" && impulse.type === "timeout" && impulse.timer.name === "link";
        if (supervises || before?.dl.link !== after.dl.link) linkAt = takenAt;
      },
    },
    seen(report) {
      // A new try shows as another state, another time or one restart more.
      const told = report && `${report.state} ${report.since} ${report.restarts}`;
      if (told === undefined || report === undefined) port = null;
      else if (told !== reported || port === null) port = { state: report.state, at: now() };
      reported = told ?? "";
      return { takenAt, link: state?.dl.link.state ?? "closed", linkAt, octetAt, port };
    },
    state: () => state,
  };
};
