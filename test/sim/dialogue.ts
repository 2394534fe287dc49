import { expect } from "vitest";
import { toHex } from "../../src/core/octets.ts";
import { virtualClock } from "../../src/sim/clock.ts";
import { createDevice } from "../../src/sim/device.ts";
import { createLine, type SeenFrame } from "../../src/sim/line.ts";
import type { ManagementOptions } from "../../src/sim/management-options.ts";
import { ACK } from "../../src/sim/tp1.ts";
import { closed, hex, listener } from "./desk.ts";

/** Device 1.1.5 and a visitor that acknowledges everything, alone on a line. */
export const dialogue = (options: Partial<ManagementOptions> = {}) => {
  const clock = virtualClock();
  const line = createLine({ clock });
  const visitor = listener(line, "visitor", ACK);
  const device = createDevice({
    line,
    name: "device",
    address: "1.1.5",
    management: {
      serialNumber: hex("00 83 d0 b8 2f 07"),
      orderInfo: "SW-1.16",
      programVersion: hex("00 83 08 07 70"),
      ...options,
    },
  });
  const { management } = device;
  if (management === undefined) throw new Error("a device without management");
  let frames: SeenFrame[] = [];
  line.onFrame((frame) => {
    if (frame.attempt === 0) frames.push(frame);
  });

  /** What passed the line since it was last looked at, check octets included. */
  const heard = (): string[] => {
    const lines = frames.map(
      ({ from, octets }) => `${from.includes("device") ? ">" : "<"} ${toHex(octets)}`,
    );
    frames = [];
    return lines;
  };

  return {
    clock,
    line,
    device,
    management,
    frames: () => frames,
    heard,
    /** A frame of the visitor, its check octet left out. */
    say: (octets: string, ms = ENOUGH_MS) => {
      visitor.send({ octets: closed(octets) });
      clock.advance(ms);
    },
    /**
     * A script, one frame a line without its check octet: `<` the visitor sends, `>` the device is to answer, `. 3000`
     * nothing is said for so many ms. Nothing else may be on the line.
     */
    play: (script: string) => {
      const lines = script.split("\n").map((text) => text.replace(/#.*/, "").trim());
      frames = [];
      for (const text of lines) {
        if (text.startsWith("<")) visitor.send({ octets: closed(text.slice(1)) });
        if (text.startsWith("<")) clock.advance(ENOUGH_MS);
        if (text.startsWith(".")) clock.advance(Number(text.slice(1)));
      }
      const expected = lines
        .filter((text) => /^[<>]/.test(text))
        .map((text) => `${text[0]} ${toHex(closed(text.slice(1)))}`);
      expect(heard()).toEqual(expected);
    },
  };
};

/** Longer than an answer takes: T_ACK and data, each after its reaction and the gap between frames. */
const ENOUGH_MS = 250;
