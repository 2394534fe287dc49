import type { ChipKind } from "../../../config.ts";

/** What `bridge/info` says beside the configuration. `mqtt-interface.md` §8.2 */
export type Info = Readonly<{
  chip: ChipKind | null;
  /** Of the connection to the broker. */
  protocol: 4 | 5 | null;
  /** As it was published last, without what changes with every telegram. */
  told: string | null;
}>;

export const openInfo = (): Info => ({ chip: null, protocol: null, told: null });
