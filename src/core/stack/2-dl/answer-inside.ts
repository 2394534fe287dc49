import type { ChipKind } from "../../config.ts";
import { frameLength, xorOf } from "./frame.ts";
import { serviceLength, serviceOf } from "./tpuart.ts";

/*
 * A chip that was asked for its state answers at once, also when a frame has begun on the line meanwhile: the answer then stands between
 * the first octets of the frame. Nothing marks it, and many octets of frames look like it; but a frame whose check octet closes only
 * without it tells.
 */

/** `need`: octets of the whole frame; the last of them may be still to come, or those of what follows be there already. */
export type Mended = Readonly<{ octets: readonly number[]; need: number }>;

/**
 * A frame that is none as it stands, without the answer that may be in it.
 * @param octets from the first one of the frame on
 * @returns the frame that it becomes, with its check octet closing, or the beginning of one; undefined: it becomes none
 */
export const withoutAnswer = (
  octets: readonly number[],
  chip: ChipKind | undefined,
): Mended | undefined => {
  let begun: Mended | undefined;
  for (let index = 1; index <= LATEST; index++) {
    const first = octets[index];
    if (first === undefined) break;
    const kind = serviceOf(chip, first);
    if (kind !== "state" && kind !== "system-state") continue;
    const rest = octets.toSpliced(index, serviceLength(kind, first));
    const need = frameLength(rest);
    if (need === undefined || need === 0) continue;
    if (rest.length < need) begun ??= { octets: rest, need };
    else if (xorOf(rest, 0, need) === 0xff) return { octets: rest, need };
  }
  return begun;
};

/** Nobody asks once a frame has begun, and an answer takes no longer than two octets of the line. */
const LATEST = 3;
