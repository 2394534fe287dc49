import type { LocalTime } from "../../../dpt/dpt.ts";
import { isoTime } from "../../../iso-time.ts";
import type { BridgeState } from "../state.ts";
import type { Zone } from "./state.ts";

/**
 * @param ms since 1970
 * @returns what a clock on the wall shows then; undefined as long as the time zone is not known
 */
export const localTime = ({ features }: BridgeState, ms: number): LocalTime | undefined => {
  const { zone, synchronised } = features.clock;
  if (zone === null) return undefined;
  const { offsetMs, summerTime } = zoneAt(zone, ms);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = isoTime(ms + offsetMs)
    .split(/\D/)
    .map(Number);
  return {
    year,
    month,
    day,
    hour,
    minute,
    second,
    summerTime,
    synchronised: synchronised === true,
  };
};

/** @param ms since 1970, not before the zone was told */
export const zoneAt = (zone: Zone, ms: number): Pick<Zone, "offsetMs" | "summerTime"> =>
  zone.next !== null && ms >= zone.next.from ? zone.next : zone;
