import { pino } from "pino";
import { loadConfig } from "../../config/load.ts";
import type { JsonValue } from "../../core/effect.ts";
import type { SerialOptions } from "../../shell/serial-port.ts";
import { openShell } from "../../shell/shell.ts";
import { version } from "../version.ts";
import type { Way } from "./station.ts";

export type DirectOptions = Readonly<{
  port: string;
  baud?: number;
  /** Even when left out. */
  parity?: "even" | "none";
  chip?: string;
  /** Ours on the line. */
  address?: string;
  /** How the port is reached; the system's serial ports when left out. */
  binding?: SerialOptions["binding"];
}>;

/**
 * The stack inside this process, on a port that nobody else holds.
 * @throws Error when there is no bus behind the port
 */
export const openDirect = async (options: DirectOptions): Promise<Way> => {
  const { port, baud, parity, chip, address = ADDRESS, binding } = options;
  const loaded = loadConfig(
    JSON.stringify({ instance: "direct", knx: { port, baud, parity, chip, address } }),
    { path: "command line", env: {}, readFile: () => "" },
  );
  if (!loaded.ok) throw new Error(loaded.errors.map(({ message }) => message).join("; "));
  const { stack, port: serial, instance } = loaded.config;
  // Standard output belongs to the command, and of the log only what went wrong last is of interest.
  let said: string | undefined;
  const write = (entry: string): void => {
    said = String(Object(JSON.parse(entry)).msg);
  };
  const log = pino({ level: "warn", base: null }, { write });
  const shell = openShell({
    config: stack,
    about: { version: version(), instance },
    serial: { ...serial, ...(binding && { binding }) },
    log,
  });
  const listeners = new Set<Parameters<Way["listen"]>[0]>();
  const session = shell.control.join((method, params) => {
    for (const listener of listeners) listener(method, { ...Object(params) });
  });
  const way: Way = {
    call: (id, method, params) => session.request(method, params, id),
    listen: (listener) => void listeners.add(listener),
    ended: shell.ended.then((code) => said ?? `the stack has ended with ${code}`),
    close: () => shell.stop(),
  };
  try {
    await online(way, port, () => said);
    return way;
  } catch (error) {
    await shell.stop();
    throw error;
  }
};

/** Devices that are no part of an installation use the end of the last line. */
const ADDRESS = "15.15.250";

/** Until the bus can be reached. */
const online = async (way: Way, port: string, said: () => string | undefined): Promise<void> => {
  const begin = performance.now();
  for (;;) {
    const bus = busOf(await way.call(0, "status", {}));
    if (bus === "online") return;
    const patience = bus === "no_port" ? PORT_MS : CHIP_MS;
    if (performance.now() > begin + patience)
      throw new Error(`${port}: ${WHY[bus] ?? said() ?? "it cannot be opened"}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
};

const busOf = (status: JsonValue): string => {
  const { link }: { link?: { state?: unknown; bus?: unknown } } = Object(status);
  return link?.state === "closed" ? "no_port" : String(link?.bus);
};

const WHY: Readonly<Record<string, string>> = {
  starting: "the transceiver did not answer in time",
  no_chip: "no transceiver answers; look at --baud, at --chip and at the wires",
  no_power: "the transceiver has no bus voltage; is the bus connected?",
};

/** Opening it, and once more. */
const PORT_MS = 1_500;
/** Resets, and the search for the kind of chip. */
const CHIP_MS = 5_000;
const LOOK_MS = 20;
