import { setPriority } from "node:os";
import { join } from "node:path";
import { parseGroupAddress } from "../../src/core/address.ts";
import { toHex } from "../../src/core/octets.ts";
import { realClock } from "../../src/sim/clock.ts";
import { HOUSE_OBJECTS, type House, startHouse } from "../../src/sim/house.ts";
import type { SeenFrame } from "../../src/sim/line.ts";
import { offerOnPty, type Pty } from "../../src/sim/pty.ts";
import { readTelegram, type Telegram } from "../../src/sim/telegram.ts";
import { atEnd } from "./cleanup.ts";
import { showOnFailure } from "./evidence.ts";
import { createJournal, type Journal } from "./journal.ts";

/** A frame on the line and what it means. */
export type Heard = SeenFrame & Readonly<{ telegram: Telegram | undefined }>;

/** The simulated house in real time, with a chip for knxpi and one for knxd, each on a pty. */
export type OpenHouse = Readonly<{
  house: House;
  frames: Journal<Heard>;
  /** Of the bridge. */
  pty: Pty;
  /** Of knxd. */
  peerPty: Pty;
}>;

export const openHouse = async (folder: string): Promise<OpenHouse> => {
  goFirst();
  const clock = realClock();
  atEnd(clock.stop);
  const house = startHouse({ clock });
  atEnd(house.stop);
  const frames = createJournal<Heard>(({ at, octets, attempt, acknowledge, from }) => {
    const end = acknowledge?.toString(16) ?? "no acknowledge";
    return `${at.toFixed(1)} ${from.join()}: ${toHex(octets)} (try ${attempt + 1}) ${end}`;
  });
  showOnFailure("frames on the line", frames);
  house.line.onFrame((frame) => frames.push({ ...frame, telegram: readTelegram(frame.octets) }));
  const peer = house.addChip({ kind: "tpuart2", name: "knxd" });
  atEnd(peer.detach);
  const pty = await offerOnPty(house.chip, join(folder, "knxpi"));
  atEnd(pty.close);
  const peerPty = await offerOnPty(peer, join(folder, "knxd"));
  atEnd(peerPty.close);
  return { house, frames, pty, peerPty };
};

/** An acknowledge is due within milliseconds. Where the system allows it, this process and those it starts go first. */
export const goFirst = (): void => {
  try {
    setPriority(PRIORITY);
  } catch {
    // Somebody with fewer rights sees a repetition now and then.
  }
};

const PRIORITY = -10;

/** Fits frames to this group address; of this sender when one is named. */
export const to =
  (ga: string, from?: string) =>
  ({ telegram, from: senders }: Heard): boolean =>
    telegram?.to === parseGroupAddress(ga) && (from === undefined || senders.includes(from));

/** Fits a frame with a positive acknowledge. */
export const isAcknowledged = ({ acknowledge }: Heard): boolean => acknowledge === ACK;

const ACK = 0xcc;
/** A frame without an acknowledge is tried four times. */
export const LAST_TRY = 3;

/** The bridge owns it. */
export const PROVIDED = "4/0/12";
/** The bridge alone has it. */
export const OURS = "5/0/1";
/** Nobody acknowledges it, for the bridge hears itself only. */
export const NOBODYS = "5/0/2";

/** What the bridge is told of. */
export const OBJECTS = [
  ...HOUSE_OBJECTS.map(({ ga, name, dpt, writable }) => ({ ga, name, dpt, writable })),
  { ga: PROVIDED, name: "Balcony temperature", dpt: "9.001", provide: true },
  { ga: OURS, name: "Wind alarm", dpt: "1.005" },
  { ga: NOBODYS, name: "Garage door", dpt: "1.009" },
];
