import type { GroupAddress } from "../../../address.ts";

/** What the bridge tells the bus of the time. `mqtt-interface.md` §15.3. Checked by the configuration loader. */
export type TimeConfig = Readonly<{
  /** 10.001, 11.001 and 19.001; null: not sent. */
  timeGa: GroupAddress | null;
  dateGa: GroupAddress | null;
  dateTimeGa: GroupAddress | null;
  /** 1.017: whoever writes to it is sent the time at once. */
  requestGa: GroupAddress | null;
  everyMs: number;
  /** Silent while the clock of the host is not synchronised. */
  onlyIfSynced: boolean;
  /** Name in the time zone database; null: that of the host. Only the shell can do something with it. */
  timezone: string | null;
}>;
