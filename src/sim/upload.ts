import { isIntact } from "./tp1.ts";

/** The frame buffer of a chip, filled by the host octet by octet. */
export interface Upload {
  readonly begun: boolean;
  /** Index bits 8…6 of what follows (NCN). */
  offset(offset: number): void;
  start(octet: number): void;
  put(index: number, octet: number): void;
  /** @returns the frame, or nothing when an octet is missing, too many came or the check octet does not close it */
  end(index: number, octet: number): readonly number[] | undefined;
  clear(): void;
}

export const createUpload = (limit: number): Upload => {
  let octets: (number | undefined)[] = [];
  let high = 0;
  let broken = false;

  const put = (index: number, octet: number): void => {
    const position = high + index;
    if (position >= limit) broken = true;
    else octets[position] = octet;
  };
  const clear = (): void => {
    octets = [];
    high = 0;
    broken = false;
  };

  return {
    get begun() {
      return octets.length > 0;
    },
    offset: (offset) => {
      high = offset << 6;
    },
    start: (octet) => {
      // `80` means index 64, 128 … when an offset was just set and exactly that octet is due; else a new frame.
      if (high > 0 && octets.length === high) return put(0, octet);
      clear();
      octets[0] = octet;
    },
    put,
    end: (index, octet) => {
      const complete = octets.length === high + index;
      put(index, octet);
      const frame = Array.from(octets, (value) => value ?? -1);
      const good = complete && !broken && !frame.includes(-1) && isIntact(frame);
      clear();
      return good ? frame : undefined;
    },
    clear,
  };
};
