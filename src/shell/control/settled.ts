import type { StackState } from "../../core/stack/stack.ts";

/** Until everything that was to be sent is on the line, or would not get there soon. */
export const settled = (look: () => StackState): Promise<void> =>
  within(SENT_MS, () => {
    const { current, waiting } = look().dl.tx;
    return current === null && waiting.length === 0;
  });

/** Until the bus can be reached, or would not be soon. */
export const online = (look: () => StackState): Promise<void> =>
  within(ONLINE_MS, () => look().dl.link.told === "online");

/** Never at once: what was settled by the caller's own doing has been said by then. */
const within = async (ms: number, holds: () => boolean): Promise<void> => {
  const until = performance.now() + ms;
  do await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  while (!holds() && performance.now() < until);
};

/** A few frames with their repetitions. */
const SENT_MS = 1_000;
/** A reset of the chip, and its answers. */
const ONLINE_MS = 3_000;
const LOOK_MS = 5;
