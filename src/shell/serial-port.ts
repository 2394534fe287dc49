import { readdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { SerialPortStream } from "@serialport/stream";
import type { Logger } from "pino";
import { promptBinding } from "./prompt-port.ts";
import { refusesParity } from "./serial-fault.ts";

/** The binding interface of `serialport`: what a simulated chip sits behind. */
export type Binding = SerialPortStream["settings"]["binding"];

export type SerialOptions = Readonly<{
  /** `/dev/ttyAMA0`, `tcp://host:port` (a raw socket of ser2net), or `auto`. */
  path: string;
  baud: number;
  parity: "even" | "none";
  /** How the port is reached; without one, the operating system's serial ports. */
  binding?: Binding;
}>;

export type Port = Readonly<{ name: string; stream: Duplex; close(): Promise<void> }>;

/**
 * Opens the port once.
 * @param lost told once when the port is gone by itself, never because of `close`
 * @throws whatever the system says, see `serialFault`
 */
export const openPort = async (
  options: SerialOptions,
  lost: (error: unknown) => void,
  log: Logger,
): Promise<Port> => {
  const address = /^tcp:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d+)\/?$/.exec(options.path);
  if (address !== null)
    return openSocket(options.path, address[1] ?? address[2] ?? "", Number(address[3]), lost);
  const path = options.path === "auto" ? findPort() : options.path;
  const binding = options.binding ?? promptBinding((await import("serialport")).SerialPort.binding);
  const open = (parity: string) =>
    openStream(
      new SerialPortStream({
        binding,
        path,
        baudRate: options.baud,
        dataBits: 8,
        parity,
        stopBits: 1,
        rtscts: false,
        xon: false,
        xoff: false,
        xany: false,
        autoOpen: false,
      }),
    );
  const stream = await open(options.parity).catch((error: unknown) => {
    if (options.parity === "none" || !refusesParity(error)) throw error;
    log.warn({ port: path }, WITHOUT_PARITY);
    return open("none");
  });
  if (options.binding === undefined) {
    const set: { dtr: boolean; lowLatency: boolean } = { dtr: true, lowLatency: true };
    stream.set(set, (error) => {
      if (error) log.debug({ port: path, error: error.message }, WITHOUT_LOW_LATENCY);
    });
  }
  onceGone(stream, lost);
  const watch = options.binding === undefined ? await watchNode(path, lost) : undefined;
  return {
    name: path,
    stream,
    close: () =>
      new Promise((resolve) => {
        clearInterval(watch);
        stream.removeAllListeners("close");
        if (stream.isOpen) stream.close(() => resolve());
        else resolve();
      }),
  };
};

/** What `serialport` finds, for the log line of a port that is missing. */
export const listPorts = async (): Promise<readonly string[]> => {
  try {
    const { SerialPort } = await import("serialport");
    const ports = await SerialPort.list();
    return ports.map(({ path, pnpId, manufacturer }) =>
      [path, pnpId ?? manufacturer].filter((word) => word !== undefined).join(" "),
    );
  } catch {
    return presentPorts();
  }
};

const openStream = (stream: SerialPortStream): Promise<SerialPortStream> =>
  new Promise((resolve, reject) => {
    stream.open((error) => (error ? reject(error) : resolve(stream)));
  });

const openSocket = (
  name: string,
  host: string,
  port: number,
  lost: (error: unknown) => void,
): Promise<Port> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("ETIMEDOUT")));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", reject);
      onceGone(socket, lost);
      resolve({
        name,
        stream: socket,
        close: async () => {
          socket.removeAllListeners("close");
          socket.destroy();
        },
      });
    });
  });

const onceGone = (stream: Duplex, lost: (error: unknown) => void): void => {
  let reason: unknown;
  stream.on("error", (error) => {
    reason ??= error;
  });
  stream.on("close", (error: unknown) => lost(error ?? reason ?? new Error("port lost")));
};

/**
 * Should a driver not tell that its device is gone, the path tells: it leads nowhere, or, plugged in again in between, to
 * another node.
 */
const watchNode = async (path: string, lost: (error: unknown) => void) => {
  const opened = await nodeAt(path);
  const watch = setInterval(async () => {
    if ((await nodeAt(path)) === opened) return;
    clearInterval(watch);
    lost(new Error("port lost"));
  }, LOOK_MS);
  return watch;
};

/** Devices get a new inode; pseudo terminals get the old number again, made at another time. */
const nodeAt = async (path: string): Promise<string> => {
  try {
    const { ino, ctimeMs } = await stat(path);
    return `${ino} ${ctimeMs}`;
  } catch {
    return "none";
  }
};

/** The UART of a Raspberry Pi before adapters; the first that is there. */
const findPort = (): string => {
  const [first] = presentPorts();
  if (first === undefined) throw new Error("ENOENT no serial port found");
  return first;
};

const presentPorts = (): readonly string[] => {
  const names = list("/dev");
  const those = (pattern: RegExp) => names.filter((name) => pattern.test(name)).sort();
  return [
    ...those(/^serial0$/),
    ...those(/^ttyAMA0$/),
    ...those(/^ttyUSB\d+$/),
    ...those(/^ttyACM\d+$/),
  ].map((name) => `/dev/${name}`);
};

const list = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
};

const WITHOUT_PARITY =
  "serial port has no parity bit (a pseudo terminal?): opened without; a transceiver strapped to 8E1 needs the PL011 UART (dtoverlay=disable-bt)";
const WITHOUT_LOW_LATENCY = "serial port has no low-latency mode";
const CONNECT_TIMEOUT_MS = 10_000;
const LOOK_MS = 1_000;
