import { once } from "node:events";
import { SerialPortStream } from "@serialport/stream";
import { afterEach, expect, test } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { type House, startHouse } from "../../src/sim/house.ts";
import { ready } from "./desk.ts";

const houses: House[] = [];
const newHouse = async (): Promise<House> => {
  const house = startHouse();
  houses.push(house);
  await ready(house);
  return house;
};
afterEach(() => {
  for (const house of houses.splice(0)) house.stop();
});

const portOf = ({ binding, path }: House, baudRate = 19200): SerialPortStream =>
  new SerialPortStream({ binding, path, baudRate, parity: "even", autoOpen: false });

const opened = async (house: House, baudRate?: number): Promise<SerialPortStream> => {
  const port = portOf(house, baudRate);
  expect(await open(port)).toBe("open");
  return port;
};
const open = (port: SerialPortStream): Promise<string> =>
  new Promise((resolve) => port.open((error) => resolve(error?.message ?? "open")));
const close = (port: SerialPortStream): Promise<string> =>
  new Promise((resolve) => port.close((error) => resolve(error?.message ?? "closed")));

/** The next octets from the port, as many as asked for. */
const read = (port: SerialPortStream, count: number): Promise<string> =>
  new Promise((resolve) => {
    const octets: number[] = [];
    const take = (data: Buffer): void => {
      octets.push(...data);
      if (octets.length < count) return;
      port.off("data", take);
      resolve(toHex(octets));
    };
    port.on("data", take);
  });

test("a serial port stream resets the chip and sends a frame through it", async () => {
  const house = await newHouse();
  const port = await opened(house);
  port.write(Buffer.from([0x01]));
  expect(await read(port, 1)).toBe("03");
  port.write(Buffer.from("80bc811182058309840a85e1860087814834", "hex"));
  expect(await read(port, 10)).toBe("bc 11 05 09 0a e1 00 81 34 8b");
  expect(house.lamp.on).toBe(true);
  expect(await read(port, 9)).toMatch(/^bc 11 0a 0c 0a e1 00 81/);
  expect(await close(port)).toBe("closed");
});

test("unplugged: the stream closes; nothing to open until it is plugged in again", async () => {
  const house = await newHouse();
  const port = await opened(house);
  port.resume();
  const closed = once(port, "close");
  house.ports.unplug(house.path);
  const [error] = await closed;
  expect(error).toMatchObject({ disconnected: true });
  expect(await open(port)).toBe("Error: No such file or directory, cannot open sim:knxpi");
  expect(await house.binding.list()).toEqual([]);
  house.ports.plug(house.path);
  expect(await open(port)).toBe("open");
  port.write(Buffer.from([0x01]));
  expect(await read(port, 1)).toBe("03");
  await close(port);
});

test("unplugged while nobody reads: the next write finds out", async () => {
  const house = await newHouse();
  const port = await opened(house);
  house.ports.unplug(house.path);
  port.on("error", () => {});
  port.write(Buffer.from([0x02]));
  const [error] = await once(port, "close");
  expect(error).toMatchObject({ disconnected: true });
});

test("what cannot be opened says why, in the words of the real binding", async () => {
  const house = await newHouse();
  const { binding } = house;
  house.ports.deny(house.path);
  expect(await open(portOf(house))).toBe("Error: Permission denied, cannot open sim:knxpi");
  house.ports.plug(house.path);
  const other = new SerialPortStream({ binding, path: "sim:other", baudRate: 1, autoOpen: false });
  expect(await open(other)).toBe("Error: No such file or directory, cannot open sim:other");
  const port = await opened(house);
  expect(await open(portOf(house))).toBe("Error Resource temporarily unavailable Cannot lock port");
  await close(port);
  expect(await open(portOf(house))).toBe("open");
});

test("at another speed host and chip do not understand each other", async () => {
  const house = await newHouse();
  const port = await opened(house, 9600);
  port.write(Buffer.from([0x01]));
  await new Promise<void>((resolve) => port.drain(() => resolve()));
  await new Promise<void>((resolve) => port.update({ baudRate: 19200 }, () => resolve()));
  port.write(Buffer.from([0x02]));
  expect(await read(port, 1)).toBe("07");
  await close(port);
});

test("closing ends a pending read without an error, and drain waits for the last character", async () => {
  const house = await newHouse();
  const port = await opened(house);
  port.resume();
  port.write(Buffer.alloc(10, 0x02));
  await new Promise<void>((resolve) => port.drain(() => resolve()));
  expect(house.chip.busyMs()).toBe(0);
  const closed = once(port, "close");
  await close(port);
  expect(await closed).toEqual([null]);
});
