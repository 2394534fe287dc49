import type { Facts } from "../facts/facts.ts";
import { type Finding, speaker } from "../finding.ts";
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
          "For now:",
          `echo 1 | sudo tee /sys/bus/usb-serial/devices/${tty.name}/latency_timer`,
          "For ever, in /etc/udev/rules.d/99-knxpi.rules:",
          'ACTION!="remove", SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"',
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
            "If the port is lost now and then, in /etc/udev/rules.d/99-knxpi.rules:",
            `ACTION=="add", SUBSYSTEM=="usb", ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${product}", TEST=="power/control", ATTR{power/control}="on"`,
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
