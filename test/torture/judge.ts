import { formatGroupAddress, GroupAddress, parseGroupAddress } from "../../src/core/address.ts";
import type { Effect, Publication } from "../../src/core/effect.ts";
import type { Impulse } from "../../src/core/impulse.ts";
import { toCompactHex } from "../../src/core/octets.ts";
import { decodeSnapshot } from "../../src/shell/store/snapshot-file.ts";
import type { Clock } from "../../src/sim/clock.ts";
import type { SeenFrame } from "../../src/sim/line.ts";
import { readTelegram, type Value } from "../../src/sim/telegram.ts";
import type { Broker } from "./broker.ts";
import type { Findings } from "./findings.ts";
import { BASE } from "./installation.ts";
import { BRIDGE } from "./world.ts";

/** What was last said on the line, and whether the bridge can know it. */
type Truth = {
  readonly frame: SeenFrame;
  readonly raw: string;
  readonly value: Value;
  known: boolean;
};

/**
 * Compares what the broker shows with what was on the line. A group address may only differ if the bridge had no way of knowing:
 * nobody heard the telegram, its own confirmation was lost, or a crash took what only the process knew.
 */
export type Judge = Readonly<{
  frame(frame: SeenFrame): void;
  received(frame: SeenFrame): void;
  seen(item: Impulse | Effect): void;
  published(publication: Publication): void;
  /** A process begins with this on its disk, and that on the broker. */
  begins(snapshot: Uint8Array | undefined): void;
  /** Something disturbs the serial line: what the chip says is not what it said. */
  disturbed(): void;
  /** @returns the addresses that differ */
  compare(
    isObject: (ga: GroupAddress) => boolean,
    how: "as far as it can know" | "all",
  ): readonly string[];
  valueOf(ga: string): Value | undefined;
}>;

export const openJudge = (
  clock: Pick<Clock, "now">,
  broker: Pick<Broker, "retained">,
  findings: Findings,
): Judge => {
  const truths = new Map<number, Truth>();
  const acknowledged = new Map<number, number>();
  const airtimes: { at: number; ms: number }[] = [];
  let airtime = 0;
  let disturbedUntil = 0;

  const shown = (ga: number): string | undefined => {
    const text = broker.retained().get(`${BASE}/ga/${formatGroupAddress(GroupAddress(ga))}/state`);
    if (text === undefined) return undefined;
    const { raw, quality }: { raw?: string; quality?: string } = JSON.parse(text);
    return quality === "unknown" ? UNKNOWN : raw;
  };

  /** The own part of the line, in any ten seconds. */
  const spend = (at: number, octets: number): void => {
    const ms = (53 + 13 * octets + 28) / 9.6;
    airtimes.push({ at, ms });
    airtime += ms;
    while (airtimes[0] !== undefined && airtimes[0].at < at - WINDOW_MS)
      airtime -= airtimes.shift()?.ms ?? 0;
    if (airtime > WINDOW_MS * SHARE)
      findings.add("own airtime", `${((100 * airtime) / WINDOW_MS).toFixed(1)} % of ten seconds`);
  };

  return {
    frame(frame) {
      const telegram = readTelegram(frame.octets);
      if (telegram === undefined) return;
      const own = frame.from.includes(BRIDGE);
      if (own) {
        spend(frame.end, frame.octets.length);
        if (frame.acknowledge === ACK) acknowledged.set(telegram.to, clock.now());
      }
      if (telegram.service === "read") return;
      // Its answers tell nobody anything new, and what nobody acknowledged did not happen.
      if (own && (telegram.service === "response" || frame.acknowledge !== ACK)) return;
      const { data, short } = telegram;
      const raw = toCompactHex([...data]);
      const before = truths.get(telegram.to);
      // A repetition whose first try came through.
      const known = !own && frame.attempt > 0 && before?.raw === raw && before.known;
      truths.set(telegram.to, { frame, raw, value: { data, short }, known });
    },
    received(frame) {
      const telegram = readTelegram(frame.octets);
      const truth = telegram && truths.get(telegram.to);
      if (truth?.frame === frame && !frame.from.includes(BRIDGE)) truth.known = true;
    },
    seen(item) {
      if (item.for !== "nl" || item.type !== "L_Data.con" || item.outcome !== "ok") return;
      const truth = truths.get(item.frame.destination.address);
      if (truth?.frame.from.includes(BRIDGE)) truth.known = true;
    },
    published({ topic, payload }) {
      const ga = RESULT.exec(topic)?.[1];
      if (ga === undefined) return;
      const { status, stage, total_ms = 0 }: Result = JSON.parse(payload);
      if (status !== "ok" || stage !== "confirmed" || clock.now() < disturbedUntil) return;
      const at = acknowledged.get(parseGroupAddress(ga) ?? -1) ?? Number.NEGATIVE_INFINITY;
      if (at < clock.now() - total_ms - ROUNDING_MS)
        findings.add("confirmed without a telegram", `${ga}: ${payload}`);
    },
    begins(snapshot) {
      const decoded = snapshot && decodeSnapshot(snapshot);
      const kept = new Map(
        decoded?.ok
          ? decoded.restored.values.map(({ ga, value }) => [
              ga as number,
              toCompactHex(value.octets),
            ])
          : [],
      );
      for (const [ga, truth] of truths) {
        const sources = [kept.get(ga), shown(ga)].filter((raw) => raw !== undefined);
        if (sources.length === 0 || sources.some((raw) => raw !== truth.raw)) truth.known = false;
      }
    },
    disturbed: () => {
      disturbedUntil = clock.now() + DISTURBED_MS;
    },
    compare(isObject, how) {
      return [...truths].flatMap(([ga, { raw, known, frame }]) => {
        if (!isObject(GroupAddress(ga))) return [];
        // Its state is on its way.
        if (frame.end > clock.now() - ON_ITS_WAY_MS) return [];
        if (how !== "all" && !known) return [];
        const there = shown(ga);
        if (there === raw || there === UNKNOWN) return [];
        return [`${formatGroupAddress(GroupAddress(ga))}: ${there} and not ${raw}`];
      });
    },
    valueOf: (ga) => truths.get(parseGroupAddress(ga) ?? -1)?.value,
  };
};

type Result = Readonly<{ status?: string; stage?: string; total_ms?: number }>;

const UNKNOWN = "unknown";
const ACK = 0xcc;
const RESULT = new RegExp(`^${BASE}/ga/(.*)/result$`);
const ROUNDING_MS = 100;
const DISTURBED_MS = 5_000;
const ON_ITS_WAY_MS = 5_000;
const WINDOW_MS = 10_000;
/**
 * A third and a bit (`knx.bus.share`), the bucket of 250 ms once, what urgent telegrams may overdraw, and the repetitions of the last
 * one, which are paid for afterwards.
 */
const SHARE = 0.44;
