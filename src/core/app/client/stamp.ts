import { formatIndividualAddress } from "../../address.ts";
import { type Octets, toHex } from "../../octets.ts";
import { done, fail, type Result, type Session, type Steps } from "./ask.ts";
import { place } from "./load.ts";
import type { Load } from "./plan.ts";
import { readOnce } from "./property.ts";
import { crcOf } from "./tables.ts";

/**
 * An element of PID_MCB_TABLE: `size (4)  CRC control  access  CRC (2)`.
 * @see `device-model.md` §3.3
 */
export type Stamp = Readonly<{
  size: number /** null: its content may change. */;
  crc: number | null;
}>;

/** @returns undefined when it has not 8 octets */
export const readStamp = (octets: Octets): Stamp | undefined => {
  const [s3 = 0, s2 = 0, s1 = 0, s0 = 0, control = 0, , high = 0, low = 0] = octets;
  if (octets.length !== 8) return undefined;
  const size = s3 * 0x100_0000 + (s2 << 16) + (s1 << 8) + s0;
  return { size, crc: (control & 1) === 0 ? (high << 8) | low : null };
};

/**
 * Whether the device has what was loaded. Programs may consist of several parts, of which this is the first.
 * @param crc of the whole segment
 */
export function* checkStamp(session: Session, load: Load, crc: number): Steps<Result<null>> {
  const { object, segment } = load;
  const answer = yield* readOnce(session, place(object, 27));
  if (!answer.ok) return answer;
  const stamp = readStamp(answer.value);
  const isPart = object > 3 && stamp !== undefined && stamp.size > 0 && stamp.size < segment.length;
  const wanted = isPart ? crcOf(segment, stamp.size) : crc;
  return stamp !== undefined &&
    (isPart || stamp.size === segment.length) &&
    (stamp.crc === null || stamp.crc === wanted)
    ? done(null)
    : fail(
        "verify_failed",
        `${formatIndividualAddress(session.peer)} has ${toHex(answer.value)}, and not ${segment.length} octets with checksum ${hexWord(wanted)}.`,
      );
}

const hexWord = (word: number): string => word.toString(16).toUpperCase().padStart(4, "0");
