import type { Root } from "./root.ts";

export type ClockFacts = Readonly<{
  /** systemd-timesyncd has set the clock since the start; null: it is not there, so nobody says. */
  marked: boolean;
  /** A clock that runs on without power. */
  hasRtc: boolean;
  /** `Europe/Berlin` */
  zone: string | null;
}>;

export const readClock = (root: Root): ClockFacts => ({
  marked: root.stat("/run/systemd/timesync/synchronized") !== null,
  hasRtc: root.list("/sys/class/rtc").length > 0,
  zone:
    /zoneinfo\/(.+)$/.exec(root.link("/etc/localtime") ?? "")?.[1] ??
    root.read("/etc/timezone")?.trim() ??
    null,
});
