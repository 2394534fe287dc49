/*
 * The least a program on Node can do: the serial port, one octet at a time, an acknowledge on the sixth octet of every frame.
 * No addresses, no check octet, nothing else.
 */

import { ByteLengthParser } from "@serialport/parser-byte-length";
import { SerialPort } from "serialport";

const port = new SerialPort({ path: process.argv[2] ?? "", baudRate: 19_200 });
const acknowledge = Buffer.from([0x11]);
let place = 0;
let length = 0;

port.pipe(new ByteLengthParser({ length: 1 })).on("data", (one: Buffer) => {
  const octet = one[0] ?? 0;
  if (place === 0 && (octet & 0xd3) !== 0x90) return;
  place += 1;
  if (place === 6) {
    port.write(acknowledge);
    length = 8 + (octet & 0x0f);
  }
  if (place === length && place > 6) place = 0;
});
port.on("open", () => port.write(Buffer.from([0x01])));
