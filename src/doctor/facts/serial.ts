import { posix } from "node:path";
import { type Entry, numberIn, type Root, word } from "./root.ts";

export type SerialFacts = Readonly<{
  ports: readonly Tty[];
  /** `/dev/serial0` → `/dev/ttyS0`, and the names in `/dev/serial/by-id`. */
  links: readonly Readonly<{ path: string; target: string }>[];
  /** Which UART of the SoC the firmware calls `serial0`: that on the pins, but on a Pi 5. */
  primary: "pl011" | "mini" | null;
  /** udev has our rule for the latency timer. */
  hasLatencyRule: boolean;
}>;

export type Tty = Readonly<{
  /** `ttyAMA0` */
  name: string;
  /**
   * pl011, mini: those that share the pins 8 and 10 of a Pi 0 to 4 · header: on these pins of a Pi 5 · debug: on its small connector ·
   * bluetooth: wired to the radio of a Pi 5 · extra: on other pins · usb · other
   */
  kind: "pl011" | "mini" | "header" | "debug" | "bluetooth" | "extra" | "usb" | "other";
  driver: string | null;
  usb: UsbAdapter | null;
  /** `/dev/…`; null: the kernel has a port that has no name here. */
  node: Entry | null;
  errors: LineErrors | null;
}>;

export type UsbAdapter = Readonly<{
  vendor: string;
  product: string;
  /** As the adapter names itself. */
  name: string;
  /** Of FTDI chips, ms. */
  latencyMs: number | null;
  /** `auto`: the kernel lets it sleep. */
  power: string | null;
}>;

/** What the driver has counted since the start; root alone may see it. */
export type LineErrors = Readonly<{
  received: number;
  framing: number;
  parity: number;
  overruns: number;
  breaks: number;
}>;

export const readSerial = (root: Root): SerialFacts => ({
  ports: root
    .list("/sys/class/tty")
    .filter((name) => /^tty(AMA|S|USB|ACM|XRUSB|SC|mxc|O|THS)\d+$/.test(name))
    .flatMap((name) => readTty(root, name)),
  links: [
    ...root
      .list("/dev")
      .filter((name) => /^serial\d$/.test(name))
      .map((name) => `/dev/${name}`),
    ...root.list("/dev/serial/by-id").map((name) => `/dev/serial/by-id/${name}`),
  ].map((path) => ({ path, target: root.resolve(path) })),
  primary: primaryOf(word(root, "/proc/device-tree/aliases/serial0")),
  hasLatencyRule: /^[^#\n]*\{latency_timer\}="1"/m.test(rulesIn(root)),
});

/** udev reads our rules from the first folder that has them: a file of that name in `/etc` hides the one of the package. */
const rulesIn = (root: Root): string =>
  ["/etc", "/run", "/usr/local/lib", "/usr/lib"]
    .map((folder) => root.read(`${folder}/udev/rules.d/99-knxpi.rules`))
    .find((text) => text !== null) ?? "";

const readTty = (root: Root, name: string): readonly Tty[] => {
  const folder = `/sys/class/tty/${name}`;
  const place = root.link(folder) ?? "";
  // A PC shows places for 32 ports; those without a chip are of type 0.
  if (/serial8250/.test(place) && word(root, `${folder}/type`) === "0") return [];
  const kind = kindOf(place);
  const driver = root.link(`${folder}/device/driver`);
  return [
    {
      name,
      kind,
      driver: driver === null ? null : posix.basename(driver),
      usb: kind === "usb" ? readUsb(root, name, place) : null,
      node: root.stat(`/dev/${name}`),
      errors: errorsOf(root, name),
    },
  ];
};

/** By the address that the name of the device has in it: `…/fe201000.serial/fe201000.serial:0/…/tty/ttyAMA0` */
const kindOf = (place: string): Tty["kind"] => {
  if (/\/usb\d+\//.test(place)) return "usb";
  const [, address] = /\/([0-9a-f]+)\.serial/.exec(place) ?? [];
  if (address === undefined) return "other";
  if (/^(20|3f|fe)201000$/.test(address)) return "pl011";
  if (/^(20|3f|fe)215040$/.test(address)) return "mini";
  if (address === "1f00030000") return "header";
  if (address === "107d001000") return "debug";
  if (address === "107d50c000") return "bluetooth";
  return "extra";
};

const primaryOf = (alias: string | null): SerialFacts["primary"] => {
  if (alias === null) return null;
  if (/serial@7e201000/.test(alias)) return "pl011";
  return /serial@7e215040/.test(alias) ? "mini" : null;
};

/** The numbers of an adapter are in one of the folders above that of the port. */
const readUsb = (root: Root, name: string, place: string): UsbAdapter | null => {
  let folder = posix.resolve("/sys/class/tty", place);
  for (let level = 0; level < MAX_LEVELS; level++) {
    folder = posix.dirname(folder);
    const vendor = word(root, `${folder}/idVendor`);
    if (vendor === null) continue;
    const names = ["manufacturer", "product"].map((file) => word(root, `${folder}/${file}`));
    return {
      vendor,
      product: word(root, `${folder}/idProduct`) ?? "",
      name: names.filter((part) => part !== null).join(" "),
      latencyMs: numberIn(root, `/sys/class/tty/${name}/device/latency_timer`),
      power: word(root, `${folder}/power/control`),
    };
  }
  return null;
};

/** `0: uart:PL011 rev2 mmio:0xFE201000 irq:36 tx:120 rx:345 fe:2 oe:1 RTS|DTR` */
const errorsOf = (root: Root, name: string): LineErrors | null => {
  const [, driver = "", number = ""] = /^(.+?)(\d+)$/.exec(name) ?? [];
  const table = root.read(`/proc/tty/driver/${DRIVER_FILES[driver] ?? driver}`);
  const line = table?.split("\n").find((each) => each.trim().startsWith(`${number}:`));
  if (line === undefined) return null;
  const count = (key: string): number =>
    Number(new RegExp(`\\b${key}:(\\d+)`).exec(line)?.[1] ?? 0);
  return {
    received: count("rx"),
    framing: count("fe"),
    parity: count("pe"),
    overruns: count("oe"),
    breaks: count("brk"),
  };
};

const DRIVER_FILES: Readonly<Record<string, string>> = { ttyS: "serial", ttyUSB: "usbserial" };
const MAX_LEVELS = 8;
