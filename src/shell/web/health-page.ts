import { PROBLEMS } from "../../core/app/bridge/health.ts";
import { isoTime } from "../../core/iso-time.ts";
import type { View } from "./view.ts";

/**
 * `bridge/health` as it would be published now, with the parts of the shell.
 * @returns 200 when there is no problem, otherwise 503: with what stands in `problems`
 */
export const healthPage = ({
  about,
  health,
  state,
  children,
}: Pick<View, "about" | "health" | "state" | "children">): Readonly<{
  status: 200 | 503;
  document: object;
}> => {
  const problems = pageProblems({ health, children });
  const ok = problems.length === 0;
  return {
    status: ok ? 200 : 503,
    document: {
      ...health,
      ok,
      problems,
      version: about.version,
      instance: about.instance,
      started: isoTime(state.bridge.epoch),
      // Without their problem: it may name the broker, whose address is nobody else's business.
      children: children.map(({ name, state: is, since, restarts }) => ({
        name,
        state: is,
        since: isoTime(since),
        restarts,
      })),
    },
  };
};

/** The words of `bridge/health`, and some only here: what does not work may be the part that leads to the broker. */
export const pageProblems = ({
  health,
  children,
}: Pick<View, "health" | "children">): readonly string[] => {
  const lasting = children.filter(({ state, forMs }) => state !== "off" && forMs >= LASTING_MS);
  const holds: Readonly<Record<ShellProblem, boolean>> = {
    // Of its part, too, that is up while another bridge has our topics: nothing is published then.
    mqtt_offline: !health.mqtt.connected && lasting.some(({ name }) => name === "mqtt"),
    child_waiting: lasting.some(
      ({ name, state }) => name !== "mqtt" && state !== "up" && state !== "failed",
    ),
    child_failed: children.some(({ state }) => state === "failed"),
  };
  return [...health.problems, ...SHELL_PROBLEMS.filter((word) => holds[word])];
};

const SHELL_PROBLEMS = ["mqtt_offline", "child_waiting", "child_failed"] as const;
type ShellProblem = (typeof SHELL_PROBLEMS)[number];

export const PAGE_PROBLEMS: readonly string[] = [...PROBLEMS, ...SHELL_PROBLEMS];

/** Five tries to reach the broker have come to nothing (`strategy.ts`): one that was only restarted would have answered. */
const LASTING_MS = 30_000;
