import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";

/**
 * A folder with programs that pretend to be those of libgpiod, and with chips of that name. As with the kernel a line has one
 * user at a time: who comes second is told `Device or resource busy`.
 */
export const pretend = (folder = mkdtempSync(join(tmpdir(), "knxpi-gpio-"))) => {
  const file = (name: string): string => join(folder, name);
  const read = (name: string): readonly string[] =>
    readFileSync(file(name), "utf8").split("\n").slice(0, -1);
  for (const name of ["calls", "pids", "watched", "chip", "chip2"]) writeFileSync(file(name), "");

  const install = (program: string, script: string): void => {
    const text = `#!/bin/sh\ncd ${folder}\n${script}\n`;
    writeFileSync(file(program), text, { mode: 0o755 });
  };

  return {
    folder,
    /** For the programs only. */
    env: { PATH: folder },
    chip: file("chip"),
    /** Another one. */
    chip2: file("chip2"),
    install,
    /**
     * gpioget prints what `level` says, 0 until then; gpiomon prints what `edge` says since it started; gpioset holds until it
     * is told to end.
     */
    installAll: (version: string): void => {
      const answer = `[ "$1" = --version ] && { echo "gpiomon (libgpiod) v${version}"; exit; }`;
      install("gpiomon", `${answer}\n${PIN}\n${USE}\n${MONITOR}`);
      install("gpioget", `${PIN}\n${GET}`);
      install("gpioset", SET);
    },
    /** How the programs were called, in order. */
    calls: () => read("calls"),
    called: (count: number) =>
      vi.waitFor(() => expect(read("calls").length).toBeGreaterThanOrEqual(count), WAIT),
    /** Until this call has been seen. */
    calledWith: (call: string) => vi.waitFor(() => expect(read("calls")).toContain(call), WAIT),
    /** Until gpiomon has been started for this pin, so often: what `edge` says from then on is seen. @param pin `chip-17` */
    watching: (pin: string, times = 1) =>
      vi.waitFor(
        () => expect(read("watched").filter((one) => one === pin)).toHaveLength(times),
        WAIT,
      ),
    /** Process ids of gpioset. */
    pids: () => read("pids").map(Number),
    level: (pin: string, text: string): void => writeFileSync(file(`level-${pin}`), `${text}\n`),
    edge: (pin: string, text: string): void => appendFileSync(file(`edges-${pin}`), `${text}\n`),
    /** @returns process id of the gpiomon of this pin */
    monitorOf: (pin: string): number => Number(read(`user-${pin}`)[0]),
    remove: () => rmSync(folder, { recursive: true }),
  };
};

export type Programs = ReturnType<typeof pretend>;

const WAIT = { timeout: 5_000 };

/** The last argument is the line; the chip is named, or stands before it. */
const PIN = `
for word; do
  before=$last; last=$word
  case $word in --chip=*) chip=\${word#--chip=};; esac
done
[ -n "$chip" ] || chip=$before
pin=\${chip##*/}-$last
[ -e user-$pin ] && read -r user <user-$pin && kill -0 $user 2>/dev/null &&
  { echo "Device or resource busy" >&2; exit 1; }`;

const USE = `echo $$ >user-$pin; : >edges-$pin; echo $pin >>watched`;

const MONITOR = `echo "gpiomon $*" >>calls; exec /usr/bin/tail -n +1 -f edges-$pin`;

const GET = `
level=0; [ -e level-$pin ] && read -r level <level-$pin
echo "gpioget $*" >>calls; echo $level`;

const SET = `
echo "gpioset $*" >>calls; case "$*" in *--mode=exit*|*--toggle=0*) exit;; esac
echo $$ >>pids; exec /bin/sleep 600`;

export const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
