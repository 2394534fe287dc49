import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkConsole } from "../../src/doctor/checks/console.ts";
import { checkPort } from "../../src/doctor/checks/port.ts";
import { checkUart } from "../../src/doctor/checks/uart.ts";
import { checkUsb } from "../../src/doctor/checks/usb.ts";
import type { Self } from "../../src/doctor/facts/accounts.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { findWantedPort, type Wanted } from "../../src/doctor/wanted.ts";
import { lookAt, PI, readText } from "./machine.ts";

const AS_EVER: Wanted = {
  port: "/dev/ttyAMA0",
  baud: 19_200,
  parity: "even",
  chip: "auto",
  address: "1.1.250",
  acknowledge: "host",
};

type Options = Readonly<{ wanted?: Partial<Wanted>; change?: string; self?: Self }>;

/** Everything that is said of the serial port. */
const examine = (machine: string, { wanted, change = "", self = PI }: Options = {}) =>
  lookAt(
    machine,
    change,
    ({ facts, root }): readonly Finding[] => {
      const all = { ...AS_EVER, ...wanted };
      const port = findWantedPort(all, facts, root);
      return [
        ...checkUart(facts, all, port),
        ...checkConsole(facts, port),
        ...checkPort(facts, port),
        ...checkUsb(facts, port),
      ];
    },
    self,
  );

const shortOf = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ status, check }) => `${check} ${status}`);

const of = (findings: readonly Finding[], check: string): Finding => {
  const found = findings.find((finding) => finding.check === check);
  if (found === undefined) throw new Error(`nothing was said of ${check}`);
  return found;
};

const FREE = ["port ok", "holder ok", "permission ok"];

// What each machine is as its text has it, with knx.port /dev/ttyAMA0 at 8E1 unless said.
const MACHINES: readonly (Readonly<{ machine: string; is: string; says: readonly string[] }> &
  Options)[] = [
  {
    machine: "pi-zero-w",
    is: "as delivered: Bluetooth has the PL011, and hciattach has it open",
    says: ["uart problem", "console warning", "port ok", "holder problem", "permission ok"],
  },
  {
    machine: "pi-zero-2-w",
    is: "with disable-bt: all is well",
    says: ["uart ok", "console ok", ...FREE],
  },
  {
    machine: "pi-1b-plus",
    is: "as delivered: console, login, and the login has changed group and mode",
    says: [
      "uart ok",
      "console problem",
      "login problem",
      "port ok",
      "holder problem",
      "permission problem",
    ],
  },
  {
    machine: "pi-2b",
    is: "ready, but for knxd",
    says: ["uart ok", "console ok", "port ok", "holder problem", "permission ok"],
  },
  {
    machine: "pi-3b",
    is: "mini UART on the pins",
    wanted: { port: "/dev/ttyS0" },
    says: ["uart problem", "console ok", ...FREE],
  },
  {
    machine: "pi-3b",
    is: "mini UART on the pins, and the chip at 8N1",
    wanted: { port: "/dev/serial0", baud: 38_400, parity: "none" },
    says: ["uart note", "console ok", ...FREE],
  },
  {
    machine: "pi-3b-plus",
    is: "with disable-bt that does not hold yet; the console is still to come",
    says: ["uart problem", "console warning", "port problem"],
  },
  {
    machine: "pi-4b",
    is: "as delivered",
    says: ["uart problem", "console warning", ...FREE],
  },
  {
    machine: "pi-4b",
    is: "as delivered, with knx.port left to auto",
    wanted: { port: "auto" },
    says: ["uart problem", "console warning", ...FREE],
  },
  {
    machine: "pi-400",
    is: "with Bluetooth on the mini UART and no core_freq",
    says: ["uart ok", "bluetooth note", "console ok", ...FREE],
  },
  {
    machine: "cm4",
    is: "with the overlay in an included file",
    says: ["uart ok", "console ok", ...FREE],
  },
  {
    machine: "cm4",
    is: "with the transceiver on the second UART",
    wanted: { port: "/dev/ttyAMA2" },
    says: ["uart ok", "console ok", ...FREE],
  },
  {
    machine: "pi-5",
    is: "as delivered: no UART on the pins",
    says: ["uart problem", "console ok", "port problem"],
  },
  {
    machine: "pi-5",
    is: "with knx.port /dev/serial0: that is the debug connector",
    wanted: { port: "/dev/serial0" },
    says: ["uart problem", "port ok", "holder ok", "permission problem"],
  },
  {
    machine: "pi-5",
    is: "with uart0 on",
    change: [
      "@file /boot/firmware/config.txt",
      "[all]",
      "dtparam=uart0=on",
      "@link /sys/class/tty/ttyAMA0 ../../devices/platform/axi/1000120000.pcie/1f00030000.serial/1f00030000.serial:0/1f00030000.serial:0.0/tty/ttyAMA0",
      "@node /dev/ttyAMA0 660 0:20",
    ].join("\n"),
    says: ["uart ok", "console ok", ...FREE],
  },
  {
    machine: "pc-ftdi",
    is: "with an adapter by its number, for a user without rights",
    wanted: { port: "/dev/ttyUSB0" },
    self: { uid: 1000, gids: [1000], node: "20.19.5" },
    says: [
      "console ok",
      "port ok",
      "name warning",
      "holder ok",
      "permission problem",
      "latency warning",
    ],
  },
  {
    machine: "pc-ftdi",
    is: "by the name of the adapter, with 1 ms",
    wanted: { port: "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0" },
    change: "@file /sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/ttyUSB0/latency_timer\n1",
    says: ["console ok", ...FREE, "latency ok"],
  },
  {
    machine: "pc-ftdi",
    is: "with a port on another machine",
    wanted: { port: "tcp://10.0.0.7:4000" },
    says: ["port ok"],
  },
];

describe("what is said of the serial port", () => {
  test.each(MACHINES)("$machine $is", ({ machine, says, ...options }) => {
    const findings = examine(machine, options);
    expect(shortOf(findings)).toEqual(says);
    // Whatever is not fine says what to do.
    for (const { status, remedy } of findings) expect(remedy.length > 0).toBe(status !== "ok");
  });
});

describe("lines for config.txt", () => {
  const NEEDED: readonly (Readonly<{ machine: string; is: string; remedy: readonly string[] }> &
    Options)[] = [
    {
      machine: "pi-4b",
      is: "as delivered",
      remedy: [
        "Add at the end of /boot/firmware/config.txt, below [all], then sudo reboot:",
        "[all]",
        "enable_uart=1",
        "dtoverlay=disable-bt",
        "To keep Bluetooth, dtoverlay=miniuart-bt and core_freq=250 instead of disable-bt.",
      ],
    },
    {
      machine: "pi-zero-w",
      is: "as delivered, with the boot files in /boot",
      remedy: [
        "Add at the end of /boot/config.txt, below [all], then sudo reboot:",
        "[all]",
        "enable_uart=1",
        "dtoverlay=disable-bt",
        "To keep Bluetooth, dtoverlay=miniuart-bt and core_freq=250 instead of disable-bt.",
      ],
    },
    {
      machine: "pi-3b",
      is: "with the overlay under the section of another model",
      wanted: { port: "/dev/ttyS0" },
      remedy: [
        "Add at the end of /boot/config.txt, below [all], then sudo reboot:",
        "[all]",
        "dtoverlay=disable-bt",
        "config.txt:3 has it under [pi4], which is not for this model.",
        "To keep Bluetooth, dtoverlay=miniuart-bt and core_freq=250 instead of disable-bt.",
        "Then knx.port: /dev/ttyAMA0",
      ],
    },
    {
      machine: "pi-3b-plus",
      is: "with all that is needed, but not restarted",
      remedy: [
        "/boot/firmware/config.txt has what is needed already: it holds after a restart.",
        "sudo reboot",
        "To keep Bluetooth, dtoverlay=miniuart-bt and core_freq=250 instead of disable-bt.",
      ],
    },
    {
      machine: "pi-5",
      is: "as delivered",
      remedy: [
        "Add at the end of /boot/firmware/config.txt, below [all], then sudo reboot:",
        "[all]",
        "dtparam=uart0=on",
        "On firmware of 2023 and 2024 that does not know it: dtoverlay=uart0-pi5",
      ],
    },
    {
      machine: "pi-2b",
      is: "with its UART switched off",
      change: [
        "@none /sys/class/tty",
        "@none /dev",
        "@file /boot/firmware/config.txt",
        "enable_uart=0",
      ].join("\n"),
      remedy: [
        "Add at the end of /boot/firmware/config.txt, below [all], then sudo reboot:",
        "[all]",
        "enable_uart=1",
      ],
    },
  ];

  test.each(NEEDED)("$machine $is", ({ machine, remedy, ...options }) => {
    expect(of(examine(machine, options), "uart").remedy).toEqual(remedy);
  });

  test("in the file that nobody reads any more they are worth a warning", () => {
    const change = "@file /boot/config.txt\ndtparam=audio=on\ndtoverlay=disable-bt";
    expect(of(examine("pi-4b", { change }), "stray-config").remedy).toEqual([
      "Move them to /boot/firmware/config.txt, then sudo reboot",
    ]);
  });

  test("under a pin nobody can say whether they hold", () => {
    const change = "@file /boot/firmware/config.txt\n[gpio4=1]\nenable_uart=1";
    expect(of(examine("pi-4b", { change }), "conditional-config").what).toContain(
      "config.txt:2 [gpio4=1] enable_uart=1",
    );
  });
});

describe("console and login", () => {
  test("a console that will come with the next start is to be taken out before", () => {
    const { what, remedy } = of(examine("pi-4b"), "console");
    expect(what).toContain("console=serial0 in /boot/firmware/cmdline.txt");
    expect(remedy).toEqual(["sudo raspi-config nonint do_serial_cons 1 && sudo reboot"]);
  });

  test("without raspi-config by hand", () => {
    const { remedy } = of(examine("pi-4b", { change: "@none /usr/bin/raspi-config" }), "console");
    expect(remedy.at(-1)).toBe(
      "sudo sed -i -E 's/(console|kgdboc)=serial0(,\\S+)? ?//g' /boot/firmware/cmdline.txt && sudo reboot",
    );
  });

  test("with the raspi-config of old releases", () => {
    expect(of(examine("pi-1b-plus"), "console").remedy).toEqual([
      "sudo raspi-config nonint do_serial 2 && sudo reboot",
    ]);
  });

  test("one that was taken out holds until the restart", () => {
    const change = "@file /boot/cmdline.txt\nconsole=tty1 root=PARTUUID=9c0c76f5-02";
    expect(of(examine("pi-1b-plus", { change }), "console").remedy.at(-1)).toBe("sudo reboot");
  });

  test("the unit of the login is named", () => {
    expect(of(examine("pi-1b-plus"), "login").remedy[0]).toBe(
      "sudo systemctl disable --now serial-getty@ttyAMA0.service",
    );
  });

  test("the console of the screen is none", () => {
    expect(of(examine("pi-zero-2-w"), "console").status).toBe("ok");
  });
});

describe("who may, and who does", () => {
  test("knxd is stopped with its socket, which would start it again", () => {
    expect(of(examine("pi-2b"), "holder").remedy).toEqual([
      "sudo systemctl disable --now knxd.service knxd.socket",
    ]);
  });

  test("knxpi itself is no stranger", () => {
    const change = [
      "@none /proc/611",
      "@file /proc/700/comm",
      "node",
      "@file /proc/700/cmdline",
      "/usr/bin/node /usr/bin/knxpi run --config /etc/knxpi/house.yaml",
      "@link /proc/700/fd/21 /dev/ttyAMA0",
    ].join("\n");
    expect(of(examine("pi-2b", { change }), "holder").status).toBe("ok");
  });

  test("processes that do not show what they have open are no proof", () => {
    const change =
      "@none /proc/611\n@file /proc/1/comm\nsystemd\n@file /proc/1/cmdline\n/sbin/init";
    const { status, remedy } = of(examine("pi-2b", { change }), "holder");
    expect([status, remedy]).toEqual(["skipped", ["sudo knxpi doctor"]]);
  });

  test("a session older than the membership", () => {
    const self = { ...PI, gids: [1000] };
    const { what, remedy } = of(examine("pi-zero-2-w", { self }), "permission");
    expect([what, remedy]).toEqual([
      "pi is in the group dialout, but this session began before that",
      ["Log in again."],
    ]);
  });

  test("nobody else but the user who calls it", () => {
    const self = { ...PI, gids: [1000] };
    const change = "@file /etc/group\nroot:x:0:\ndialout:x:20:\npi:x:1000:";
    expect(of(examine("pi-zero-2-w", { self, change }), "permission").remedy[0]).toBe(
      "sudo usermod -aG dialout pi",
    );
  });

  test("a service without the group", () => {
    const change = [
      "@file /etc/systemd/system/knxpi.service",
      "[Service]",
      "User=knxpi",
      "Group=knxpi",
    ].join("\n");
    const { remedy } = of(examine("pi-zero-2-w", { change }), "service-permission");
    expect(remedy).toContain("SupplementaryGroups=dialout");
    const done = [
      change,
      "@file /etc/systemd/system/knxpi.service.d/override.conf",
      ...remedy.slice(1, 3),
    ].join("\n");
    expect(shortOf(examine("pi-zero-2-w", { change: done }))).not.toContain(
      "service-permission problem",
    );
  });

  test("a service whose user is a member, and a caller who is none: worth a note", () => {
    const change = [
      "@file /etc/systemd/system/knxpi.service",
      "[Service]",
      "User=knxpi",
      "@file /etc/group",
      "root:x:0:",
      "dialout:x:20:knxpi",
    ].join("\n");
    const findings = examine("pi-zero-2-w", { change, self: { ...PI, gids: [1000] } });
    expect(shortOf(findings)).not.toContain("service-permission problem");
    expect(of(findings, "permission").status).toBe("note");
  });

  test("what the driver has counted, where root looks", () => {
    const change = [
      "@file /proc/tty/driver/ttyAMA",
      "serinfo:1.0 driver revision:",
      "0: uart:PL011 rev2 mmio:0x3F201000 irq:99 tx:1200 rx:4000 fe:90 brk:2 oe:3 RTS|DTR",
    ].join("\n");
    const findings = examine("pi-zero-2-w", { change });
    expect(of(findings, "overruns").what).toContain("lost octets 3 times");
    expect(of(findings, "line-errors").what).toContain("90 framing and 0 parity errors in 4000");
  });
});

describe("USB adapters", () => {
  const latency = (change = "") =>
    of(examine("pc-ftdi", { wanted: { port: "auto" }, change }), "latency");
  const APPLY = [
    "sudo udevadm control --reload",
    "sudo udevadm trigger --subsystem-match=usb-serial",
  ];
  const RULES = readFileSync(new URL("../../systemd/99-knxpi.rules", import.meta.url), "utf8");

  test("the rule for the latency timer can be copied", () => {
    const { what, remedy } = latency();
    expect(what).toContain("FTDI FT232R USB UART (0403:6001, driver ftdi_sio)");
    expect(remedy).toEqual([
      "In /etc/udev/rules.d/98-knxpi-local.rules:",
      'ACTION!="remove", SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"',
      "Then:",
      ...APPLY,
    ]);
    expect(RULES).toContain(remedy[1]);
  });

  test.each(["/etc/udev/rules.d", "/usr/lib/udev/rules.d"])(
    "our rules in %s are applied, not written again",
    (folder) => {
      expect(latency(`@file ${folder}/99-knxpi.rules\n${RULES}`).remedy.slice(1)).toEqual(APPLY);
    },
  );

  test("our rules behind a file of the same name have no effect", () => {
    const change = `@file /usr/lib/udev/rules.d/99-knxpi.rules\n${RULES}@file /etc/udev/rules.d/99-knxpi.rules\n# none`;
    expect(latency(change).remedy[0]).toBe("In /etc/udev/rules.d/98-knxpi-local.rules:");
  });

  test("auto finds it, and says by which name it stays the same", () => {
    expect(of(examine("pc-ftdi", { wanted: { port: "auto" } }), "name").remedy[0]).toContain(
      "port: /dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0",
    );
  });

  test("a chip without a latency timer, that may sleep, and ModemManager", () => {
    const usb = "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2";
    const change = [
      `@none ${usb}/1-2:1.0/ttyUSB0/latency_timer`,
      `@link ${usb}/1-2:1.0/ttyUSB0/driver ../../../../../../../bus/usb-serial/drivers/ch341`,
      `@file ${usb}/power/control`,
      "auto",
      "@file /proc/900/comm",
      "ModemManager",
      "@link /proc/900/fd/0 /dev/null",
    ].join("\n");
    const findings = examine("pc-ftdi", { wanted: { port: "auto" }, change });
    expect(shortOf(findings).slice(-3)).toEqual([
      "latency note",
      "usb-sleep note",
      "modem-manager note",
    ]);
    const { remedy } = of(findings, "usb-sleep");
    expect(remedy[0]).toContain("in /etc/udev/rules.d/98-knxpi-local.rules:");
    expect(remedy.at(-1)).toBe("sudo udevadm trigger --subsystem-match=usb");
  });

  test("one that is not there names those that are", () => {
    expect(
      of(examine("pc-ftdi", { wanted: { port: "/dev/ttyUSB7" } }), "port").remedy[0],
    ).toContain("/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BI-if00-port0");
  });
});

test("each machine says where it comes from", () => {
  const folder = new URL("machines/", import.meta.url);
  for (const file of readdirSync(folder))
    expect(readText(file.replace(".tree", ""))).toMatch(/^# .*\n# public: /);
});
