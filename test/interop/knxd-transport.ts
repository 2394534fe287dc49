import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { toHex } from "../../src/core/octets.ts";
import { atEnd } from "./cleanup.ts";
import { createJournal, type Journal } from "./journal.ts";

/*
 * The transport layer of knxd over its socket, of the days when it was eibd: it takes and gives
 * TPDUs and APDUs. Each message: length (2), type (2), content; the length counts type and content.
 */

/** APDUs as spaced hex, in the order they came. */
export type Transport = Readonly<{
  apdus: Journal<string>;
  send(octets: string): void;
  close(): void;
  closed: Promise<void>;
}>;

/** Whole TPDUs behind the address (2) they go to or come from: knxd keeps no connections of its own any more. */
export const tpdus = (path: string): Promise<Transport> =>
  open(path, [0x00, OPEN_TPDU, 0x00, 0x00, 0x00], 0);

/** APDUs to a device and from it without a connection. */
export const individual = (path: string, address: number): Promise<Transport> =>
  open(path, [0x00, OPEN_INDIVIDUAL, address >> 8, address & 0xff, 0x00], 0);

/** APDUs to all devices, and those that come in behind their source (2). */
export const broadcast = (path: string): Promise<Transport> =>
  open(path, [0x00, OPEN_BROADCAST, 0x00, 0x00, 0x00], 2);

const OPEN_INDIVIDUAL = 0x21;
const OPEN_BROADCAST = 0x23;
const OPEN_TPDU = 0x24;
const APDU = 0x25;

const open = async (path: string, request: readonly number[], skip: number): Promise<Transport> => {
  await until(() => existsSync(path));
  const socket = connect(path);
  const apdus = createJournal<string>((text) => text);
  let opened: () => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    opened = resolve;
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("knxd closed the socket")));
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  onMessages(socket, ([, type, ...content]) => {
    if (type === request[1]) opened();
    else if (type === APDU) apdus.push(toHex(content.slice(skip)));
  });
  write(socket, request);
  await ready;
  atEnd(async () => {
    socket.destroy();
  });
  return {
    apdus,
    send: (octets) => write(socket, [0x00, APDU, ...Buffer.from(octets.replace(/ /g, ""), "hex")]),
    close: () => socket.destroy(),
    closed,
  };
};

/** knxd says that it listens a moment before it does. */
const until = async (there: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 100 && !there(); tries++) await setTimeout(20);
};

const write = (socket: Socket, message: readonly number[]): void => {
  socket.write(Buffer.from([message.length >> 8, message.length & 0xff, ...message]));
};

const onMessages = (socket: Socket, take: (message: readonly number[]) => void): void => {
  let buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 2 && buffer.length >= 2 + buffer.readUInt16BE(0)) {
      const end = 2 + buffer.readUInt16BE(0);
      take([...buffer.subarray(2, end)]);
      buffer = buffer.subarray(end);
    }
  });
};
