/** Every code with which a command can fail. Closed; `mqtt-interface.md` §11. */
export type ErrorCode = (typeof ERROR_CODES)[number];

export const ERROR_CODES = [
  "invalid_json",
  "invalid_value",
  "out_of_range",
  "no_value",
  "unknown_ga",
  "unknown_entity",
  "unknown_request",
  "unsupported",
  "read_only",
  "forbidden",
  "retained_command",
  "duplicate",
  "too_large",
  "rate_limited",
  "queue_full",
  "expired",
  "bus_offline",
  "bus_busy",
  "no_ack",
  "timeout",
  "dpt_mismatch",
  "loop",
  "internal",
] as const;

/** Why a command failed, for the one who sent it. */
export type Failure = Readonly<{
  code: ErrorCode;
  message: string;
  /** With `out_of_range`. */
  detail?: Readonly<{ min: number; max: number }> | undefined;
}>;

/** @param message for people: one sentence without its full stop */
export const failure = (code: ErrorCode, message: string): Failure => ({ code, message });

/** @param name the field, at the beginning of the message */
export const outOfRange = (name: string, value: number, min: number, max: number): Failure => ({
  code: "out_of_range",
  message: `${name} ${value} is not between ${min} and ${max}`,
  detail: { min, max },
});

/** How many commands ended with each code. */
export type Tally = Readonly<Partial<Record<ErrorCode, number>>>;

/** One more with this code. */
export const tallied = (tally: Tally, code: ErrorCode): Tally => ({
  ...tally,
  [code]: (tally[code] ?? 0) + 1,
});
