import { formatIndividualAddress } from "../../address.ts";
import { NO_OCTETS, type Octets, sameOctets, toHex } from "../../octets.ts";
import { done, fail, type Result, request, type Session, type Steps } from "./ask.ts";
import {
  atStep,
  type Download,
  type Found,
  type Job,
  octetsBefore,
  STEPS,
  totalOf,
} from "./download.ts";
import { place, readReference } from "./load.ts";
import { CHECKPOINT_PARTS, hexAddress, refused, writeExtended } from "./memory.ts";
import type { Load } from "./plan.ts";
import { readOnce, writeOnce } from "./property.ts";
import { cut, nextRun } from "./tables.ts";

/** Steps 13 … 19: where each segment is, and what is not there yet. */
export function* writeSegments(job: Job, before: Download): Steps<Result<Download>> {
  const { session, loads, most, extended } = job;
  let state = before;
  let parts = 0;
  for (const [index, load] of loads.entries()) {
    const found = state.found[index] ?? { is: "new" };
    if (index < state.written || found.is === "same") continue;
    const begun = state.current ? done(state.current.address) : yield* locate(job, state, index);
    if (!begun.ok) return begun;
    const address = begun.value;
    const stands = standing(load, found, address);
    const last = found.is === "changed";
    const { name, write: step } = STEPS[load.object];
    for (let at = state.current?.at ?? 0; ; ) {
      const run = nextRun(load.segment, at, most, stands, last);
      if (run === undefined) break;
      const [from, to] = run;
      const octets = cut(load.segment, from, to);
      const doing = `${name}, ${octets.length} octets at ${hexAddress(address + from)}`;
      const written = yield* atStep(job.target, step, doing, () =>
        writeChunk(session, address + from, octets, extended),
      );
      if (!written.ok) return written;
      at = to;
      state = { ...state, current: { address, at }, sent: state.sent + octets.length };
      yield { ask: "progress", done: progressOf(job, index) + at, total: totalOf(job) };
      if (++parts % CHECKPOINT_PARTS === 0)
        yield { ask: "checkpoint", at: { session, most, octets: NO_OCTETS, download: state } };
    }
    state = { ...state, written: index + 1, current: null };
    yield { ask: "progress", done: progressOf(job, index + 1), total: totalOf(job) };
  }
  const after: Download = { ...state, after: "writing" };
  yield { ask: "checkpoint", at: { session, most, octets: NO_OCTETS, download: after } };
  return done(after);
}

/** What was read before the first octet was written counts as well. */
const progressOf = (job: Job, written: number): number =>
  (job.partial ? octetsBefore(job, job.loads.length) : 0) + octetsBefore(job, written);

/** What stands in the device, as far as it is known. */
const standing = ({ fill }: Load, found: Found, address: number) => {
  // A segment that has moved is not the one that was read.
  if (found.is === "changed")
    return (index: number) => (found.address === address ? found.octets[index] : undefined);
  return () => fill ?? undefined;
};

/** PID_TABLE_REFERENCE; and after the first one verify mode, which the extended services do not need. */
function* locate(job: Job, { found }: Download, index: number): Steps<Result<number>> {
  const { session, loads, extended } = job;
  const load = loads[index];
  if (load === undefined) return done(0);
  const { name, reference: step } = STEPS[load.object];
  const address = yield* atStep(job.target, step, `${name}, its place`, () => findPlace(job, load));
  const isFirst = found.findIndex(({ is }) => is !== "same") === index;
  if (!address.ok || extended || !isFirst) return address;
  const verifying = yield* atStep(job.target, 14, "verify mode", () => verify(session));
  return verifying.ok ? address : verifying;
}

function* findPlace({ session, extended }: Job, { object, segment }: Load): Steps<Result<number>> {
  const answer = yield* readReference(session, object);
  if (!answer.ok) return answer;
  const address = answer.value;
  const device = formatIndividualAddress(session.peer);
  if (address === 0) return fail("refused", `${device} has allocated nothing.`);
  const end = extended ? 0x1000000 : 0x10000;
  return address + segment.length <= end
    ? answer
    : fail(
        "refused",
        `${device} has allocated ${hexAddress(address)}, which ${extended ? "no service reaches" : "only the extended memory services reach: the image has to allow them"}.`,
      );
}

function* verify(session: Session): Steps<Result<unknown>> {
  const control = yield* readOnce(session, place(0, 14));
  return control.ok
    ? yield* writeOnce(session, place(0, 14), [(control.value[0] ?? 0) | VERIFY])
    : control;
}

/** PID_DEVICE_CONTROL, bit 2. */
const VERIFY = 0x04;

/** Answered with what stands there now; by the extended service only that it does. */
function* writeChunk(
  session: Session,
  address: number,
  octets: Octets,
  extended: boolean,
): Steps<Result<unknown>> {
  if (extended) return yield* writeExtended(session, address, octets);
  const number = octets.length;
  const apdu = { service: "A_Memory_Write", number, address, data: octets } as const;
  const answer = yield* request(session, apdu, "A_Memory_Response", { address });
  if (!answer.ok) return answer;
  const { data } = answer.value;
  if (data.length === 0) return refused(session, address);
  return sameOctets(data, octets)
    ? answer
    : fail(
        "verify_failed",
        `the memory of ${formatIndividualAddress(session.peer)} at ${hexAddress(address)} is ${toHex(data)} and not ${toHex(octets)} as written.`,
      );
}
