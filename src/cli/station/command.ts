import { type Command, Option } from "commander";
import { individual, octetsOf, seconds, wholeNumber } from "../arguments.ts";
import type { Station } from "./station.ts";

/** What every command that works on the bus can be told. */
export type StationOptions = Readonly<{
  socket?: string;
  instance?: string;
  port?: string;
  baud?: number;
  chip?: string;
  address?: string;
  timeout?: number;
  json?: true;
}>;

/** Options of all commands that work on the bus. */
export const addStationOptions = (command: Command): Command =>
  command
    .option("--json", "print JSON, for machines")
    .option("--socket <path>", "control socket of the running knxpi")
    .option("--instance <name>", "which running knxpi, when there are several")
    .option("--port <port>", "no running knxpi: use this port (/dev/ttyAMA0, tcp://host:port)")
    .option("--baud <number>", "speed of --port", wholeNumber(9600, 115_200))
    .addOption(
      new Option("--chip <kind>", "transceiver at --port").choices([
        "auto",
        "tpuart2",
        "ncn5120",
        "e981",
      ]),
    )
    .option("--address <ia>", "our address on the line with --port (15.15.250)", individual)
    .option("--timeout <seconds>", "give up after so long", seconds);

/** Option of those that need the rights of an access level. */
export const addKeyOption = (command: Command): Command =>
  command.option("--key <hex>", "key of 4 octets that the device wants", octetsOf(4));

/**
 * Does something with a station, and puts everything back afterwards: Ctrl-C cancels what runs, and waits until its
 * connection is closed. Sets the exit status.
 */
export const withStation = async (
  options: StationOptions,
  work: (station: Station, signal: AbortSignal) => Promise<void>,
): Promise<void> => {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (interrupted.signal.aborted) process.exit(INTERRUPTED);
    interrupted.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  const { timeout } = options;
  const tooLate = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
  const signal = tooLate ? AbortSignal.any([interrupted.signal, tooLate]) : interrupted.signal;
  let station: Station | undefined;
  try {
    station = await openStation(options);
    await work(station, signal);
    if (interrupted.signal.aborted) process.exitCode = INTERRUPTED;
  } catch (error) {
    if (interrupted.signal.aborted) process.exitCode = INTERRUPTED;
    else if (tooLate?.aborted) throw new Error(`no result within ${timeout} s; cancelled`);
    else await fail(error);
  } finally {
    await station?.close();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
};

/** Until Ctrl-C, or until the station ends by itself. */
export const untilInterrupted = (station: Station, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
    // Whoever read our output has gone: `knxpi monitor | head`.
    process.stdout.on("error", () => resolve());
    station.ended.then((why) => reject(new Error(why)), reject);
  });

const openStation = async (options: StationOptions): Promise<Station> => {
  const { createStation } = await import("./station.ts");
  if (options.port !== undefined) {
    const { openDirect } = await import("./direct.ts");
    return createStation(await openDirect({ ...options, port: options.port }));
  }
  const [{ connectSocket }, { findSocket }, { surroundings }] = await Promise.all([
    import("./socket.ts"),
    import("./find.ts"),
    import("./surroundings.ts"),
  ]);
  const path = options.socket ?? (await findSocket(options.instance, surroundings()));
  return createStation(await connectSocket(path));
};

/** A refusal of the station; anything else is for whoever knows it. */
const fail = async (error: unknown): Promise<void> => {
  const { JSONRPCErrorCode, JSONRPCErrorException } = await import("json-rpc-2.0");
  if (!(error instanceof JSONRPCErrorException)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = error.code === JSONRPCErrorCode.InvalidParams ? USAGE : REFUSED;
};

/** The world refused. */
const REFUSED = 1;
const USAGE = 2;
/** 128 + SIGINT. */
const INTERRUPTED = 130;
