import type { Logger } from "pino";
import type { Impulse } from "../core/impulse.ts";
import type { Octets } from "../core/octets.ts";
import { readOctets } from "./octets.ts";
import { describe, SERIAL_FAULTS, type SerialFault, serialFault } from "./serial-fault.ts";
import { listPorts, openPort, type Port, type SerialOptions } from "./serial-port.ts";
import type { Close, Life } from "./supervise/child.ts";
import { SERIAL } from "./supervise/strategy.ts";
import { openLoneSupervisor, type Supervisor } from "./supervise/supervisor.ts";

export type Serial = Readonly<{
  /** Hands the octets to the system at once; without a port they are gone, and the core was told so. */
  write(octets: Octets): void;
  /** Close and open again, at once. */
  reopen(): void;
  close(): Promise<void>;
}>;

/** Keeps the port open for ever: whatever happens to it, it is tried again, and the core learns of every change. */
export const openSerial = (
  options: SerialOptions,
  deliver: (impulse: Impulse) => void,
  log: Logger,
  supervisor: Supervisor = openLoneSupervisor(log),
): Serial => {
  let port: Port | undefined;
  let reported: SerialFault | undefined;

  const start = async (life: Life): Promise<Close> => {
    const opened = await openPort(options, life.broke, log);
    if (life.isOver()) return () => opened.close();
    reported = undefined;
    log.info({ port: opened.name, baud: options.baud }, "serial port open");
    // An octet proves the port good; one that opens and closes again is tried ever more slowly.
    const stop = readOctets(opened.stream, (impulse) => {
      life.good();
      deliver(impulse);
    });
    port = opened;
    life.up();
    deliver({ for: "dl", type: "port-opened.ind", at: performance.now() });
    return () => {
      port = undefined;
      stop();
      deliver({ for: "dl", type: "port-closed.ind", at: performance.now() });
      return opened.close();
    };
  };

  const tell = (error: unknown, wasUp: boolean): string => {
    const fault = wasUp ? "lost" : serialFault(error);
    if (fault !== reported) report(fault, error);
    reported = fault;
    return SERIAL_FAULTS[fault];
  };

  const report = (fault: SerialFault, error: unknown): void => {
    const fields = { port: options.path, fault, error: describe(error) };
    if (fault !== "absent") log.warn(fields, SERIAL_FAULTS[fault]);
    else
      listPorts().then(
        (found) => log.warn({ ...fields, found }, SERIAL_FAULTS[fault]),
        () => log.warn(fields, SERIAL_FAULTS[fault]),
      );
  };

  const child = supervisor.add({ name: "serial", strategy: SERIAL, start, tell });
  return {
    write(octets) {
      port?.stream.write(Buffer.from(octets));
    },
    reopen() {
      if (port !== undefined) child.again(false);
    },
    close: child.stop,
  };
};
