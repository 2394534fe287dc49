import type { Facts } from "../facts/facts.ts";
import { type Finding, speaker } from "../finding.ts";

const { ok, note, warning, problem, skipped } = speaker("clock");

/** What is known of the clock beyond its files. */
export type ClockReport = Readonly<{
  /** Another clock sets this one; null: nobody can tell. */
  synchronised: boolean | null;
  /** ms since 1970. */
  now: number;
}>;

/** Time stamps, certificates and the time on the bus hang on it. */
export const checkClock = (
  { clock, services, machine }: Facts,
  { synchronised, now }: ClockReport,
): readonly Finding[] => {
  const known = synchronised ?? (clock.marked ? true : null);
  const shown = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  const program = services.units.find(
    ({ name, enabled }) => enabled && /timesyncd|chrony|ntp/.test(name),
  );
  const set =
    program === undefined ? "sudo timedatectl set-ntp true" : `systemctl status ${program.name}`;
  const time =
    now < EARLIEST
      ? problem(
          "clock",
          `the clock says ${shown}, which is long ago: certificates are refused`,
          set,
        )
      : known === true
        ? ok("clock", `${shown}, synchronised`)
        : known === false
          ? warning(
              "clock",
              `${shown}, but nothing sets this clock`,
              set,
              "It needs a way to a time server (UDP port 123).",
            )
          : skipped("clock", `${shown}; nobody can tell whether that is right`, "timedatectl");
  const rtc =
    machine.pi === null || clock.hasRtc
      ? []
      : [
          note(
            "rtc",
            "no clock that runs on without power: after a power cut the time is wrong until a time server answers",
            "The bridge works without; for right times from the first second on, add an RTC module (dtoverlay=i2c-rtc,…).",
          ),
        ];
  return [time, ...rtc];
};

/** knxpi was not there before. */
const EARLIEST = Date.UTC(2026, 0, 1);
