import type { Facts } from "./facts/facts.ts";
import type { Entry, Root } from "./facts/root.ts";
import type { Tty } from "./facts/serial.ts";

/** What the bridge is to use: from the configuration, or the command line, or what holds without either. */
export type Wanted = Readonly<{
  /** `/dev/ttyAMA0`, `tcp://host:port`, `auto` */
  port: string;
  baud: number;
  parity: "even" | "none";
  chip: "auto" | "tpuart2" | "ncn5120" | "e981";
  /** `1.1.250`; null: nobody has said. */
  address: string | null;
  acknowledge: "host" | "chip";
}>;

/** The port that is meant, once all names are followed to the end. */
export type WantedPort = Readonly<{
  /** As it was named, `auto` replaced by what that finds; null: it finds nothing. */
  path: string | null;
  /** On another machine: nothing here has to do with it. */
  remote: boolean;
  /** null: it is not there. */
  node: Entry | null;
  /** The serial port of this machine that it is; null: none. */
  tty: Tty | null;
  /** It was named by something that stays the same, whatever is plugged in before it. */
  stable: boolean;
}>;

export const findWantedPort = (
  { port }: Wanted,
  { serial }: Facts,
  { resolve, stat }: Pick<Root, "resolve" | "stat">,
): WantedPort => {
  const nothing = { node: null, tty: null };
  if (/^[a-z]+:\/\//.test(port)) return { path: port, remote: true, ...nothing, stable: true };
  const path = port === "auto" ? firstPort(serial) : port;
  if (path === null) return { path, remote: false, ...nothing, stable: false };
  const end = serial.links.find((link) => link.path === path)?.target ?? resolve(path);
  const tty = serial.ports.find(({ name }) => `/dev/${name}` === end) ?? null;
  const stable = tty?.kind !== "usb" || (port !== "auto" && end !== path);
  return { path, remote: false, node: stat(end), tty, stable };
};

/** In the order in which `knx.port: auto` looks. */
const firstPort = ({ ports, links }: Facts["serial"]): string | null => {
  if (links.some(({ path }) => path === "/dev/serial0")) return "/dev/serial0";
  const names = ports.filter(({ node }) => node !== null).map(({ name }) => name);
  const first = [/^ttyAMA0$/, /^ttyUSB\d+$/, /^ttyACM\d+$/]
    .map((pattern) => names.filter((name) => pattern.test(name)).sort()[0])
    .find((name) => name !== undefined);
  return first === undefined ? null : `/dev/${first}`;
};

/** It is, or would be, a UART of the Pi itself: what pins, Bluetooth and console do to it is of interest. */
export const isOnPins = ({ path, remote, tty }: WantedPort): boolean =>
  !remote &&
  (tty === null
    ? path === null || /^\/dev\/(ttyAMA|ttyS|serial)\d+$/.test(path)
    : tty.kind !== "usb" && tty.kind !== "other");
