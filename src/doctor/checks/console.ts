import { consolesOf } from "../facts/boot.ts";
import type { Facts } from "../facts/facts.ts";
import type { Tty } from "../facts/serial.ts";
import { type Finding, type Remedy, speaker } from "../finding.ts";
import { isOnPins, type WantedPort } from "../wanted.ts";

const { ok, warning, problem } = speaker("port");

/** Whether kernel or login talk on the port: the most frequent cause of no answer. */
export const checkConsole = (facts: Facts, port: WantedPort): readonly Finding[] => {
  const names = namesOf(facts, port);
  if (names === null) return [];
  const [name = ""] = names;
  const running = consolesOf(facts.boot.running).filter((each) => names.includes(each));
  const next = consolesOf(facts.boot.commandLine).filter((each) => names.includes(each));
  const login = facts.services.units.find(
    ({ name: unit, enabled }) => enabled && names.some((each) => unit === gettyOf(each)),
  );
  const getty = facts.processes.programs.find(
    ({ name: program, ports, command }) =>
      program === "agetty" &&
      (ports.includes(`/dev/${name}`) || names.some((each) => command.split(" ").includes(each))),
  );
  const findings = [
    ...(running.length > 0
      ? [
          problem(
            "console",
            next.length > 0 || facts.boot.commandLine === null
              ? `the kernel writes its messages to ${name} (console=${running[0]})`
              : `the kernel writes its messages to ${name} until the next start`,
            ...(next.length > 0 || facts.boot.commandLine === null
              ? consoleOff(facts, running[0] ?? name)
              : (["It is taken out already.", "sudo reboot"] as const)),
          ),
        ]
      : next.length > 0
        ? [
            warning(
              "console",
              `after the next start the kernel will write its messages to ${name} (console=${next[0]} in ${facts.boot.commandLinePath})`,
              ...consoleOff(facts, next[0] ?? name),
            ),
          ]
        : []),
    ...(login !== undefined || getty !== undefined
      ? [
          problem(
            "login",
            `a login waits on ${name} (${login?.name ?? `agetty, process ${getty?.pid}`})`,
            `sudo systemctl disable --now ${login?.name ?? gettyOf(name)}`,
            ...(running.length > 0 || next.length > 0
              ? ["It comes back as long as the kernel has its console there: see above."]
              : []),
          ),
        ]
      : []),
  ];
  return findings.length > 0 ? findings : [ok("console", `neither kernel nor login use ${name}`)];
};

/**
 * The names under which the port may be a console; null: it is no port of this kind. `serial0` is replaced by the firmware: on a Pi 0 to 4
 * by whatever is on the pins, and that is what is wanted there in the end; on a Pi 5 by the debug connector.
 */
const namesOf = ({ serial, machine }: Facts, port: WantedPort): readonly string[] | null => {
  const { tty, path, remote } = port;
  // On the debug connector of a Pi 5 a console is at home; that it is the wrong port is said elsewhere.
  if (remote || tty?.kind === "bluetooth" || tty?.kind === "debug") return null;
  if (tty === null && (machine.pi === null || !isOnPins(port))) return null;
  const name = tty?.name ?? path?.replace("/dev/", "") ?? "ttyAMA0";
  const linked = serial.links.some(
    (link) => link.path === "/dev/serial0" && link.target === `/dev/${name}`,
  );
  const isPins = tty === null ? machine.pi?.uarts === "bcm" : PINS.includes(tty.kind);
  return linked || isPins ? [name, "serial0"] : [name];
};

const PINS: readonly Tty["kind"][] = ["pl011", "mini"];

const gettyOf = (name: string): string => `serial-getty@${name}.service`;

const consoleOff = ({ boot }: Facts, name: string): Remedy =>
  boot.raspiConfig !== null
    ? [RASPI_CONFIG[boot.raspiConfig]]
    : [
        `Take console=${name},… out of ${boot.commandLinePath ?? "the kernel command line"}, leaving all in one line:`,
        `sudo sed -i -E 's/(console|kgdboc)=${name}(,\\S+)? ?//g' ${boot.commandLinePath ?? "/boot/firmware/cmdline.txt"} && sudo reboot`,
      ];

const RASPI_CONFIG = {
  new: "sudo raspi-config nonint do_serial_cons 1 && sudo reboot",
  old: "sudo raspi-config nonint do_serial 2 && sudo reboot",
} as const;
