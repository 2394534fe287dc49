import type { Logger } from "pino";
import type { Impulse } from "../core/impulse.ts";
import type { Octets } from "../core/octets.ts";
import { readOctets } from "./octets.ts";
import { describe, SERIAL_FAULTS, type SerialFault, serialFault } from "./serial-fault.ts";
import { listPorts, openPort, type Port, type SerialOptions } from "./serial-port.ts";

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
): Serial => {
  let session: Session | undefined;
  let failures = 0;
  let reported: SerialFault | undefined;
  let retry: NodeJS.Timeout | undefined;
  let ended = false;

  const open = async (): Promise<void> => {
    let current: Session | undefined;
    let goneEarly: unknown;
    const lost = (error: unknown): void => {
      if (current === undefined) goneEarly = error ?? new Error("port lost");
      else if (current === session) leave(current, error);
    };
    try {
      const port = await openPort(options, lost, log);
      if (ended) return port.close();
      if (goneEarly !== undefined) {
        await port.close();
        throw goneEarly;
      }
      reported = undefined;
      log.info({ port: port.name, baud: options.baud }, "serial port open");
      current = {
        port,
        // An octet proves the port good; one that opens and closes again is tried ever more slowly.
        stop: readOctets(port.stream, (impulse) => {
          failures = 0;
          deliver(impulse);
        }),
      };
      session = current;
      deliver({ for: "dl", type: "port-opened.ind", at: performance.now() });
    } catch (error) {
      tryLater(error);
    }
  };

  const leave = (current: Session, error: unknown): void => {
    close(current).catch(() => undefined);
    tryLater(error, "lost");
  };

  const close = (current: Session): Promise<void> => {
    session = undefined;
    current.stop();
    deliver({ for: "dl", type: "port-closed.ind", at: performance.now() });
    return current.port.close();
  };

  const tryLater = (error: unknown, fault = serialFault(error)): void => {
    if (ended) return;
    report(fault, error);
    retry = setTimeout(open, BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)]);
    failures += 1;
  };

  const report = (fault: SerialFault, error: unknown): void => {
    if (fault === reported) return;
    reported = fault;
    const fields = { port: options.path, fault, error: describe(error) };
    if (fault !== "absent") log.warn(fields, SERIAL_FAULTS[fault]);
    else
      listPorts().then(
        (found) => log.warn({ ...fields, found }, SERIAL_FAULTS[fault]),
        () => log.warn(fields, SERIAL_FAULTS[fault]),
      );
  };

  open().catch((error) => tryLater(error));
  return {
    write(octets) {
      session?.port.stream.write(Buffer.from(octets));
    },
    reopen() {
      if (session !== undefined) close(session).then(open, (error) => tryLater(error));
    },
    async close() {
      ended = true;
      clearTimeout(retry);
      session?.stop();
      await session?.port.close();
    },
  };
};

type Session = Readonly<{ port: Port; stop: () => void }>;

const BACK_OFF_MS = [1_000, 2_000, 5_000, 10_000, 30_000];
