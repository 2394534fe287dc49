import { execFile } from "node:child_process";

/** How systemd says the service stands. */
export type ServiceReport = Readonly<{
  load: string;
  active: string;
  sub: string;
  enabled: string;
  restarts: number;
  /** How it last ended: `success`, `exit-code`, `watchdog`, `oom-kill` … */
  result: string;
  status: number;
}>;

/** @returns null where there is no systemd to ask */
export const probeService = async (name: string): Promise<ServiceReport | null> => {
  const answer = await output("systemctl", [
    "show",
    name,
    "--property=LoadState,ActiveState,SubState,UnitFileState,NRestarts,Result,ExecMainStatus",
  ]);
  if (answer === null) return null;
  const values = new Map(answer.split("\n").map((line) => line.split("=", 2) as [string, string]));
  const value = (key: string): string => values.get(key) ?? "";
  return value("LoadState") === ""
    ? null
    : {
        load: value("LoadState"),
        active: value("ActiveState"),
        sub: value("SubState"),
        enabled: value("UnitFileState"),
        restarts: Number(value("NRestarts")) || 0,
        result: value("Result"),
        status: Number(value("ExecMainStatus")) || 0,
      };
};

/** Whether another clock sets that of this machine; null: nobody can tell. */
export const probeClock = async (): Promise<boolean | null> => {
  const answer = await output("timedatectl", ["show", "--property=NTPSynchronized", "--value"]);
  return answer === null ? null : answer.trim() === "yes";
};

/** The same bits as in sysfs, where the kernel does not show them. */
export const probeThrottled = (): Promise<string | null> =>
  output("vcgencmd", ["get_throttled"]).then((answer) => answer?.trim() ?? null);

const output = (program: string, options: readonly string[]): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(program, [...options], { timeout: TIMEOUT_MS }, (error, answer) =>
      resolve(error ? null : answer),
    );
  });

const TIMEOUT_MS = 2_000;
