import {
  formatGroupAddress,
  formatIndividualAddress,
  type IndividualAddress,
  parseIndividualAddress,
} from "../../../address.ts";
import type { JsonValue } from "../../../effect.ts";
import { isoTime } from "../../../iso-time.ts";
import { get } from "../../../table.ts";
import { failure } from "../commands/errors.ts";
import type { BridgeState } from "../state.ts";
import { meaningOf, rawOf } from "../telegrams/publish.ts";
import { answer, decline, done } from "./answer.ts";
import { matches, number, type Taken, taking, text, time, wrong } from "./parameters.ts";
import { type Past, pastOf } from "./past.ts";

/** Oldest first: the newest that fit, and with `context_ms` whatever was on the bus so shortly before or after one of them. */
export const listHistory = taking(
  {
    from: time,
    to: time,
    match: text,
    source: (value, name): Taken<IndividualAddress | null> => {
      if (value === undefined || value === null) return { ok: true, value: null };
      const address = typeof value === "string" ? parseIndividualAddress(value) : undefined;
      return address === undefined
        ? wrong(`${name} must be an individual address, such as "1.1.5"`)
        : { ok: true, value: address };
    },
    limit: number(1, 500, 100),
    context_ms: number(0, 60_000, 0),
  },
  (state, at, ask, { from, to, match, source, limit, context_ms: context }) => {
    if (state.config.history === 0) return decline(state, at, ask, NOT_KEPT);
    const inTime = pastOf(state).filter(
      ({ ts }) => (from === null || ts >= from) && (to === null || ts <= to),
    );
    const fits = ({ ga, source: sender }: Past): boolean =>
      (source === null || sender === source) && matches(match, ga, get(state.objects, ga));
    const found = context === 0 ? inTime.filter(fits) : around(inTime, fits, context);
    const items = found.slice(-limit).map((past) => documentOf(state, past));
    return answer(state, at, ask, done({ total: found.length, items }));
  },
);

/** In order of time. */
const around = (
  all: readonly Past[],
  fits: (past: Past) => boolean,
  context: number,
): readonly Past[] => {
  const near = new Set<Past>();
  const times = all.filter(fits).map(({ ts }) => ts);
  let first = 0;
  for (const past of all) {
    while ((times[first] ?? Number.POSITIVE_INFINITY) < past.ts - context) first += 1;
    const next = times[first];
    if (next !== undefined && next <= past.ts + context) near.add(past);
  }
  return [...near];
};

const documentOf = (
  { config, objects }: BridgeState,
  { ga, service, value, source, priority, origin, ts }: Past,
): JsonValue => {
  const meaning = meaningOf(get(objects, ga), value);
  return {
    ga: formatGroupAddress(ga, config.style),
    dpt: meaning.dpt,
    service,
    ...(value && { value: meaning.value, ...rawOf(value, meaning.type) }),
    ...(meaning.text !== undefined && { text: meaning.text }),
    source: formatIndividualAddress(source),
    priority,
    origin,
    ts: isoTime(ts),
  };
};

const NOT_KEPT = failure(
  "unsupported",
  "No telegrams are kept: recorder.memory in the configuration says how many",
);
