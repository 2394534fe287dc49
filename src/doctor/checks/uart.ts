import { isOn } from "../config-txt.ts";
import type { Facts } from "../facts/facts.ts";
import type { Tty } from "../facts/serial.ts";
import { type Finding, type Remedy, speaker } from "../finding.ts";
import { isOnPins, type Wanted, type WantedPort } from "../wanted.ts";

const { ok, note, warning, problem, skipped } = speaker("port");

/** Which UART is on pins 8 and 10, and what has to be in `config.txt` so that it is the one that is needed. */
export const checkUart = (facts: Facts, wanted: Wanted, port: WantedPort): readonly Finding[] => {
  const { pi } = facts.machine;
  if (pi === null || !isOnPins(port)) return [];
  const pins = pi.uarts === "rp1" ? onRp1(facts, port) : onBcm(facts, wanted, port);
  return [pins, ...strayFile(facts), ...undecided(facts), ...bluetooth(facts)];
};

/** Pi 0 to 4: PL011 and mini UART share the pins with Bluetooth; the firmware calls `serial0` what it has put there. */
const onBcm = (facts: Facts, wanted: Wanted, port: WantedPort): Finding => {
  const { primary } = facts.serial;
  if (primary === null)
    return skipped(
      "uart",
      "the device tree does not say which UART is on pins 8 and 10",
      "Look yourself: firmware-notes/raspberry-pi-uart.md has a list for every model.",
    );
  const pl011 = facts.serial.ports.find(({ kind }) => kind === "pl011");
  const mini = facts.serial.ports.find(({ kind }) => kind === "mini");
  if (primary === "pl011") {
    if (pl011 === undefined)
      return problem("uart", "the PL011 of pins 8 and 10 is off", ...add(facts, ["enable_uart=1"]));
    return port.tty === null || port.tty === pl011 || port.tty.kind === "extra"
      ? ok("uart", `/dev/${pl011.name} is the PL011, on pins 8 and 10`)
      : wrongPort(port, port.tty, "the PL011", pl011);
  }
  if (port.tty?.kind === "pl011")
    return problem(
      "uart",
      `${port.path} is wired to Bluetooth; on pins 8 and 10 is the mini UART`,
      ...add(facts, PL011_ON_PINS),
      ...keepBluetooth,
    );
  if (wanted.parity === "even")
    return problem(
      "uart",
      "the mini UART is on pins 8 and 10: it has no parity bit, so a transceiver at 8E1 cannot be spoken to",
      ...add(facts, PL011_ON_PINS),
      ...keepBluetooth,
      ...(wanted.port === "/dev/ttyS0" ? ["Then knx.port: /dev/ttyAMA0"] : []),
    );
  if (mini === undefined)
    return problem(
      "uart",
      "the mini UART of pins 8 and 10 is off",
      ...add(facts, ["enable_uart=1"]),
    );
  return note(
    "uart",
    `/dev/${mini.name} is the mini UART, on pins 8 and 10: enough for 8N1, but its speed follows the core clock`,
    "enable_uart=1 in config.txt keeps that clock fixed: leave it in. Better is the PL011:",
    ...add(facts, PL011_ON_PINS),
  );
};

/** From the Pi 5 on the pins have UARTs of their own, and `serial0` is the debug connector. */
const onRp1 = (facts: Facts, port: WantedPort): Finding => {
  const header = facts.serial.ports.find(({ kind }) => kind === "header");
  if (header === undefined)
    return problem(
      "uart",
      port.tty?.kind === "debug"
        ? `${port.path} is the debug connector between the HDMI sockets; the UART of pins 8 and 10 is off`
        : "the UART of pins 8 and 10 is off",
      ...add(facts, ["dtparam=uart0=on"]),
      "On firmware of 2023 and 2024 that does not know it: dtoverlay=uart0-pi5",
      ...(port.path === "/dev/ttyAMA0" ? [] : ["Then knx.port: /dev/ttyAMA0"]),
    );
  return port.tty === null || port.tty === header || port.tty.kind === "extra"
    ? ok("uart", `/dev/${header.name} is the PL011, on pins 8 and 10`)
    : wrongPort(port, port.tty, "the PL011", header);
};

const wrongPort = ({ path }: WantedPort, tty: Tty, what: string, right: Tty): Finding =>
  problem(
    "uart",
    `${path} is ${PLACES[tty.kind]}; on pins 8 and 10 is ${what}, /dev/${right.name}`,
    `In the configuration, below knx: write  port: /dev/${right.name}`,
  );

const PLACES: Readonly<Record<Tty["kind"], string>> = {
  pl011: "the PL011",
  mini: "the mini UART, which is on no pin now",
  header: "on pins 8 and 10",
  debug: "the debug connector between the HDMI sockets",
  bluetooth: "wired to Bluetooth",
  extra: "on other pins",
  usb: "a USB adapter",
  other: "another port",
};

const PL011_ON_PINS = ["enable_uart=1", "dtoverlay=disable-bt"] as const;
const keepBluetooth = [
  "To keep Bluetooth, dtoverlay=miniuart-bt and core_freq=250 instead of disable-bt.",
] as const;

/** What to write into `config.txt`: whatever of these lines does not hold there yet. */
const add = ({ boot }: Facts, lines: readonly string[]): Remedy => {
  const { config, path } = boot;
  const file = path ?? "/boot/firmware/config.txt";
  const missing = lines.filter((line) => config === null || !contains(config, line));
  if (config !== null && missing.length === 0)
    return [`${file} has what is needed already: it holds after a restart.`, "sudo reboot"];
  const under = missing.flatMap((line) => {
    const found = config?.elsewhere.find(({ text }) => text === line);
    return found === undefined
      ? []
      : [`${found.place} has it under ${found.section}, which is not for this model.`];
  });
  return [
    `Add at the end of ${file}, below [all], then sudo reboot:`,
    "[all]",
    ...missing,
    ...under,
  ];
};

const contains = (
  { settings, overlays, params }: NonNullable<Facts["boot"]["config"]>,
  line: string,
): boolean => {
  if (line === "dtoverlay=disable-bt")
    return overlays.some(({ name }) => name === "disable-bt" || name === "miniuart-bt");
  if (line === "dtparam=uart0=on")
    return (
      isOn(params["uart0"]) ||
      isOn(params["uart0_console"]) ||
      overlays.some(({ name }) => name === "uart0-pi5" || name === "uart0")
    );
  const [key = "", value] = line.split("=");
  return settings[key] === value;
};

/** The file of old releases is still edited by many. */
const strayFile = ({ boot }: Facts): readonly Finding[] => {
  const { stray } = boot;
  if (stray === null) return [];
  const isAbout = [...PL011_ON_PINS, "dtparam=uart0=on"].some((line) => contains(stray, line));
  return isAbout
    ? [
        warning(
          "stray-config",
          "/boot/config.txt has lines about the serial port, but nobody reads it any more",
          `Move them to ${boot.path}, then sudo reboot`,
        ),
      ]
    : [];
};

/** What a pin or a monitor decides cannot be said from here. */
const undecided = ({ boot }: Facts): readonly Finding[] => {
  const lines = (boot.config?.undecided ?? []).filter(({ text }) =>
    /uart|disable-bt|miniuart-bt|core_freq/.test(text),
  );
  return lines.length === 0
    ? []
    : [
        note(
          "conditional-config",
          `${lines.map(({ place, section, text }) => `${place} ${section} ${text}`).join(", ")}: whether it holds depends on a pin or a monitor`,
          "Put lines about the serial port below [all].",
        ),
      ];
};

/** With Bluetooth on the mini UART its speed follows the core clock; without Bluetooth nothing is left to start. */
const bluetooth = ({ boot, services }: Facts): readonly Finding[] => {
  const { config } = boot;
  if (config === null) return [];
  const has = (overlay: string) => config.overlays.some(({ name }) => name === overlay);
  const isFixed = "core_freq" in config.settings || config.settings["force_turbo"] === "1";
  const hciuart = services.units.find(({ name }) => name === "hciuart.service");
  return [
    ...(has("miniuart-bt") && !isFixed
      ? [
          note(
            "bluetooth",
            "Bluetooth is on the mini UART, whose speed changes with the core clock",
            `Add to ${boot.path}:`,
            "core_freq=250",
          ),
        ]
      : []),
    ...(has("disable-bt") && hciuart?.enabled
      ? [
          note(
            "bluetooth",
            "hciuart.service still looks for the Bluetooth that disable-bt has taken away",
            "sudo systemctl disable hciuart",
          ),
        ]
      : []),
  ];
};
