/** What one check has found. */
export type Finding = Readonly<{
  group: Group;
  /** Name of the check, for machines: `console`. */
  check: string;
  status: Status;
  what: string;
  /** What to do, line by line; a command or a line of a file stands alone in its line. Only what is fine needs none. */
  remedy: readonly string[];
}>;

/**
 * ok: as it should be · note: worth knowing · warning: works, but not as well or as long as it should · problem: does not
 * work · skipped: not looked at, and why
 */
export type Status = "ok" | "note" | "warning" | "problem" | "skipped";

/** In the order in which people read them. */
export const GROUPS = [
  "machine",
  "port",
  "transceiver",
  "broker",
  "knxpi",
  "clock",
  "storage",
  "power",
] as const;
export type Group = (typeof GROUPS)[number];

/** At least one line. */
export type Remedy = readonly [string, ...(readonly string[])];

type Say = (check: string, what: string, ...remedy: Remedy) => Finding;

/** The words in which the checks of one group speak: whatever is not fine comes with a remedy. */
export const speaker = (
  group: Group,
): Readonly<{ ok(check: string, what: string): Finding } & Record<Exclude<Status, "ok">, Say>> => {
  const say =
    (status: Status): Say =>
    (check, what, ...remedy) => ({ group, check, status, what, remedy });
  return {
    ok: (check, what) => ({ group, check, status: "ok", what, remedy: [] }),
    note: say("note"),
    warning: say("warning"),
    problem: say("problem"),
    skipped: say("skipped"),
  };
};
