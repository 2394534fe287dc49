import { readSync, writeSync } from "node:fs";
import type { SerialPortStream } from "@serialport/stream";
import type { SerialPort } from "serialport";

type Binding = SerialPortStream["settings"]["binding"];
type Port = Awaited<ReturnType<Binding["open"]>>;
/** As the bindings of Linux and macOS make it: `poller` tells when the kernel is ready. */
type PosixPort = Extract<
  Awaited<ReturnType<(typeof SerialPort.binding)["open"]>>,
  { poller: unknown }
>;

/**
 * The operating system's serial ports, read and written in the turn of the event loop in which the kernel is ready for it.
 * The bindings leave every read and write to the thread pool, twice for each octet, which costs more time than everything
 * else that happens to an octet here. The kernel never lets these calls wait: the port is open without blocking.
 */
export const promptBinding = (binding: Binding): Binding => ({
  list: () => binding.list(),
  open: async (options) => {
    const port = await binding.open(options);
    return isPosix(port) ? prompt(port) : port;
  },
});

const isPosix = (port: Port): port is PosixPort => "poller" in port;

const prompt = (port: PosixPort): PosixPort => {
  const patiently = port.write.bind(port);
  return Object.assign(port, {
    read: async (buffer: Buffer, offset: number, length: number) => {
      for (;;) {
        await readable(port);
        const bytesRead = readNow(port, buffer, offset, length);
        if (bytesRead !== undefined) return { bytesRead, buffer };
      }
    },
    write: async (octets: Buffer) => {
      const written = writeNow(port, octets);
      if (written < octets.length) await patiently(octets.subarray(written));
    },
  });
};

const readable = ({ poller }: PosixPort): Promise<void> =>
  new Promise((resolve, reject) => {
    poller.once("readable", (error) => (error ? reject(error) : resolve()));
  });

/** @returns undefined when there was nothing to read after all */
const readNow = (port: PosixPort, buffer: Buffer, offset: number, length: number) => {
  if (port.fd === null) throw Object.assign(new Error("Port is not open"), { canceled: true });
  try {
    const count = readSync(port.fd, buffer, offset, length, null);
    if (count === 0) throw new Error("port lost");
    return count;
  } catch (error) {
    if (mayTryAgain(error)) return undefined;
    throw error;
  }
};

/** @returns how many octets the kernel took at once */
const writeNow = (port: PosixPort, octets: Buffer): number => {
  if (port.fd === null) return 0;
  try {
    return writeSync(port.fd, octets);
  } catch (error) {
    if (mayTryAgain(error)) return 0;
    throw error;
  }
};

const mayTryAgain = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "EAGAIN" || error.code === "EWOULDBLOCK" || error.code === "EINTR");
