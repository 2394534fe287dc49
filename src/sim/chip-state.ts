/** What a host tells the chip once, and what every reset wipes out. */
export type ChipSettings = Readonly<{
  /** With an address the chip acknowledges by itself. */
  address: number | null;
  repetitions: Readonly<{ nak: number; busy: number }>;
  crc: boolean;
  marker: boolean;
}>;

export const POWER_ON_SETTINGS: ChipSettings = {
  address: null,
  repetitions: { nak: 3, busy: 3 },
  crc: false,
  marker: false,
};

/** `sync`: between a reset and its indication, or without bus voltage. */
export type Mode = "sync" | "normal" | "busmonitor" | "stop";

/** The condition of a chip, which its host side and its bus side share. */
export type ChipState = {
  mode: Mode;
  settings: ChipSettings;
  /** Until when it answers BUSY for its own address. */
  busyUntil: number;
  /** Neither hears nor says anything. */
  muted: boolean;
  hot: boolean;
};

/** What a chip counts, for those who watch it. */
export type Tally = {
  acknowledged: number;
  /** Orders to acknowledge that came when their moment had passed. */
  late: number;
  uploads: number;
  rejected: number;
  resets: number;
};
