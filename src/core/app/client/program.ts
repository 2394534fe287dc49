import { formatIndividualAddress, type IndividualAddress } from "../../address.ts";
import type { JsonValue } from "../../effect.ts";
import { NO_OCTETS, sameOctets, toHex } from "../../octets.ts";
import { abandon } from "./abandon.ts";
import {
  type Arguments,
  type Checkpoint,
  done,
  fail,
  type Result,
  request,
  type Session,
  type Steps,
} from "./ask.ts";
import { compare } from "./compare.ts";
import { atStep, type Download, type Job, named, STEPS } from "./download.ts";
import type { Dump, Loadable } from "./image.ts";
import { allocate, completeLoading, place, startLoading, unload } from "./load.ts";
import { isSystemB, kindOf, maskText } from "./mask.ts";
import { longestTo, octetsIn } from "./memory.ts";
import { checkDump, checkImage, type Load, type Plan, planOf, planOfDump } from "./plan.ts";
import { levelOf, readMaxApdu, readOnce, writeOnce } from "./property.ts";
import { RESTART_MS } from "./restart.ts";
import { access, connect, readMask, type Target, wrongTarget } from "./session.ts";
import { checkStamp } from "./stamp.ts";
import { crcOf } from "./tables.ts";
import { writeSegments } from "./write.ts";

/** Our address, and the longest APDU that our transceiver sends. */
type Us = Readonly<{ own: IndividualAddress; longest: number }>;

/** Loads tables and programs, as the engineering tool does it. */
export function* programDevice(
  procedure: Arguments<"device.program">,
  us: Us,
  checkpoint: Checkpoint | null,
): Steps<Result<JsonValue>> {
  // What was checked once stays good.
  const wrong = checkpoint === null ? checkImage(procedure.image) : undefined;
  return wrong ?? (yield* download(procedure, planOf(procedure.image), us, checkpoint));
}

/** Brings back what `device.dump` has read, to a device of the same kind. */
export function* restoreDevice(
  procedure: Arguments<"device.restore">,
  us: Us,
  checkpoint: Checkpoint | null,
): Steps<Result<JsonValue>> {
  const wrong = checkpoint === null ? checkDump(procedure.document) : undefined;
  if (wrong) return wrong;
  const plan = planOfDump(procedure.document);
  return plan.ok
    ? yield* download(procedure, plan.value, us, checkpoint, procedure.document)
    : plan;
}

/**
 * The script of a download. What goes wrong before anything is changed leaves the device as it was; after that it is
 * unloaded, so that nothing half loaded claims to be whole.
 *
 *   steps 1 … 5 checks ─▶ (partial: what stands there) ─▶ 6 … 12 allocate ─▶ 13 … 19 write ─▶ 20 … 22 complete ─▶ 23, 24 restart
 *
 * @see `device-model.md` §7.2
 */
function* download(
  target: Target,
  plan: Plan,
  us: Us,
  checkpoint: Checkpoint | null,
  dump?: Dump,
): Steps<Result<JsonValue>> {
  const begun = checkpoint?.download
    ? done({ session: checkpoint.session, most: checkpoint.most, state: checkpoint.download })
    : yield* begin(target, plan, us, dump);
  if (!begun.ok) return begun;
  const { session, most, state } = begun.value;
  const { loads, extended, partial } = plan;
  const job: Job = { target, session, loads, most, extended, partial };
  const compared =
    state.after === "checks"
      ? yield* compare(job, state, checkpoint?.octets ?? NO_OCTETS)
      : done(state);
  if (!compared.ok) return compared;
  const changed = yield* change(job, plan, compared.value);
  if (!changed.ok) return yield* abandon(target, touched(plan, compared.value), changed.error);
  const restarted = yield* restart(session);
  if (!restarted.ok) return restarted;
  const { found, sent } = changed.value;
  const isSame = (_: Load, index: number): boolean => found[index]?.is === "same";
  return done({
    ...levelOf(session),
    address: formatIndividualAddress(session.peer),
    loaded: loads.filter((load, index) => !isSame(load, index)).map(({ object }) => object),
    unchanged: loads.filter(isSame).map(({ object }) => object),
    octets: sent,
    ...restarted.value,
  });
}

/** Steps 1 … 5: nothing is changed yet. */
function* begin(
  target: Target,
  plan: Plan,
  { own, longest }: Us,
  dump: Dump | undefined,
): Steps<Result<Begun>> {
  const wrong = wrongTarget(target, own);
  if (wrong !== undefined) return wrong;
  const first: Session = { peer: target.peer, mode: "connected" };
  const known = named(1, "connecting", yield* findSystemB(first, dump));
  if (!known.ok) return known;
  const length = yield* atStep(target, 2, "longest APDU", () => readMaxApdu(first));
  if (!length.ok) return length;
  const granted = yield* atStep(target, 3, "authorizing", () => access(first, target.key));
  if (!granted.ok) return granted;
  const session = granted.value;
  const described = yield* atStep(target, 4, "association table", () =>
    describeAssociations(session),
  );
  if (!described.ok) return described;
  const same = yield* atStep(target, 5, "identity", () => checkIdentity(session, plan));
  if (!same.ok) return same;
  const most = octetsIn(
    Math.min(length.value, longestTo(target.peer, own, longest)),
    plan.extended,
  );
  const crcs = plan.loads.map(({ segment }) => crcOf(segment));
  const state: Download = { after: "checks", crcs, found: [], written: 0, current: null, sent: 0 };
  // From here on the CRCs are not calculated again.
  yield { ask: "checkpoint", at: { session, most, octets: NO_OCTETS, download: state } };
  return done({ session, most, state });
}

type Begun = Readonly<{ session: Session; most: number; state: Download }>;

function* findSystemB(session: Session, dump: Dump | undefined): Steps<Result<null>> {
  const connected = yield* connect(session.peer);
  if (!connected.ok) return connected;
  const mask = yield* readMask(session);
  if (!mask.ok) return mask;
  const device = formatIndividualAddress(session.peer);
  if (dump !== undefined && dump.identity.mask !== mask.value)
    return fail(
      "refused",
      `${device} has mask ${maskText(mask.value)}, and the dump is of one with ${maskText(dump.identity.mask)}.`,
    );
  return isSystemB(mask.value)
    ? done(null)
    : fail(
        "refused",
        `${device} has mask ${maskText(mask.value)} (${kindOf(mask.value).name}): only devices of System B are programmed like this.`,
      );
}

/** Asked as the engineering tool asks it; how many elements there are now is no limit for what can be allocated. */
function* describeAssociations(session: Session): Steps<Result<unknown>> {
  const apdu = { service: "A_PropertyDescription_Read", object: 2, pid: 23, index: 0 } as const;
  return yield* request(session, apdu, "A_PropertyDescription_Response", { object: 2, pid: 23 });
}

function* checkIdentity(session: Session, plan: Plan): Steps<Result<null>> {
  for (const { pid, name, wanted } of identityOf(plan)) {
    const answer = yield* readOnce(session, place(0, pid));
    if (!answer.ok && answer.error.code !== "refused") return answer;
    const value = answer.ok ? answer.value : null;
    if (wanted === undefined || (value !== null && sameOctets(value, wanted))) continue;
    const device = formatIndividualAddress(session.peer);
    const has = value === null ? `does not tell its ${name}` : `has ${name} ${toHex(value)}`;
    return fail("refused", `${device} ${has}, and this is for one with ${toHex(wanted)}.`);
  }
  return done(null);
}

const identityOf = ({ manufacturer, hardwareType, orderInfo }: Plan) => [
  { pid: 11, name: "serial number", wanted: undefined },
  {
    pid: 12,
    name: "manufacturer",
    wanted: manufacturer === undefined ? undefined : [manufacturer >> 8, manufacturer & 0xff],
  },
  { pid: 25, name: "version", wanted: undefined },
  { pid: 78, name: "hardware type", wanted: hardwareType },
  { pid: 15, name: "order info", wanted: orderInfo },
];

/** Steps 6 … 22. */
function* change(job: Job, plan: Plan, before: Download): Steps<Result<Download>> {
  const allocated =
    before.after === "reading" ? yield* allocateAll(job, plan, before) : done(before);
  if (!allocated.ok) return allocated;
  const written =
    allocated.value.after === "allocating" ? yield* writeSegments(job, allocated.value) : allocated;
  if (!written.ok) return written;
  const completed = yield* complete(job, written.value);
  return completed.ok ? written : completed;
}

/** Steps 6 … 12. */
function* allocateAll(job: Job, plan: Plan, state: Download): Steps<Result<Download>> {
  const { target, session, loads, most } = job;
  for (const object of unloaded(plan, state)) {
    const doing = `unloading the ${STEPS[object].name}`;
    const result = yield* atStep(target, 6, doing, () => unload(session, object));
    if (!result.ok && !isNeedless(plan, object, result)) return result;
  }
  for (const object of ALLOCATED) {
    if (object === 3) {
      const properties = yield* writeProperties(job, plan);
      if (!properties.ok) return properties;
    }
    const index = loads.findIndex((load) => load.object === object);
    const load = loads[index];
    const found = state.found[index];
    if (load === undefined || found?.is === "same") continue;
    const { name, allocate: step } = STEPS[object];
    const started = yield* atStep(target, step, `${name}, start of loading`, () =>
      startLoading(session, object),
    );
    if (!started.ok) return started;
    const { length } = load.segment;
    const fill = found?.is === "changed" ? null : load.fill;
    const doing = `${name}, ${length} octets`;
    const given = yield* atStep(target, step, doing, () => allocate(session, object, length, fill));
    if (!given.ok) return given;
  }
  const after: Download = { ...state, after: "allocating" };
  yield { ask: "checkpoint", at: { session, most, octets: NO_OCTETS, download: after } };
  return done(after);
}

const ALLOCATED: readonly Loadable[] = [5, 4, 3, 1, 2];

/** A full download unloads everything; a partial one only what is of no use any more. */
const unloaded = (plan: Plan, { found }: Download): readonly Loadable[] =>
  plan.partial
    ? plan.loads.filter((_, index) => found[index]?.is === "new").map(({ object }) => object)
    : plan.unload;

/** Devices without an interface program have no object 5. */
const isNeedless = ({ loads }: Plan, object: Loadable, result: Result<unknown>): boolean =>
  !result.ok && result.error.code === "refused" && !loads.some((load) => load.object === object);

function* writeProperties({ target, session }: Job, { properties }: Plan): Steps<Result<null>> {
  for (const { object, pid, octets } of properties) {
    const doing = `property ${pid} of object ${object}`;
    const written = yield* atStep(target, 9, doing, () =>
      writeOnce(session, place(object, pid), octets),
    );
    if (!written.ok) return written;
  }
  return done(null);
}

/** Steps 20 … 22. */
function* complete(
  { target, session, loads }: Job,
  { found, crcs }: Download,
): Steps<Result<null>> {
  const changed = loads.filter((_, index) => found[index]?.is !== "same");
  for (const { object, programVersion } of changed) {
    if (programVersion === null) continue;
    const doing = `version of the ${STEPS[object].name}`;
    const written = yield* atStep(target, 20, doing, () =>
      writeOnce(session, place(object, 13), programVersion),
    );
    if (!written.ok) return written;
  }
  for (const { object } of changed) {
    const doing = `completing the ${STEPS[object].name}`;
    const result = yield* atStep(target, 21, doing, () => completeLoading(session, object));
    if (!result.ok) return result;
  }
  for (const load of loads.toReversed()) {
    const doing = `checksum of the ${STEPS[load.object].name}`;
    const crc = crcs[loads.indexOf(load)] ?? 0;
    const stamped = yield* atStep(target, 22, doing, () => checkStamp(session, load, crc));
    if (!stamped.ok) return stamped;
  }
  return done(null);
}

/** Steps 23 and 24. A device may restart before it acknowledges, and nothing is said to it until it is back. */
function* restart({ peer }: Session): Steps<Result<{ readonly acknowledged: boolean }>> {
  const to = { mode: "connected", peer } as const;
  const sent = yield { ask: "send", to, apdu: { service: "A_Restart" }, ms: RESTART_MS };
  const silent = !sent.ok && sent.error.code === "no_answer";
  if (!sent.ok && !silent && sent.error.code !== "disconnected") {
    const { code, message } = sent.error;
    return fail(code, `Step 23, restart: ${message} It is loaded, but has to be restarted.`);
  }
  if (!silent) yield { ask: "wait", ms: PAUSE_MS };
  yield { ask: "disconnect", peer };
  return done({ acknowledged: sent.ok });
}

/** Until T_Disconnect: the engineering tool leaves a device in peace for so long. `device-model.md` §7.2 */
const PAUSE_MS = 3_000;

/** What may be half loaded when it goes wrong. */
const touched = (plan: Plan, { found }: Download): readonly Loadable[] =>
  plan.partial
    ? plan.loads.filter((_, index) => found[index]?.is !== "same").map(({ object }) => object)
    : plan.unload;
