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
  const failed = children.some((child) => child.state === "failed");
  const problems = [...health.problems, ...(failed ? [CHILD_FAILED] : [])];
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

/** Only here: a part that was given up may be the one that leads to the broker. */
const CHILD_FAILED = "child_failed";
