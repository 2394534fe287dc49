import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Impulse } from "../../src/core/impulse.ts";
import { openSerial, type Serial } from "../../src/shell/serial.ts";
import { SERIAL_FAULTS, serialFault } from "../../src/shell/serial-fault.ts";
import type { Binding, SerialOptions } from "../../src/shell/serial-port.ts";
import { collectLog, collector } from "./collect.ts";
import { endTool, startTool, testWith } from "./tool.ts";

const folder = mkdtempSync(join(tmpdir(), "knxpi-serial-"));
const path = join(folder, "tty");
const socat = testWith("socat");
const serials: Serial[] = [];
const tools: ChildProcessWithoutNullStreams[] = [];

/** A pseudo terminal whose other end is the pipe of the program that made it. */
const makePty = async (): Promise<ChildProcessWithoutNullStreams> => {
  const pty = await startTool(
    "socat",
    ["-d", "-d", `pty,raw,echo=0,link=${path}`, "stdio"],
    /starting data transfer/,
  );
  tools.push(pty);
  return pty;
};

const start = (options: Partial<SerialOptions>) => {
  const impulses = collector<Impulse>();
  const { log, lines } = collectLog();
  const serial = openSerial({ path, baud: 19_200, parity: "even", ...options }, impulses.push, log);
  serials.push(serial);
  const count = (type: Impulse["type"]) =>
    impulses.items.filter((impulse) => impulse.type === type).length;
  return {
    serial,
    lines,
    opened: (times = 1) => impulses.until(() => count("port-opened.ind") === times),
    closed: (times = 1) => impulses.until(() => count("port-closed.ind") === times),
    octets: async (wanted: number) => {
      await impulses.until(() => count("octet.ind") >= wanted);
      return impulses.items.flatMap((one) => (one.type === "octet.ind" ? [one.octet] : []));
    },
  };
};

/** The bindings of the system, but a port that refuses a parity bit as some pseudo terminals do. */
const refusingParity: Binding = {
  list: () => SerialPort.binding.list(),
  open: async ({ path, baudRate, parity }) => {
    if (parity === "even") throw new Error(`Error: Invalid argument, cannot open ${path}`);
    return SerialPort.binding.open({ path, baudRate, parity: "none" });
  },
};

afterEach(async () => {
  for (const serial of serials.splice(0)) await serial.close();
  for (const tool of tools.splice(0)) await endTool(tool);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("a serial port of the system", () => {
  socat("more than the kernel takes at once goes out whole and in order", async () => {
    const pty = await makePty();
    const { serial, opened } = start({});
    await opened();
    const sent = Array.from({ length: 40_000 }, (_, index) => index % 251);
    serial.write(sent);
    let out = Buffer.alloc(0);
    while (out.length < sent.length)
      out = Buffer.concat([out, ...(await once(pty.stdout, "data"))]);
    expect(out.equals(Buffer.from(sent))).toBe(true);
  });

  socat(
    "octets come in and go out, in order, 8E1 asked of a port without a parity bit",
    async () => {
      const pty = await makePty();
      const { serial, opened, octets } = start({});
      await opened();
      pty.stdin.write(Buffer.of(0x03, 0x00, 0xff, 0x11, 0x13));
      expect(await octets(5)).toEqual([0x03, 0x00, 0xff, 0x11, 0x13]);
      serial.write([0x01]);
      serial.write([0x02, 0x11]);
      let out = Buffer.alloc(0);
      while (out.length < 3) out = Buffer.concat([out, ...(await once(pty.stdout, "data"))]);
      expect([...out]).toEqual([0x01, 0x02, 0x11]);
    },
  );

  socat("a port that refuses the parity bit is opened without it, with a warning", async () => {
    const pty = await makePty();
    const { opened, octets, lines } = start({ binding: refusingParity });
    await opened();
    pty.stdin.write(Buffer.of(0x07));
    expect(await octets(1)).toEqual([0x07]);
    expect(lines.items.filter(({ msg }) => msg.includes("no parity bit"))).toHaveLength(1);
  });

  socat(
    "not there yet, there, lost, there again: the core learns of each, the log says why",
    async () => {
      const { opened, closed, octets, lines } = start({});
      await lines.until(({ msg }) => msg === SERIAL_FAULTS.absent);
      const first = await makePty();
      await opened(1);
      await endTool(first);
      await closed(1);
      await lines.until(({ msg }) => msg === SERIAL_FAULTS.lost);
      const second = await makePty();
      await opened(2);
      second.stdin.write(Buffer.of(0x42));
      expect(await octets(1)).toEqual([0x42]);
    },
    20_000,
  );

  socat("reopen closes and opens at once", async () => {
    const pty = await makePty();
    const { serial, opened, closed, octets, lines } = start({});
    await opened(1);
    serial.reopen();
    await closed(1);
    await opened(2);
    pty.stdin.write(Buffer.of(0x42));
    expect(await octets(1)).toEqual([0x42]);
    expect(lines.items.some(({ level }) => level >= 40)).toBe(false);
  });

  socat(
    "a port that another program has locked is reported once, not with every try",
    async () => {
      await makePty();
      const first = start({});
      await first.opened();
      const second = start({});
      await second.lines.until(({ msg }) => msg === SERIAL_FAULTS.busy);
      await first.serial.close();
      await second.opened();
      expect(second.lines.items.filter(({ msg }) => msg === SERIAL_FAULTS.busy)).toHaveLength(1);
    },
    20_000,
  );
});

describe("a serial port on the network", () => {
  test("octets both ways; closed by the other end, it is opened again", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port }: AddressInfo = Object(server.address());
    const accepted = collector<Socket>();
    server.on("connection", accepted.push);
    const { serial, opened, closed, octets } = start({ path: `tcp://127.0.0.1:${port}` });
    const socket = await accepted.until(() => true);
    await opened(1);
    socket.write(Buffer.of(0xbc, 0x11));
    expect(await octets(2)).toEqual([0xbc, 0x11]);
    serial.write([0x11]);
    expect(await once(socket, "data")).toEqual([Buffer.of(0x11)]);
    socket.end();
    await closed(1);
    await opened(2);
    for (const one of accepted.items) one.destroy();
    server.close();
  }, 20_000);

  test("nobody listening there is told as such", async () => {
    const { lines } = start({ path: "tcp://127.0.0.1:1" });
    await lines.until(({ msg }) => msg === SERIAL_FAULTS.unreachable);
  });
});

test.each([
  ["absent", "Error: No such file or directory, cannot open /dev/ttyUSB0"],
  ["denied", "Error: Permission denied, cannot open /dev/ttyAMA0"],
  ["busy", "Error Resource temporarily unavailable Cannot lock port"],
  ["busy", "Error: Device or resource busy, cannot open /dev/ttyAMA0"],
  ["not-a-port", "Error: Inappropriate ioctl for device setting custom baud rate of 19200"],
  ["lost", "EIO: i/o error, read"],
  ["lost", "bad file descriptor"],
  ["unknown-host", "getaddrinfo ENOTFOUND ser2net.lan"],
  ["other", "Error: Value too large"],
] as const)("%s: %s", (fault, text) => {
  expect(serialFault(new Error(text))).toBe(fault);
});
