import { NO_OCTETS, type Octets, sameOctets } from "../../octets.ts";
import { done, type Result, type Steps } from "./ask.ts";
import {
  atStep,
  type Download,
  type Found,
  type Job,
  octetsBefore,
  STEPS,
  totalOf,
} from "./download.ts";
import { LOADED, place, readLoadState, readReference } from "./load.ts";
import { CHECKPOINT_PARTS, readPart } from "./memory.ts";
import type { Load } from "./plan.ts";
import { readOnce } from "./property.ts";
import { readStamp } from "./stamp.ts";

/**
 * What a partial download finds in the device. A segment with the same checksum is left alone; of one with the same size
 * everything is read, because nobody else knows what stands there.
 * @param octets read so far of the segment under way
 * @returns the state after it; a full download looks at nothing
 */
export function* compare(job: Job, before: Download, octets: Octets): Steps<Result<Download>> {
  const { session, loads, most, partial } = job;
  if (!partial)
    return done({ ...before, after: "reading", found: loads.map(() => ({ is: "new" }) as const) });
  let state = before;
  for (const [index, load] of loads.entries()) {
    if (index < state.found.length) continue;
    const { name, reference } = STEPS[load.object];
    const doing = `${name}, what stands there`;
    const found = yield* atStep(job.target, reference, doing, () => find(job, state, load, octets));
    if (!found.ok) return found;
    state = { ...state, found: [...state.found, found.value], current: null };
    yield { ask: "progress", done: octetsBefore(job, index + 1), total: totalOf(job) };
    yield { ask: "checkpoint", at: { session, most, octets: NO_OCTETS, download: state } };
  }
  return done({ ...state, after: "reading" });
}

function* find(job: Job, state: Download, load: Load, octets: Octets): Steps<Result<Found>> {
  if (state.current !== null) return yield* read(job, state, load, state.current.address, octets);
  const { session } = job;
  const { object, segment, programVersion } = load;
  const loadState = yield* readLoadState(session, object);
  if (!loadState.ok) return loadState;
  if (loadState.value !== LOADED) return done({ is: "new" });
  const answer = yield* readOnce(session, place(object, 27));
  if (!answer.ok) return answer.error.code === "refused" ? done({ is: "new" }) : answer;
  const stamp = readStamp(answer.value);
  if (stamp?.size !== segment.length) return done({ is: "new" });
  if (stamp.crc === state.crcs[job.loads.indexOf(load)]) {
    const same = programVersion === null || (yield* hasVersion(job, load, programVersion));
    if (same === true) return done({ is: "same" });
  }
  const address = yield* readReference(session, object);
  return address.ok ? yield* read(job, state, load, address.value, NO_OCTETS) : address;
}

/** The same parameters, perhaps, but of another version of the program. */
function* hasVersion({ session }: Job, { object }: Load, version: Octets): Steps<boolean> {
  const answer = yield* readOnce(session, place(object, 13));
  return answer.ok && sameOctets(answer.value, version);
}

function* read(
  job: Job,
  state: Download,
  { segment: { length } }: Load,
  address: number,
  before: Octets,
): Steps<Result<Found>> {
  const { session, most, extended } = job;
  const fresh: number[] = [];
  for (let parts = 1; before.length + fresh.length < length; parts++) {
    const at = before.length + fresh.length;
    const number = Math.min(most, length - at);
    const part = yield* readPart(session, address + at, number, extended);
    if (!part.ok) return part.error.code === "refused" ? done({ is: "new" }) : part;
    fresh.push(...part.value);
    const read = octetsBefore(job, state.found.length) + before.length + fresh.length;
    yield { ask: "progress", done: read, total: totalOf(job) };
    if (parts % CHECKPOINT_PARTS !== 0) continue;
    const octets = [...before, ...fresh];
    const download: Download = { ...state, current: { address, at: octets.length } };
    yield { ask: "checkpoint", at: { session, most, octets, download } };
  }
  return done({ is: "changed", address, octets: [...before, ...fresh] });
}
