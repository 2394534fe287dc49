import { airtime, frameOctets } from "../core/app/bridge/queue/budget.ts";
import { findDpt } from "../core/dpt/dpt.ts";
import type { Remark } from "./finding.ts";
import type { PlacedObject } from "./objects.ts";
import { valueAt } from "./remarks.ts";

/** Polls cost a read and an answer each: all of them together may use so much of the line. `mqtt-interface.md` §14. */
export const pollErrors = (objects: readonly PlacedObject[], data: unknown): readonly Remark[] => {
  const polls = pollsOf(objects);
  const [worst] = polls.toSorted((a, b) => b.load - a.load);
  if (worst === undefined) return [];
  const at = { path: worst.path, code: "poll_load" };
  const load = polls.reduce((sum, poll) => sum + poll.load, 0);
  if (load > LIMIT) {
    const message = `polling would use ${percent(load)} % of the bus (limit ${percent(LIMIT)} %)`;
    return [{ ...at, message: `${message}; this object has the largest part of it` }];
  }
  const said = valueAt(data, ["knx", "bus", "read_rate"]);
  const rate = typeof said === "number" ? said : READ_RATE;
  const reads = polls.reduce((sum, { ms }) => sum + 1_000 / ms, 0);
  if (reads <= rate) return [];
  const message = `polling would need ${reads.toFixed(1)} reads a second (knx.bus.read_rate ${rate})`;
  return [{ ...at, message: `${message}; this object has the largest part of it` }];
};

/** Whoever wants to know so often had better let the device send. */
export const pollWarnings = (objects: readonly PlacedObject[]): readonly Remark[] =>
  pollsOf(objects)
    .filter(({ ms }) => ms < SHORTEST_MS)
    .map(({ path, ms }) => ({
      path,
      code: "poll_short",
      message: `every ${ms / 1_000} s is often for a bus; 60s and more is reasonable, and a device that sends on its own is better`,
    }));

const pollsOf = (objects: readonly PlacedObject[]) =>
  objects.flatMap(({ path, entry: { poll, dpt } }) => {
    if (poll === undefined) return [];
    const bits = (dpt === undefined ? undefined : findDpt(dpt)?.bits) ?? UNKNOWN_BITS;
    const answer = bits <= 6 ? 2 : 2 + Math.ceil(bits / 8);
    const cost = airtime(frameOctets(2)) + airtime(frameOctets(answer));
    return [{ path: [...path, "poll"], ms: poll, load: cost / poll }];
  });

/** Rounded up: 10 % would not be above a limit of 10 %. */
const percent = (part: number): number => Math.ceil(part * 1_000 - 1e-6) / 10;

const LIMIT = 0.1;
const SHORTEST_MS = 60_000;
/** What the schema says where the file says nothing. */
const READ_RATE = 5;
/** Of a type we do not know: as long as most. */
const UNKNOWN_BITS = 16;
