import type { OpenOptions as StreamOptions } from "@serialport/stream";
import type { Chip } from "./chip.ts";
import type { Cancel, Clock } from "./clock.ts";

/** What a serial port stream expects of an operating system, told by the stream itself. */
type BindingInterface = StreamOptions["binding"];
type OpenOptions = Parameters<BindingInterface["open"]>[0];
type BindingPort = Awaited<ReturnType<BindingInterface["open"]>>;
type PortInfo = Awaited<ReturnType<BindingInterface["list"]>>[number];

/** Serial ports that lead to virtual chips, behind the interface that serialport expects. */
export interface SimulatedBinding {
  readonly binding: BindingInterface;
  add(path: string, chip: Chip): void;
  /** The device vanishes: what is pending fails, and there is nothing to open. */
  unplug(path: string): void;
  /** The device is there, but not for us. */
  deny(path: string): void;
  /** As it should be. */
  plug(path: string): void;
}

type Socket = { readonly chip: Chip; state: "plugged" | "unplugged" | "denied"; port?: Port };

export const simulatedBinding = (clock: Clock): SimulatedBinding => {
  const sockets = new Map<string, Socket>();

  const change = (path: string, state: Socket["state"]): void => {
    const socket = sockets.get(path);
    if (socket === undefined) return;
    socket.state = state;
    if (state === "unplugged") socket.port?.vanish();
  };

  const open = async (options: OpenOptions): Promise<Port> => {
    const { path, baudRate } = options;
    await nextTurn();
    const socket = sockets.get(path);
    // Word for word what serialport's own binding says on Linux; it gives no code.
    if (socket === undefined || socket.state === "unplugged")
      throw new Error(`Error: No such file or directory, cannot open ${path}`);
    if (socket.state === "denied") throw new Error(`Error: Permission denied, cannot open ${path}`);
    if (socket.port?.isOpen)
      throw new Error("Error Resource temporarily unavailable Cannot lock port");
    const port = createPort(clock, socket.chip, { ...DEFAULTS, ...options, path, baudRate });
    socket.port = port;
    return port;
  };

  const list = async (): Promise<PortInfo[]> =>
    [...sockets]
      .filter(([, { state }]) => state !== "unplugged")
      .map(([path, { chip }]) => ({
        path,
        manufacturer: `simulated ${chip.kind}`,
        serialNumber: undefined,
        pnpId: undefined,
        locationId: undefined,
        productId: undefined,
        vendorId: undefined,
      }));

  return {
    binding: { list, open },
    add: (path, chip) => sockets.set(path, { chip, state: "plugged" }),
    unplug: (path) => change(path, "unplugged"),
    deny: (path) => change(path, "denied"),
    plug: (path) => change(path, "plugged"),
  };
};

interface Port extends BindingPort {
  vanish(): void;
}

const createPort = (clock: Clock, chip: Chip, openOptions: Required<OpenOptions>): Port => {
  let isOpen = true;
  let gone = false;
  let baudRate = openOptions.baudRate;
  let received: number[] = [];
  let wake: (() => void) | undefined;

  /** Characters at another speed are noise, and noise has no valid stop bit. */
  const understood = (): boolean => baudRate === chip.baud;
  const forget: Cancel = chip.onOctets((octets) => {
    if (!understood()) return;
    received.push(...octets);
    wake?.();
  });

  const check = (): void => {
    if (!isOpen) throw new CanceledError("Port is not open");
    if (gone) throw new Error("Error: Input/output error, the device is gone");
  };

  const read: Port["read"] = async (buffer, offset, length) => {
    check();
    while (received.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      check();
    }
    const taken = received.slice(0, length);
    received = received.slice(length);
    buffer.set(taken, offset);
    return { buffer, bytesRead: taken.length };
  };

  return {
    openOptions,
    get isOpen() {
      return isOpen;
    },
    read,
    write: async (buffer) => {
      check();
      if (understood()) chip.write(Uint8Array.from(buffer));
    },
    close: async () => {
      if (!isOpen) throw new Error("Port is not open");
      isOpen = false;
      forget();
      wake?.();
    },
    vanish: () => {
      gone = true;
      forget();
      wake?.();
    },
    update: async (options) => {
      check();
      baudRate = options.baudRate;
    },
    set: async () => check(),
    get: async () => {
      check();
      return { cts: true, dsr: true, dcd: true };
    },
    getBaudRate: async () => {
      check();
      return { baudRate };
    },
    flush: async () => {
      check();
      received = [];
    },
    drain: async () => {
      check();
      await new Promise<void>((resolve) => clock.after(chip.busyMs(), resolve));
    },
  };
};

/** How serialport tells an operation that we ended ourselves from a device that failed. */
class CanceledError extends Error {
  readonly canceled = true;
}

const DEFAULTS = {
  dataBits: 8,
  lock: true,
  stopBits: 1,
  parity: "none",
  rtscts: false,
  xon: false,
  xoff: false,
  xany: false,
  hupcl: true,
} as const;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
