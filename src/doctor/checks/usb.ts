import type { Facts } from "../facts/facts.ts";
import { type Finding, type Remedy, speaker } from "../finding.ts";
import type { WantedPort } from "../wanted.ts";

const { ok, note, warning } = speaker("port");

/** A USB adapter between us and the transceiver: how long it keeps octets back, and who else reaches for it. */
export const checkUsb = (facts: Facts, { tty }: WantedPort): readonly Finding[] => {
  if (tty?.kind !== "usb" || tty.usb === null) return [];
  const { vendor, product, name, latencyMs, power } = tty.usb;
  const shown = `${name === "" ? "an adapter" : name} (${vendor}:${product}, driver ${tty.driver ?? "unknown"})`;
  const grabber = facts.processes.programs.find(({ name: program }) => program === "ModemManager");
  return [
    latencyMs !== null && latencyMs > 1
      ? warning(
          "latency",
          `${shown} keeps octets back for up to ${latencyMs} ms: an acknowledge has 1.8 to 4 ms`,
          ...(facts.serial.hasLatencyRule
            ? apply("usb-serial", "The rule of knxpi for it is there, but was not applied:")
            : apply("usb-serial", `In ${OWN_RULES}:`, LATENCY_RULE, "Then:")),
        )
      : latencyMs !== null
        ? ok("latency", `${shown} hands octets on after ${latencyMs} ms`)
        : /^(cp210x|ch341|ch34x|pl2303)/.test(tty.driver ?? "")
          ? note(
              "latency",
              `${shown}: how long it keeps octets back cannot be set`,
              "Watch ack.late (knxpi status): if it grows, take an FTDI adapter, or knx.acknowledge: chip.",
            )
          : ok("latency", shown),
    ...(power === "auto"
      ? [
          note(
            "usb-sleep",
            "the adapter may be put to sleep by the kernel when nothing happens",
            ...apply(
              "usb",
              `If the port is lost now and then, in ${OWN_RULES}:`,
              `ACTION!="remove", SUBSYSTEM=="usb", ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${product}", TEST=="power/control", ATTR{power/control}="on"`,
              "Then:",
            ),
          ),
        ]
      : []),
    ...(grabber !== undefined && !grabber.ports.includes(`/dev/${tty.name}`)
      ? [
          note(
            "modem-manager",
            "ModemManager talks to every adapter that is plugged in, to find out whether it is a modem",
            "Without a modem: sudo systemctl disable --now ModemManager",
          ),
        ]
      : []),
  ];
};

/** Not a file of our own name, which would hide the one that is installed; after the rules of systemd, which set power/control too. */
const OWN_RULES = "/etc/udev/rules.d/98-knxpi-local.rules";

/** Only the driver of FTDI has a latency timer. */
const LATENCY_RULE =
  'ACTION!="remove", SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"';

/** The adapter was there before the rule, or udev did not know it yet. */
const apply = (subsystem: string, ...before: Remedy): Remedy => [
  ...before,
  "sudo udevadm control --reload",
  `sudo udevadm trigger --subsystem-match=${subsystem}`,
];
