import type { Publish } from "../telegrams/publish.ts";

/** What outlives a connection or the process. `mqtt-interface.md` §16. */
export type Restart = Readonly<{
  /** Telegrams and messages until the last snapshot: without a further one nothing has changed. */
  saved: number;
  /** ms from one snapshot to the next. */
  intervalMs: number;
  /** There will be one. */
  planned: boolean;
  /** The snapshot of the last process was damaged, and nobody was told yet. */
  damaged: boolean;
  /** Events that nobody could take, oldest first. */
  ring: readonly Publish[];
}>;

export const openRestart = (): Restart => ({
  saved: 0,
  intervalMs: 60_000,
  planned: false,
  damaged: false,
  ring: [],
});
